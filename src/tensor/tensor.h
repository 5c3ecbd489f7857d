/*
 * tensor: the legend of shapes, and the layer kernels of GPT-2 on plain arrays.
 *
 * Letters in names and comments: B texts, T positions, C width, H heads, D = C / H width of a head,
 * F inner width of the MLP, L layers, V vocabulary, R rows (positions of all texts, one after the
 * other). x_rc is an array [R][C], the last index fastest; ld is the distance between rows.
 *
 * Every kernel works on a few rows in one thread; teams of threads are the callers' business.
 * Arithmetic is in 32-bit floats; sums run over SIMD_LANES lanes combined in order, so results do
 * not depend on the width of the processor's vectors. naive.h has a slow, plain twin of each.
 */
#ifndef NS_TENSOR_TENSOR_H
#define NS_TENSOR_TENSOR_H

#include <stddef.h>

/*
 * Layer normalisation: out_rc = (x_rc − mean_r) / √(variance_r + epsilon) · weight_c + bias_c, the
 * variance over C without Bessel's correction.
 */
void layer_norm(float *out_rc, const float *x_rc, const float *weight_c, const float *bias_c,
                size_t rows, size_t C, float epsilon);

/*
 * GELU in its tanh form, in place ("gelu_new"): x/2·(1 + tanh(√(2/π)(x + 0.044715 x³))), computed
 * as x / (1 + exp(−2√(2/π)(x + 0.044715 x³))).
 */
void gelu(float *x, size_t rows, size_t cols, size_t ld);

/* In place: x_i = exp(x_i − max) / Σ exp(x_j − max) over the first `n`; zeros up to `width`. */
void softmax(float *x, size_t n, size_t width);

/* max_i x_i and Σ exp(x_i − max): what a log-sum-exp over several blocks is put together from. */
void max_and_exp_sum(const float *x, size_t n, float *max, float *exp_sum);

/*
 * Σ exp(a_i − max)·((a_i − b_i) − shift): of a block of two rows of logits, what the divergence of
 * b's distribution from a's is put together from. With a shift near the differences the sum keeps
 * its digits where the two are alike.
 */
float divergence_sum(const float *a, const float *b, size_t n, float max, float shift);

/* The first place of the value, which is in x. */
size_t place_of(const float *x, size_t n, float value);

/* e^x to about 1 unit in the last place up to 87.3; 0 below −87.3 (never denormal), e^87.3 above.
 */
void exp_inplace(float *x, size_t n);

#endif
