#include "quantize/reduce.h"

#include <math.h>

#include "base/parallel.h"
#include "base/simd.h"
#include "quantize/bill.h"

SIMD_CLONES void range_widen(struct range *r, const float *w, size_t n)
{
    float lo[SIMD_LANES], hi[SIMD_LANES];
    size_t even = n - n % SIMD_LANES;
    for (int j = 0; j < SIMD_LANES; j++) {
        lo[j] = r->lo;
        hi[j] = r->hi;
    }
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lo[j] = w[i + j] < lo[j] ? w[i + j] : lo[j];
            hi[j] = w[i + j] > hi[j] ? w[i + j] : hi[j];
        }
    }
    for (size_t i = even; i < n; i++) {
        lo[0] = w[i] < lo[0] ? w[i] : lo[0];
        hi[0] = w[i] > hi[0] ? w[i] : hi[0];
    }
    for (int j = 0; j < SIMD_LANES; j++) {
        r->lo = lo[j] < r->lo ? lo[j] : r->lo;
        r->hi = hi[j] > r->hi ? hi[j] : r->hi;
    }
}

SIMD_CLONES void range_widen_tier(struct range *r, const float *w, const int32_t *tier, int32_t k,
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
            float low = tier[i + j] == k ? w[i + j] : INFINITY;
            float high = tier[i + j] == k ? w[i + j] : -INFINITY;
            lo[j] = low < lo[j] ? low : lo[j];
            hi[j] = high > hi[j] ? high : hi[j];
        }
    }
    for (size_t i = even; i < n; i++) {
        if (tier[i] == k) {
            lo[0] = w[i] < lo[0] ? w[i] : lo[0];
            hi[0] = w[i] > hi[0] ? w[i] : hi[0];
        }
    }
    for (int j = 0; j < SIMD_LANES; j++) {
        r->lo = lo[j] < r->lo ? lo[j] : r->lo;
        r->hi = hi[j] > r->hi ? hi[j] : r->hi;
    }
}

SIMD_CLONES double sum_of(const float *w, size_t n)
{
    double lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes[j] += (double)w[i + j];
        }
    }
    for (size_t i = even; i < n; i++) {
        lanes[i - even] += (double)w[i];
    }
    return sum_ordered(lanes, SIMD_LANES);
}

SIMD_CLONES double sum_of_squares(const float *w, size_t n)
{
    double lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            double x = w[i + j];
            lanes[j] += x * x;
        }
    }
    for (size_t i = even; i < n; i++) {
        double x = w[i];
        lanes[i - even] += x * x;
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

void chunk_sums_bill(struct bill *bill, const struct chunk_sums *s, size_t n_chunks, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t c = 0; c < n_chunks; c++) {
        sum += s[c].sum;
        squares += s[c].sum_squares;
        bill->squared_error += s[c].squared_error;
    }
    bill->scope_weights += (int64_t)n;
    bill->squared_deviation += fmax(0, squares - sum * sum / (double)n);
}
