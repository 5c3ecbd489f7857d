/*
 * cholesky: the factor that error feedback needs, in double, for matrices of thousands of rows.
 *
 * H = (I + A)·D·(I + A)ᵀ with A strictly upper triangular and D diagonal and positive: Cholesky's
 * factorisation from the last row to the first. It is done in blocks of whole columns; each element
 * is a sum in a fixed order, whatever the threads.
 */
#ifndef NS_QUANTIZE_CHOLESKY_H
#define NS_QUANTIZE_CHOLESKY_H

#include <stddef.h>

#include "base/err.h"

/*
 * at_kk[i][j] = A_ji for j < i, zeros elsewhere: row i says what the errors of channels before i
 * do to channel i. h_kk is symmetric and is overwritten. An error when H is not positive definite.
 */
int unit_upper_factor(float *at_kk, double *h_kk, size_t k, struct err *e);

#endif
