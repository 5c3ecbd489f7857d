#include "coding/coded.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/simd.h"

const char *const grid_dtype_names[] = {"f32", "f16", NULL};

enum { CODES = 1 << TIER_BITS_MAX };

size_t coded_grids(size_t rows, size_t cols, size_t group, int n_tiers)
{
    return group ? rows * (cols / group + (cols % group != 0)) : (size_t)n_tiers;
}

int coded_allocate(struct coded_tensor *c, struct err *e)
{
    size_t n = c->rows * c->cols;
    c->code = mem_new(n, 1, e);
    c->tier = c->code && c->n_tiers > 1 ? mem_new(n, 1, e) : NULL;
    if (!c->code || (c->n_tiers > 1 && !c->tier)) {
        return -1;
    }
    c->grid = mem_new(coded_grids(c->rows, c->cols, c->group, c->n_tiers), sizeof *c->grid, e);
    return c->grid ? 0 : -1;
}

void coded_release(struct coded_tensor *c)
{
    free(c->code);
    free(c->tier);
    free(c->grid);
    *c = (struct coded_tensor){0};
}

/* Weights [begin, end) from the values that a tier's codes can have. */
static void look_up(float *out, const struct coded_tensor *c, const float *value, size_t begin,
                    size_t end)
{
    if (!c->tier) {
        for (size_t i = begin; i < end; i++) {
            out[i] = value[c->code[i]];
        }
        return;
    }
    for (size_t i = begin; i < end; i++) {
        out[i] = value[(size_t)c->tier[i] * CODES + c->code[i]];
    }
}

static void tier_values(float *out, const struct coded_tensor *c)
{
    float value[TIERS_MAX * CODES];
    size_t n = c->rows * c->cols;
    for (int k = 0; k < c->n_tiers; k++) {
        for (int q = 0; q < CODES; q++) {
            value[k * CODES + q] = grid_value((float)q, c->grid[k].lo, c->grid[k].scale);
        }
    }
#pragma omp parallel for schedule(static)
    for (size_t chunk = 0; chunk < chunk_count(n); chunk++) {
        look_up(out, c, value, chunk_begin(chunk), chunk_end(chunk, n));
    }
}

SIMD_CLONES static void group_values(float *restrict out, const uint8_t *restrict code,
                                     struct coded_grid g, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = grid_value((float)code[i], g.lo, g.scale);
    }
}

void coded_values(float *out_rc, const struct coded_tensor *c)
{
    if (!c->group) {
        tier_values(out_rc, c);
        return;
    }
    size_t per_row = coded_grids(1, c->cols, c->group, 1);
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < c->rows; r++) {
        for (size_t g = 0; g < per_row; g++) {
            size_t first = g * c->group, left = c->cols - first, at = r * c->cols + first;
            group_values(out_rc + at, c->code + at, c->grid[r * per_row + g],
                         left < c->group ? left : c->group);
        }
    }
}
