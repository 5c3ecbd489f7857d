/*
 * gpt2_load: the arithmetic of stored weights: 16-bit floats widened, NaN and infinities found.
 *
 * Pure functions on ranges, portable and written so that compilers vectorise them; gpt2_load() and
 * the tests use them. (A conversion instruction or the compiler's _Float16 would do the same: the
 * first is not on every machine, the second is a function call per element without it.)
 */
#ifndef NS_MODEL_GPT2_LOAD_H
#define NS_MODEL_GPT2_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out[i] = the 16-bit IEEE float at half + 2i, exactly. False when a NaN or an infinity is among
 * them. No alignment is needed. */
bool halves_to_floats(float *out, const unsigned char *half, size_t n);

/* out[i] = the bfloat16 at bits + 2i, exactly. */
void bfloats_to_floats(float *out, const unsigned char *bits, size_t n);

/* Is every element finite? */
bool floats_finite(const float *x, size_t n);

#endif
