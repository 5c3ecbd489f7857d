#include "quantize/coder.h"

#include "base/parallel.h"
#include "base/simd.h"

SIMD_CLONES void magnitudes(float *out, const float *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = fabsf(w[i]);
    }
}

void coder_cuts(float *cut, const float *book, int bits)
{
    for (int q = 0; q + 1 < 1 << bits; q++) {
        cut[q] = book[q] + (book[q + 1] - book[q]) * 0.5f;
    }
}

struct coder coder_of(enum grid_kind kind, int bits, struct coded_grid g, const float *book,
                      const float *cut)
{
    if (bits == 0 && kind != GRID_STEP) {
        return (struct coder){.kind = GRID_SCALE_MINIMUM, .g.divisor = INFINITY};
    }
    int levels = (1 << (kind == GRID_SIGN_MAGNITUDE ? bits - 1 : bits)) - 1;
    return (struct coder){.kind = kind,
                          .bits = bits,
                          .g = {.lo = g.lo,
                                .scale = g.scale,
                                .divisor = g.scale > 0 ? g.scale : INFINITY,
                                .levels = (float)levels},
                          .book = book,
                          .cut = cut};
}

SIMD_CLONES static void affine_codes(uint8_t *restrict code, const float *restrict w, struct grid g,
                                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        code[i] = (uint8_t)grid_code(w[i], g.lo, g.divisor, g.levels);
    }
}

SIMD_CLONES static void signed_codes(uint8_t *restrict code, const float *restrict w, struct grid g,
                                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int q = (int)grid_code(fabsf(w[i]), g.lo, g.divisor, g.levels);
        code[i] = (uint8_t)(q * 2 + (w[i] < 0));
    }
}

/* Halving, one step for all weights at a time. */
SIMD_CLONES static void book_codes(uint8_t *restrict code, const float *restrict w, float divisor,
                                   const float *restrict cut, int bits, size_t n)
{
    float x[BLOCK];
    int32_t at[BLOCK];
    for (size_t i = 0; i < n; i++) {
        x[i] = w[i] / divisor;
        at[i] = 0;
    }
    for (int32_t half = 1 << bits >> 1; half; half >>= 1) {
        for (size_t i = 0; i < n; i++) {
            at[i] += x[i] > cut[at[i] + half - 1] ? half : 0;
        }
    }
    for (size_t i = 0; i < n; i++) {
        code[i] = (uint8_t)at[i];
    }
}

void coder_codes(uint8_t *code, const struct coder *k, const float *w, size_t n)
{
    if (k->kind == GRID_SIGN_MAGNITUDE) {
        signed_codes(code, w, k->g, n);
    } else if (k->kind == GRID_CODEBOOK) {
        book_codes(code, w, k->g.divisor, k->cut, k->bits, n);
    } else {
        affine_codes(code, w, k->g, n);
    }
}

SIMD_CLONES static float step_levels(int16_t *restrict level, const float *restrict w, float step,
                                     float limit, size_t n)
{
    float lane[SIMD_LANES] = {0}, largest = 0;
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < n; i++) {
        level[i] = (int16_t)grid_level(w[i], step, limit);
    }
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lane[j] = fabsf(w[i + j]) > lane[j] ? fabsf(w[i + j]) : lane[j];
        }
    }
    for (size_t i = even; i < n; i++) {
        lane[0] = fabsf(w[i]) > lane[0] ? fabsf(w[i]) : lane[0];
    }
    for (int j = 0; j < SIMD_LANES; j++) {
        largest = lane[j] > largest ? lane[j] : largest;
    }
    return largest;
}

float coder_levels(int16_t *level, const struct coder *k, const float *w, size_t n)
{
    return step_levels(level, w, k->g.divisor, LEVEL_MAX, n);
}

/* What the lanes of a stretch add up to. */
static inline double lanes_sum(const float *lane)
{
    double sum = 0;
    for (int j = 0; j < SIMD_LANES; j++) {
        sum += (double)lane[j];
    }
    return sum;
}

static inline float grid_square(float w, struct grid g)
{
    float d = grid_value(grid_code(w, g.lo, g.divisor, g.levels), g.lo, g.scale) - w;
    return d * d;
}

