/*
 * reduce: sums and extremes of a short stretch of floats, over lanes in a fixed order.
 *
 * The same bytes on every width of vectors. Long arrays go chunk by chunk (parallel.h).
 */
#ifndef NS_BASE_REDUCE_H
#define NS_BASE_REDUCE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

struct range {
    float lo, hi; /* +∞, −∞ while empty */
};

#define RANGE_EMPTY ((struct range){INFINITY, -INFINITY})

/* Widens *r by x[0..n); with `tier`, by the elements of tier k alone. */
void range_widen(struct range *r, const float *x, size_t n);
void range_widen_tier(struct range *r, const float *x, const int32_t *tier, int32_t k, size_t n);

/* Widens *r by another range. */
static inline void range_join(struct range *r, struct range other)
{
    r->lo = other.lo < r->lo ? other.lo : r->lo;
    r->hi = other.hi > r->hi ? other.hi : r->hi;
}

double sum_of(const float *x, size_t n);
void sums_of(double *sum, double *sum_squares, const float *x, size_t n); /* both in one go */
double sum_of_squares(const float *x, size_t n);
double sum_of_squared_deviations(const float *x, double mean, size_t n);
double sum_of_squared_differences(const float *a, const float *b, size_t n);

#endif
