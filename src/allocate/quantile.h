/*
 * quantile: order statistics by selection.
 *
 * The q-quantile of n values stands at position h = q·(n − 1), computed in double, and is
 * interpolated linearly between the order statistics around it, then rounded to a 32-bit float
 * (protocol.md; type 7 of Hyndman and Fan 1996). Values are not negative and finite: their bits
 * then sort as integers, so two histograms (16 leading bits, then the 15 others within the bins
 * that matter) find any number of quantiles in two reads of the data. Of many values only those
 * near the quantiles are gathered first, in one read (bracket.h). Counts are integers: the result
 * depends on neither threads nor order.
 */
#ifndef NS_ALLOCATE_QUANTILE_H
#define NS_ALLOCATE_QUANTILE_H

#include <stddef.h>

#include "base/err.h"

enum { QUANTILES_MAX = 16 };

/* Quantiles of |x[0..n)|, n ≥ 1, each q in [0, 1]. Reads x once or twice, sorts nothing. */
int quantiles_of_magnitude(float *out, const double *q, int n_q, const float *x, size_t n,
                           struct err *e);

/* The same of |x[index[i]]|, for a sample of k ≥ 1 indices. */
int quantiles_of_sample(float *out, const double *q, int n_q, const float *x, const size_t *index,
                        size_t k, struct err *e);

#endif
