#include "quantize/fit.h"

void extent_widen(struct extent *x, enum grid_fit fit, const float *w, size_t n)
{
    float magnitude[BLOCK];
    x->n += n;
    if (fit == FIT_SIGN_MAGNITUDE || fit == FIT_LLOYD_MAX) {
        magnitudes(magnitude, w, n);
        w = magnitude;
    }
    if (fit == FIT_SIGN_MAGNITUDE) {
        x->sum += sum_of(w, n);
    }
    range_widen(&x->range, w, n);
}

void extent_join(struct extent *x, const struct extent *other)
{
    range_join(&x->range, other->range);
    x->sum += other->sum;
    x->n += other->n;
}

/*
 * Levels in the middles of 2^(b−1) equal cells over the range of the magnitudes: with so few of
 * them it would be a waste to spend two on the ends. With one bit, which the sign takes, the one
 * magnitude is the mean.
 */
static int sign_magnitude(struct coded_grid *g, const struct extent *x, int bits,
                          enum grid_dtype dtype, const char *what, struct err *e)
{
    float cell = (x->range.hi - x->range.lo) / (float)(1 << (bits - 1));
    float lo = bits > 1 ? x->range.lo + cell / 2 : (float)(x->sum / (double)x->n);
    *g = (struct coded_grid){grid_round(bits > 1 ? cell : 0, dtype), grid_round(lo, dtype)};
    return grid_check(g->scale, g->lo, dtype, what, e);
}

int fit_extent(struct coded_grid *g, const struct extent *x, enum grid_fit fit, int bits,
               enum grid_dtype dtype, const char *what, struct err *e)
{
    struct grid made;
    *g = (struct coded_grid){0};
    if (fit == FIT_LLOYD_MAX) {
        g->scale = grid_round(x->range.hi, dtype);
        return grid_check(g->scale, 0, dtype, what, e);
    }
    if (bits == 0) {
        return 0;
    }
    if (fit == FIT_SIGN_MAGNITUDE) {
        return sign_magnitude(g, x, bits, dtype, what, e);
    }
    if (grid_make(&made, x->range.lo, x->range.hi, bits, dtype, what, e)) {
        return -1;
    }
    *g = (struct coded_grid){made.scale, made.lo};
    return 0;
}

int fit_shrinks(struct grid *grid_s, const struct extent *x, int bits, enum grid_dtype dtype,
                const char *what, struct err *e)
{
    float half = (x->range.hi - x->range.lo) / 2, part = 1;
    for (int s = 0; s < FIT_SHRINKS; s++, part *= 0.9f) {
        float cut = half * (1 - part);
        if (grid_make(&grid_s[s], x->range.lo + cut, x->range.hi - cut, bits, dtype, what, e)) {
            return -1;
        }
    }
    return 0;
}

size_t fit_least(const double *error_s)
{
    size_t best = 0;
    for (size_t s = 1; s < FIT_SHRINKS; s++) {
        best = error_s[s] < error_s[best] ? s : best;
    }
    return best;
}

static int fit_shrunk(struct coded_grid *g, const struct extent *x, int bits, enum grid_dtype dtype,
                      const float *w, size_t n, const char *what, struct err *e)
{
    struct grid grid_s[FIT_SHRINKS];
    double error_s[FIT_SHRINKS] = {0};
    if (fit_shrinks(grid_s, x, bits, dtype, what, e)) {
        return -1;
    }
    for (size_t i = 0; i < n; i += BLOCK) {
        grid_errors(error_s, grid_s, FIT_SHRINKS, w + i, NULL, n - i < BLOCK ? n - i : BLOCK);
    }
    const struct grid *best = &grid_s[fit_least(error_s)];
    *g = (struct coded_grid){best->scale, best->lo};
    return 0;
}

int fit_unit(struct coded_grid *g, const struct extent *x, enum grid_fit fit, int bits,
             enum grid_dtype dtype, const float *w, size_t n, const char *what, struct err *e)
{
    return fit == FIT_MSE && bits > 0 ? fit_shrunk(g, x, bits, dtype, w, n, what, e)
                                      : fit_extent(g, x, fit, bits, dtype, what, e);
}
