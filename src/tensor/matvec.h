/*
 * matvec: one row times a matrix, as a step of one token is made of. By BLAS, in the calling
 * thread, like matmul.h; such a product reads each weight once and is as fast as memory.
 */
#ifndef NS_TENSOR_MATVEC_H
#define NS_TENSOR_MATVEC_H

#include <stddef.h>

/*
 * Columns that are best multiplied at a time: the last bits of a column depend on where it stands
 * among them.
 */
enum { MATVEC_COLUMNS = 64 };

/* y_n += x_k · w_kn, rows of w ld_w apart. */
void matvec_add(float *y_n, const float *x_k, const float *w_kn, size_t ld_w, size_t k, size_t n);

/* y_n = x_k · w_nkᵀ. */
void matvec_transposed(float *y_n, const float *x_k, const float *w_nk, size_t k, size_t n);

#endif
