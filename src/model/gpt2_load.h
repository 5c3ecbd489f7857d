/*
 * gpt2_load: ranges of stored weights: widened to 32-bit floats, looked through for NaN and
 * infinities. Pure functions, written so that compilers vectorise them; loading and importing use
 * them.
 */
#ifndef NS_MODEL_GPT2_LOAD_H
#define NS_MODEL_GPT2_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "model/gpt2.h"

/* out[i] = the 16-bit IEEE float at half + 2i, exactly. False when a NaN or an infinity is among
 * them. No alignment is needed. */
bool halves_to_floats(float *out, const unsigned char *half, size_t n);

/* out[i] = the bfloat16 at bits + 2i, exactly. */
void bfloats_to_floats(float *out, const unsigned char *bits, size_t n);

/* False when a NaN or an infinity is among them. No alignment is needed of 16-bit ones. */
bool floats_finite(const float *x, size_t n);
bool halves_finite(const unsigned char *half, size_t n);

/* −1 with the sentence that weight i of a tensor is x, which is not finite. */
int gpt2_refuse_weight(const struct gpt2 *m, const struct gpt2_tensor *t, size_t i, float x,
                       struct err *e);

#endif
