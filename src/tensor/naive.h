/*
 * naive: slow, plain twins of the kernels, in double with libm, one loop an index. They exist for
 * the tests, which hold the fast ones against them.
 */
#ifndef NS_TENSOR_NAIVE_H
#define NS_TENSOR_NAIVE_H

#include <stddef.h>

/* out_mn = x_mk · w (k×n, or n×k when `transposed`) + bias_n (NULL: none). */
void naive_matmul(double *out_mn, const float *x_mk, const float *w, const float *bias_n, size_t m,
                  size_t k, size_t n, int transposed);
void naive_layer_norm(double *out_c, const float *x_c, const float *weight_c, const float *bias_c,
                      size_t C, double epsilon);
double naive_gelu(double x);
void naive_softmax(double *out, const float *x, size_t n);

/*
 * Backward twins, from the whole Jacobian: dx_j = Σ_i dy_i · ∂y_i/∂x_j. dweight_c is that of one
 * row: dy · x̂.
 */
void naive_layer_norm_backward(double *dx_c, double *dweight_c, const float *dy_c, const float *x_c,
                               const float *weight_c, size_t C, double epsilon);
double naive_gelu_slope(double x);
void naive_softmax_backward(double *dx, const float *dy, const float *x, size_t n);

#endif
