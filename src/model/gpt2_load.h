/*
 * gpt2_load: ranges of stored 16-bit weights widened to 32-bit floats. Pure functions, written so
 * that compilers vectorise them; loading and importing use them.
 */
#ifndef NS_MODEL_GPT2_LOAD_H
#define NS_MODEL_GPT2_LOAD_H

#include <stdbool.h>
#include <stddef.h>

/* out[i] = the 16-bit IEEE float at half + 2i, exactly. False when a NaN or an infinity is among
 * them. No alignment is needed. */
bool halves_to_floats(float *out, const unsigned char *half, size_t n);

/* out[i] = the bfloat16 at bits + 2i, exactly. */
void bfloats_to_floats(float *out, const unsigned char *bits, size_t n);

#endif
