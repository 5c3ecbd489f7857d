#include "base/reduce.h"

#include "base/parallel.h"
#include "base/simd.h"

/* A range being widened, a part of it in each lane. */
struct range_lanes {
    float lo[SIMD_LANES], hi[SIMD_LANES];
};

static inline void lanes_start(struct range_lanes *l, const struct range *r)
{
    for (int j = 0; j < SIMD_LANES; j++) {
        l->lo[j] = r->lo;
        l->hi[j] = r->hi;
    }
}

static inline void lanes_join(struct range *r, const struct range_lanes *l)
{
    for (int j = 0; j < SIMD_LANES; j++) {
        r->lo = l->lo[j] < r->lo ? l->lo[j] : r->lo;
        r->hi = l->hi[j] > r->hi ? l->hi[j] : r->hi;
    }
}

static inline void lanes_take(struct range_lanes *l, size_t j, float low, float high)
{
    l->lo[j] = low < l->lo[j] ? low : l->lo[j];
    l->hi[j] = high > l->hi[j] ? high : l->hi[j];
}

SIMD_CLONES void range_widen(struct range *r, const float *x, size_t n)
{
    struct range_lanes l;
    size_t even = n - n % SIMD_LANES;
    lanes_start(&l, r);
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes_take(&l, j, x[i + j], x[i + j]);
        }
    }
    for (size_t i = even; i < n; i++) {
        lanes_take(&l, 0, x[i], x[i]);
    }
    lanes_join(r, &l);
}

SIMD_CLONES void range_widen_tier(struct range *r, const float *x, const int32_t *tier, int32_t k,
                                  size_t n)
{
    struct range_lanes l;
    size_t even = n - n % SIMD_LANES;
    lanes_start(&l, r);
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes_take(&l, j, tier[i + j] == k ? x[i + j] : INFINITY,
                       tier[i + j] == k ? x[i + j] : -INFINITY);
        }
    }
    for (size_t i = even; i < n; i++) {
        if (tier[i] == k) {
            lanes_take(&l, 0, x[i], x[i]);
        }
    }
    lanes_join(r, &l);
}

SIMD_CLONES double sum_of(const float *x, size_t n)
{
    double lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes[j] += (double)x[i + j];
        }
    }
    for (size_t i = even; i < n; i++) {
        lanes[i - even] += (double)x[i];
    }
    return sum_ordered(lanes, SIMD_LANES);
}

SIMD_CLONES double sum_of_squared_deviations(const float *x, double mean, size_t n)
{
    double lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            double d = (double)x[i + j] - mean;
            lanes[j] += d * d;
        }
    }
    for (size_t i = even; i < n; i++) {
        double d = (double)x[i] - mean;
        lanes[i - even] += d * d;
    }
    return sum_ordered(lanes, SIMD_LANES);
}

SIMD_CLONES double sum_of_squared_differences(const float *a, const float *b, size_t n)
{
    double lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            double d = (double)a[i + j] - (double)b[i + j];
            lanes[j] += d * d;
        }
    }
    for (size_t i = even; i < n; i++) {
        double d = (double)a[i] - (double)b[i];
        lanes[i - even] += d * d;
    }
    return sum_ordered(lanes, SIMD_LANES);
}

double sum_of_squares(const float *x, size_t n)
{
    return sum_of_squared_deviations(x, 0, n);
}
