#include "stats/sign_flip.h"

#include <math.h>
#include <string.h>

#include "base/rng_lanes.h"

/* What counts as equal, of the sum of the sizes: rounding of a sum of n numbers stays far below. */
static const double tie = 1e-12;

/* |Σ ±difference| with a minus where a bit of `signs` is set, n ≤ 32. */
static double flipped(const double *difference, size_t n, uint32_t signs)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += signs >> i & 1 ? -difference[i] : difference[i];
    }
    return fabs(sum);
}

/* All signs of the differences but the last one's: turning all of them over changes no size. */
static double exact(const double *difference, size_t n, double least)
{
    uint32_t half = n ? (uint32_t)1 << (n - 1) : 1, count = 0;
    for (uint32_t signs = 0; signs < half; signs++) {
        count += flipped(difference, n, signs) >= least;
    }
    return (double)count / half;
}

/*
 * Of SIMD_LANES draws from `first` on, how many sums are `least` or more. The sign of difference i
 * in draw k is bit i % 32 of word i / 32 of stream k.
 */
SIMD_CLONES static size_t count_lanes(const double *difference, size_t n, double least,
                                      uint64_t seed, uint32_t first)
{
    uint32_t words[4][SIMD_LANES];
    double sum[SIMD_LANES] = {0};
    for (size_t begin = 0; begin < n; begin += 128) {
        rng_lanes(words, seed, first, RNG_SIGN_FLIP, begin / 128);
        for (size_t i = begin; i < n && i < begin + 128; i++) {
            const uint32_t *word = words[i % 128 / 32];
            uint64_t bits;
            memcpy(&bits, &difference[i], sizeof bits);
            for (int j = 0; j < SIMD_LANES; j++) {
                uint64_t with_sign = bits ^ (uint64_t)(word[j] >> i % 32) << 63;
                double value;
                memcpy(&value, &with_sign, sizeof value);
                sum[j] += value;
            }
        }
    }
    size_t count = 0;
    for (int j = 0; j < SIMD_LANES; j++) {
        count += fabs(sum[j]) >= least;
    }
    return count;
}

double sign_flip(const double *difference, size_t n, uint64_t seed)
{
    _Static_assert(SIGN_FLIP_DRAWS % SIMD_LANES == 0, "whole lanes");
    enum { GROUPS = SIGN_FLIP_DRAWS / SIMD_LANES };
    double sum = 0, sizes = 0;
    for (size_t i = 0; i < n; i++) {
        sum += difference[i];
        sizes += fabs(difference[i]);
    }
    if (!isfinite(sizes)) {
        return (double)NAN;
    }
    double least = fabs(sum) - tie * sizes;
    if (n <= SIGN_FLIP_EXACT) {
        return exact(difference, n, least);
    }
    size_t count[GROUPS], all = 0;
#pragma omp parallel for schedule(static)
    for (size_t g = 0; g < GROUPS; g++) {
        count[g] = count_lanes(difference, n, least, seed, (uint32_t)(g * SIMD_LANES));
    }
    for (size_t g = 0; g < GROUPS; g++) {
        all += count[g];
    }
    return (double)(1 + all) / (1 + SIGN_FLIP_DRAWS);
}
