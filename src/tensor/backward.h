/*
 * backward: gradients of the layer kernels of tensor.h.
 *
 * dy is the gradient of the loss at a kernel's output, dx at its input. Like the forward kernels
 * these work on a few rows in one thread, in 32-bit floats, and sum over SIMD_LANES lanes combined
 * in order, so results do not depend on the width of the processor's vectors. The linear layer
 * needs no kernel: of y = x·W + b, dx = dy·Wᵀ, dW = xᵀ·dy (matmul.h) and db = Σ_r dy_r. naive.h has
 * a slow twin of each.
 */
#ifndef NS_TENSOR_BACKWARD_H
#define NS_TENSOR_BACKWARD_H

#include <stddef.h>

/*
 * Of layer_norm(), with x̂ = (x − mean)/σ and a = dy · weight:
 * dx_rc += (a − mean_c(a) − x̂ · mean_c(a · x̂)) / σ.
 */
void layer_norm_backward(float *dx_rc, const float *dy_rc, const float *x_rc, const float *weight_c,
                         size_t rows, size_t C, float epsilon);

/* dweight_c = Σ_r dy_rc · x̂_rc. The bias' gradient is sum_rows() of dy. */
void layer_norm_weight_gradient(float *dweight_c, const float *dy_rc, const float *x_rc,
                                size_t rows, size_t C, float epsilon);

/* out_c = Σ_r x_rc, rows in order. */
void sum_rows(float *out_c, const float *x_rc, size_t rows, size_t C);

/*
 * Of gelu(), in place: dy_i becomes dx_i = dy_i · g'(x_i). With g(x) = x·s(u), s the logistic
 * function and u = 2√(2/π)(x + 0.044715 x³): g' = s + x·s·(1 − s)·u'.
 */
void gelu_backward(float *dy, const float *x, size_t n);

/*
 * Of p = softmax(x) over the first n, in place: dp_i becomes dx_i = p_i · (dp_i − Σ_j p_j·dp_j);
 * zeros up to `width`.
 */
void softmax_backward(float *dp, const float *p, size_t n, size_t width);

#endif
