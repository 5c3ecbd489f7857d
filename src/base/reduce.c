#include "base/reduce.h"

#include <string.h>

#include "base/parallel.h"
#include "base/simd.h"

/*
 * Lanes as vectors: of arrays of lanes gcc makes scalar code. Where registers are shorter it takes
 * several; lane for lane the arithmetic is the same.
 */
enum { HALF = SIMD_LANES / 2 };
typedef float floats __attribute__((vector_size(4 * SIMD_LANES)));
typedef int32_t masks __attribute__((vector_size(4 * SIMD_LANES)));
typedef float half_floats __attribute__((vector_size(4 * HALF)));
typedef double half_doubles __attribute__((vector_size(8 * HALF)));

/* 16 lanes in double. */
struct doubles {
    half_doubles half[2];
};

#define LANES_INLINE static inline __attribute__((always_inline))

LANES_INLINE void widened(struct doubles *out, const float *x)
{
    half_floats low, high;
    memcpy(&low, x, sizeof low);
    memcpy(&high, x + HALF, sizeof high);
    out->half[0] = __builtin_convertvector(low, half_doubles);
    out->half[1] = __builtin_convertvector(high, half_doubles);
}

/* The last n < SIMD_LANES elements; the other lanes are 0. */
LANES_INLINE void widened_rest(struct doubles *out, const float *x, size_t n)
{
    float rest[SIMD_LANES] = {0};
    memcpy(rest, x, n * sizeof *rest);
    widened(out, rest);
}

LANES_INLINE void add(struct doubles *sum, const struct doubles *x)
{
    sum->half[0] += x->half[0];
    sum->half[1] += x->half[1];
}

LANES_INLINE void add_squares(struct doubles *sum, const struct doubles *x)
{
    sum->half[0] += x->half[0] * x->half[0];
    sum->half[1] += x->half[1] * x->half[1];
}

LANES_INLINE double total(const struct doubles *sum)
{
    double lanes[SIMD_LANES];
    memcpy(lanes, sum, sizeof lanes);
    return sum_ordered(lanes, SIMD_LANES);
}

/* A range being widened, a part of it in each lane. */
struct range_lanes {
    floats lo, hi;
};

LANES_INLINE void lanes_start(struct range_lanes *l, const struct range *r)
{
    for (int j = 0; j < SIMD_LANES; j++) {
        l->lo[j] = r->lo;
        l->hi[j] = r->hi;
    }
}

LANES_INLINE void lanes_join(struct range *r, const struct range_lanes *l)
{
    float lo[SIMD_LANES], hi[SIMD_LANES];
    memcpy(lo, &l->lo, sizeof lo);
    memcpy(hi, &l->hi, sizeof hi);
    for (int j = 0; j < SIMD_LANES; j++) {
        r->lo = lo[j] < r->lo ? lo[j] : r->lo;
        r->hi = hi[j] > r->hi ? hi[j] : r->hi;
    }
}

/* Where `in` has ones. */
LANES_INLINE void lanes_take(struct range_lanes *l, const floats *x, const masks *in)
{
    masks lower = (*x < l->lo) & *in, higher = (*x > l->hi) & *in;
    l->lo = (floats)(((masks)*x & lower) | ((masks)l->lo & ~lower));
    l->hi = (floats)(((masks)*x & higher) | ((masks)l->hi & ~higher));
}

SIMD_CLONES void range_widen(struct range *r, const float *x, size_t n)
{
    struct range_lanes l;
    size_t even = n - n % SIMD_LANES;
    const masks all = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    lanes_start(&l, r);
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        floats v;
        memcpy(&v, x + i, sizeof v);
        lanes_take(&l, &v, &all);
    }
    for (size_t i = even; i < n; i++) {
        l.lo[0] = x[i] < l.lo[0] ? x[i] : l.lo[0];
        l.hi[0] = x[i] > l.hi[0] ? x[i] : l.hi[0];
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
        floats v;
        masks in;
        memcpy(&v, x + i, sizeof v);
        memcpy(&in, tier + i, sizeof in);
        in = in == k;
        lanes_take(&l, &v, &in);
    }
    for (size_t i = even; i < n; i++) {
        if (tier[i] == k) {
            l.lo[0] = x[i] < l.lo[0] ? x[i] : l.lo[0];
            l.hi[0] = x[i] > l.hi[0] ? x[i] : l.hi[0];
        }
    }
    lanes_join(r, &l);
}

SIMD_CLONES double sum_of(const float *x, size_t n)
{
    struct doubles sum = {0}, v;
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        widened(&v, x + i);
        add(&sum, &v);
    }
    widened_rest(&v, x + even, n - even);
    add(&sum, &v);
    return total(&sum);
}

SIMD_CLONES void sums_of(double *sum, double *sum_squares, const float *x, size_t n)
{
    struct doubles plain = {0}, squares = {0}, v;
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        widened(&v, x + i);
        add(&plain, &v);
        add_squares(&squares, &v);
    }
    widened_rest(&v, x + even, n - even);
    add(&plain, &v);
    add_squares(&squares, &v);
    *sum = total(&plain);
    *sum_squares = total(&squares);
}

SIMD_CLONES double sum_of_squared_deviations(const float *x, double mean, size_t n)
{
    double lanes[SIMD_LANES];
    struct doubles sum = {0}, v;
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        widened(&v, x + i);
        v.half[0] -= mean;
        v.half[1] -= mean;
        add_squares(&sum, &v);
    }
    memcpy(lanes, &sum, sizeof lanes);
    for (size_t i = even; i < n; i++) {
        double d = (double)x[i] - mean;
        lanes[i - even] += d * d;
    }
    return sum_ordered(lanes, SIMD_LANES);
}

SIMD_CLONES double sum_of_squared_differences(const float *a, const float *b, size_t n)
{
    struct doubles sum = {0}, v, other;
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        widened(&v, a + i);
        widened(&other, b + i);
        v.half[0] -= other.half[0];
        v.half[1] -= other.half[1];
        add_squares(&sum, &v);
    }
    widened_rest(&v, a + even, n - even);
    widened_rest(&other, b + even, n - even);
    v.half[0] -= other.half[0];
    v.half[1] -= other.half[1];
    add_squares(&sum, &v);
    return total(&sum);
}

double sum_of_squares(const float *x, size_t n)
{
    return sum_of_squared_deviations(x, 0, n);
}
