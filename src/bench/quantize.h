/*
 * quantize: how fast a matrix is quantized: allocate, code, decode, bill.
 */
#ifndef NS_BENCH_QUANTIZE_H
#define NS_BENCH_QUANTIZE_H

#include "base/buf.h"
#include "base/err.h"

/* w_rc[rows][cols] by the study's method and some others, the best of some runs each. */
int bench_quantize(struct buf *out, const float *w_rc, size_t rows, size_t cols, struct err *e);

#endif
