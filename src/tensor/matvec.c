#include "tensor/matvec.h"

#include <cblas.h>

void matvec_add(float *y_n, const float *x_k, const float *w_kn, size_t ld_w, size_t k, size_t n)
{
    cblas_sgemv(CblasRowMajor, CblasTrans, (blasint)k, (blasint)n, 1.0f, w_kn, (blasint)ld_w, x_k,
                1, 1.0f, y_n, 1);
}

void matvec_transposed(float *y_n, const float *x_k, const float *w_nk, size_t k, size_t n)
{
    cblas_sgemv(CblasRowMajor, CblasNoTrans, (blasint)n, (blasint)k, 1.0f, w_nk, (blasint)k, x_k, 1,
                0.0f, y_n, 1);
}
