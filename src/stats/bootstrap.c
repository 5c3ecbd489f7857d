#include "stats/bootstrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng_lanes.h"
#include "stats/cluster_error.h"
#include "stats/quantile.h"

/*
 * What a draw adds up of each of its texts, for each of the two ratios, with the residual
 * r = y − R·x: x, r, and the products that the sum of (r − (R* − R)·x)² is made of. Residuals,
 * since the same sum made of y would be a small difference of large numbers.
 */
enum { X, R, XX, XR, RR, PARTS, ROW = 2 * PARTS };

/* Texts of a draw that are drawn before they are added up: their indices stay in the cache. */
enum { STRETCH = 256, BATCH_DRAWS = 16 * SIMD_LANES };

static const double least_error = 0.1; /* of a draw, in errors of the whole; see the header */

struct bootstrap {
    double (*rows)[ROW]; /* [n] */
    size_t n, draws;
    uint64_t seed;
    double error[2]; /* clustered, of the whole; 0: a point; NaN: none */
    double *t[2];    /* [draws] */
};

static void fill_rows(struct bootstrap *b, int which, const struct ratio *of)
{
    double ratio = cluster_ratio(of->y, of->x, b->n), size = 0;
    for (size_t i = 0; i < b->n; i++) {
        double x = of->x[i], r = of->y[i] - ratio * x;
        double *part = b->rows[i] + which * PARTS;
        part[X] = x;
        part[R] = r;
        part[XX] = x * x;
        part[XR] = x * r;
        part[RR] = r * r;
        size += of->y[i] * of->y[i];
    }
    double error = cluster_error(of->y, of->x, b->n), sum_x = sum_ordered(of->x, b->n);
    /* Residuals of nothing but rounding are none: all texts agree. */
    b->error[which] = error * sum_x <= 1e-13 * sqrt(size) ? 0 : error;
}

/*
 * The sums of SIMD_LANES draws, from `first` on. The text at place i of draw k is the word i of
 * stream k, scaled to n by its upper half of a product; the bias is below n / 2^32.
 */
SIMD_CLONES static void draw_lanes(const struct bootstrap *b, size_t first,
                                   double sums[SIMD_LANES][ROW])
{
    _Static_assert(STRETCH % 4 == 0, "whole blocks");
    uint32_t index[SIMD_LANES][STRETCH], words[4][SIMD_LANES];
    memset(sums, 0, SIMD_LANES * sizeof sums[0]);
    for (size_t begin = 0; begin < b->n; begin += STRETCH) {
        size_t length = b->n - begin < STRETCH ? b->n - begin : STRETCH;
        for (size_t i = 0; i < length; i += 4) {
            rng_lanes(words, b->seed, (uint32_t)first, RNG_BOOTSTRAP, (begin + i) / 4);
            for (size_t k = 0; k < 4; k++) {
                for (size_t j = 0; j < SIMD_LANES; j++) {
                    index[j][i + k] = (uint32_t)((uint64_t)words[k][j] * b->n >> 32);
                }
            }
        }
        for (size_t j = 0; j < SIMD_LANES; j++) {
            double sum[ROW];
            memcpy(sum, sums[j], sizeof sum);
            for (size_t i = 0; i < length; i++) {
                const double *row = b->rows[index[j][i]];
                for (size_t p = 0; p < ROW; p++) {
                    sum[p] += row[p];
                }
            }
            memcpy(sums[j], sum, sizeof sum);
        }
    }
}

/* (R* − R) / s* of a draw. */
static double studentised(const struct bootstrap *b, const double *sum, double error)
{
    if (!(error > 0)) {
        return 0;
    }
    double n = (double)b->n, away = sum[R] / sum[X];
    double squares = sum[RR] - 2 * away * sum[XR] + away * away * sum[XX];
    double own = squares > 0 ? sqrt(squares * n / (n - 1)) / sum[X] : 0;
    own = own > least_error * error ? own : least_error * error;
    return away / own;
}

static void draw_batch(const struct bootstrap *b, size_t first)
{
    double sums[SIMD_LANES][ROW];
    for (size_t k = first; k < first + BATCH_DRAWS && k < b->draws; k += SIMD_LANES) {
        draw_lanes(b, k, sums);
        for (size_t j = 0; j < SIMD_LANES && k + j < b->draws; j++) {
            for (int which = 0; which < 2; which++) {
                b->t[which][k + j] = studentised(b, sums[j] + which * PARTS, b->error[which]);
            }
        }
    }
}

/* Between order statistics: position share·(n + 1) counted from 1, so 2.5 % of 999 draws is the
 * 25th. */
static double quantile(const double *sorted, size_t n, double share)
{
    double position = share * (double)(n + 1) - 1;
    if (position <= 0) {
        return sorted[0];
    }
    size_t below = (size_t)position;
    if (below + 1 >= n) {
        return sorted[n - 1];
    }
    double part = position - (double)below;
    return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

static struct interval interval_of(struct bootstrap *b, int which, double ratio)
{
    double error = b->error[which], *t = b->t[which];
    if (!isfinite(ratio) || !isfinite(error)) {
        return INTERVAL_NONE;
    }
    if (error == 0) {
        return (struct interval){ratio, ratio};
    }
    quantile_sort(t, b->draws);
    return (struct interval){ratio - error * quantile(t, b->draws, 0.975),
                             ratio - error * quantile(t, b->draws, 0.025)};
}

int bootstrap_intervals(struct interval out[2], const struct ratio of[2], size_t n, size_t draws,
                        uint64_t seed, struct err *e)
{
    int result = -1;
    out[0] = out[1] = INTERVAL_NONE;
    if (n < 2 || draws == 0) {
        return 0;
    }
    struct bootstrap b = {.n = n, .draws = draws, .seed = seed};
    b.rows = mem_new(n, sizeof *b.rows, e);
    b.t[0] = mem_new(2 * draws, sizeof *b.t[0], e);
    if (!b.rows || !b.t[0]) {
        goto out;
    }
    b.t[1] = b.t[0] + draws;
    for (int which = 0; which < 2; which++) {
        fill_rows(&b, which, &of[which]);
    }
    if (!(b.error[0] > 0) && !(b.error[1] > 0)) {
        draws = 0; /* two points, or none */
    }
#pragma omp parallel for schedule(static) if (draws * n > PARALLEL_CHUNK)
    for (size_t first = 0; first < draws; first += BATCH_DRAWS) {
        draw_batch(&b, first);
    }
    for (int which = 0; which < 2; which++) {
        out[which] = interval_of(&b, which, cluster_ratio(of[which].y, of[which].x, n));
    }
    result = 0;
out:
    free(b.rows);
    free(b.t[0]);
    return result;
}
