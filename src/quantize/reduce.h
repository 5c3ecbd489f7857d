/*
 * reduce: sums and extremes of a short stretch of weights, over lanes in a fixed order.
 */
#ifndef NS_QUANTIZE_REDUCE_H
#define NS_QUANTIZE_REDUCE_H

#include <stddef.h>
#include <stdint.h>

struct range {
    float lo, hi; /* +∞, −∞ while empty */
};

/* What a chunk of a tensor leaves behind; chunks are combined in index order. */
struct chunk_sums {
    double sum, sum_squares, squared_error;
};

/* Widens *r by w[0..n); with `tier`, by the weights of tier k alone. */
void range_widen(struct range *r, const float *w, size_t n);
void range_widen_tier(struct range *r, const float *w, const int32_t *tier, int32_t k, size_t n);

double sum_of(const float *w, size_t n);
double sum_of_squares(const float *w, size_t n);
double sum_of_squared_differences(const float *a, const float *b, size_t n);

/* The bill's sums of a tensor of n weights; Σ (w − mean)² = Σ w² − (Σ w)²/n, in double. */
struct bill;
void chunk_sums_bill(struct bill *bill, const struct chunk_sums *s, size_t n_chunks, size_t n);

#endif
