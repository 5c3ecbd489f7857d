#include "base/reduce.h"

#include "base/parallel.h"
#include "base/simd.h"

SIMD_CLONES void range_widen(struct range *r, const float *x, size_t n)
{
    float lo[SIMD_LANES], hi[SIMD_LANES];
    size_t even = n - n % SIMD_LANES;
    for (int j = 0; j < SIMD_LANES; j++) {
        lo[j] = r->lo;
        hi[j] = r->hi;
    }
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lo[j] = x[i + j] < lo[j] ? x[i + j] : lo[j];
            hi[j] = x[i + j] > hi[j] ? x[i + j] : hi[j];
        }
    }
    for (size_t i = even; i < n; i++) {
        lo[0] = x[i] < lo[0] ? x[i] : lo[0];
        hi[0] = x[i] > hi[0] ? x[i] : hi[0];
    }
    for (int j = 0; j < SIMD_LANES; j++) {
        r->lo = lo[j] < r->lo ? lo[j] : r->lo;
        r->hi = hi[j] > r->hi ? hi[j] : r->hi;
    }
}

SIMD_CLONES void range_widen_tier(struct range *r, const float *x, const int32_t *tier, int32_t k,
                                  size_t n)
{
    float lo[SIMD_LANES], hi[SIMD_LANES];
    size_t even = n - n % SIMD_LANES;
    for (int j = 0; j < SIMD_LANES; j++) {
        lo[j] = r->lo;
        hi[j] = r->hi;
    }
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            float low = tier[i + j] == k ? x[i + j] : INFINITY;
            float high = tier[i + j] == k ? x[i + j] : -INFINITY;
            lo[j] = low < lo[j] ? low : lo[j];
            hi[j] = high > hi[j] ? high : hi[j];
        }
    }
    for (size_t i = even; i < n; i++) {
        if (tier[i] == k) {
            lo[0] = x[i] < lo[0] ? x[i] : lo[0];
            hi[0] = x[i] > hi[0] ? x[i] : hi[0];
        }
    }
    for (int j = 0; j < SIMD_LANES; j++) {
        r->lo = lo[j] < r->lo ? lo[j] : r->lo;
        r->hi = hi[j] > r->hi ? hi[j] : r->hi;
    }
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