SIMD_CLONES static void plain_errors(double *error_g, const struct grid *grid, int n_grids,
                                     const float *w, size_t n)
{
    size_t even = n - n % SIMD_LANES;
    for (int k = 0; k < n_grids; k++) {
        struct grid g = grid[k];
        float lane[SIMD_LANES] = {0};
        for (size_t i = 0; i < even; i += SIMD_LANES) {
            for (size_t j = 0; j < SIMD_LANES; j++) {
                lane[j] += grid_square(w[i + j], g);
            }
        }
        for (size_t i = even; i < n; i++) {
            lane[i - even] += grid_square(w[i], g);
        }
        error_g[k] += lanes_sum(lane);
    }
}

SIMD_CLONES static void weighted_errors(double *error_g, const struct grid *grid, int n_grids,
                                        const float *w, const float *weight, size_t n)
{
    size_t even = n - n % SIMD_LANES;
    for (int k = 0; k < n_grids; k++) {
        struct grid g = grid[k];
        float lane[SIMD_LANES] = {0};
        for (size_t i = 0; i < even; i += SIMD_LANES) {
            for (size_t j = 0; j < SIMD_LANES; j++) {
                lane[j] += weight[i + j] * grid_square(w[i + j], g);
            }
        }
        for (size_t i = even; i < n; i++) {
            lane[i - even] += weight[i] * grid_square(w[i], g);
        }
        error_g[k] += lanes_sum(lane);
    }
}

void grid_errors(double *error_g, const struct grid *grid, int n_grids, const float *w,
                 const float *weight, size_t n)
{
    if (weight) {
        weighted_errors(error_g, grid, n_grids, w, weight, n);
    } else {
        plain_errors(error_g, grid, n_grids, w, n);
    }
}

/* Σ weight·(value − w)². */
SIMD_CLONES static double error_of_values(const float *restrict value, const float *restrict w,
                                          const float *restrict weight, size_t n)
{
    float lane[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            float d = value[i + j] - w[i + j];
            lane[j] += (weight ? weight[i + j] : 1.0f) * (d * d);
        }
    }
    for (size_t i = even; i < n; i++) {
        float d = value[i] - w[i];
        lane[i - even] += (weight ? weight[i] : 1.0f) * (d * d);
    }
    return lanes_sum(lane);
}

SIMD_CLONES static void step_values(float *restrict value, const float *restrict w, float step,
                                    float limit, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        value[i] = grid_level(w[i], step, limit) * step;
    }
}

SIMD_CLONES static void affine_values(float *restrict value, const float *restrict w, struct grid g,
                                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        value[i] = grid_value(grid_code(w[i], g.lo, g.divisor, g.levels), g.lo, g.scale);
    }
}

void coder_values(float *value, const struct coder *k, const float *w, size_t n)
{
    float magnitude[BLOCK];
    uint8_t code[BLOCK] = {0};
    switch (k->kind) {
    case GRID_SIGN_MAGNITUDE:
        magnitudes(magnitude, w, n);
        affine_values(value, magnitude, k->g, n);
        for (size_t i = 0; i < n; i++) {
            value[i] = w[i] < 0 ? -value[i] : value[i];
        }
        break;
    case GRID_CODEBOOK:
        coder_codes(code, k, w, n);
        for (size_t i = 0; i < n; i++) {
            value[i] = k->book[code[i]] * k->g.scale;
        }
        break;
    case GRID_STEP:
        step_values(value, w, k->g.divisor, LEVEL_MAX, n);
        break;
    default:
        affine_values(value, w, k->g, n);
    }
}

double coder_error(const struct coder *k, const float *w, const float *weight, size_t n)
{
    float x[BLOCK];
    double error = 0;
    if (k->kind == GRID_CODEBOOK || k->kind == GRID_STEP) {
        coder_values(x, k, w, n);
        return error_of_values(x, w, weight, n);
    }
    if (k->kind == GRID_SIGN_MAGNITUDE) {
        magnitudes(x, w, n);
        w = x;
    }
    grid_errors(&error, &k->g, 1, w, weight, n);
    return error;
}
