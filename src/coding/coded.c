#include "coding/coded.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/simd.h"

const char *const grid_dtype_names[] = {"f32", "f16", NULL};
const char *const grid_kind_names[] = {"scale-minimum", "sign-magnitude", "codebook", "step", NULL};

size_t coded_units(const struct coded_tensor *c)
{
    return allocation_units(c->rows, c->cols, c->unit);
}

size_t coded_grids(const struct coded_tensor *c)
{
    return c->own_grids ? coded_units(c) : (size_t)c->n_options;
}

int coded_allocate(struct coded_tensor *c, struct err *e)
{
    size_t n = c->rows * c->cols, n_options = (size_t)c->n_options;
    bool steps = c->kind == GRID_STEP, books = c->kind == GRID_CODEBOOK;
    bool ok = (steps || (c->code = mem_new(n, 1, e))) &&
              (!steps || (c->level = mem_new(n, sizeof *c->level, e))) &&
              (n_options == 1 || (c->option = mem_new(coded_units(c), 1, e))) &&
              (!books || (c->book = mem_new(n_options * BOOK_CODES, sizeof *c->book, e))) &&
              (c->grid = mem_new(coded_grids(c), sizeof *c->grid, e));
    return ok ? 0 : -1;
}

void coded_release(struct coded_tensor *c)
{
    free(c->code);
    free(c->level);
    free(c->option);
    free(c->grid);
    free(c->book);
    *c = (struct coded_tensor){0};
}

/* What each code of an option stands for under one grid. */
static void values_of_codes(float *value, const struct coded_tensor *c, int option,
                            struct coded_grid g)
{
    for (int q = 0; q < 1 << c->bits[option]; q++) {
        switch (c->kind) {
        case GRID_SIGN_MAGNITUDE:
            value[q] = grid_signed_value(q, g.lo, g.scale);
            break;
        case GRID_CODEBOOK:
            value[q] = c->book[option * BOOK_CODES + q] * g.scale;
            break;
        default:
            value[q] = grid_value((float)q, g.lo, g.scale);
        }
    }
    if (c->bits[option] == 0) {
        value[0] = 0;
    }
}

/* Units of one weight with a grid an option: a look-up a weight. */
static void weight_values(float *out, const struct coded_tensor *c, const float *value)
{
    size_t n = c->rows * c->cols;
#pragma omp parallel for schedule(static) if (n > PARALLEL_CHUNK)
    for (size_t chunk = 0; chunk < chunk_count(n); chunk++) {
        for (size_t i = chunk_begin(chunk); i < chunk_end(chunk, n); i++) {
            out[i] = value[(size_t)c->option[i] * BOOK_CODES + c->code[i]];
        }
    }
}

SIMD_CLONES static void affine_values(float *restrict out, const uint8_t *restrict code,
                                      struct coded_grid g, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = grid_value((float)code[i], g.lo, g.scale);
    }
}

SIMD_CLONES static void level_values(float *restrict out, const int16_t *restrict level, float step,
                                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (float)level[i] * step;
    }
}

/* The `n` weights from `at` on, all of unit u. `shared`: the values of options' codes, if known. */
static void unit_values(float *out, const struct coded_tensor *c, const float *shared, size_t u,
                        size_t at, size_t n)
{
    int option = c->option ? c->option[u] : 0;
    float own[BOOK_CODES];
    const float *value = own;
    if (c->kind == GRID_STEP) {
        level_values(out + at, c->level + at, c->grid[option].scale, n);
        return;
    }
    if (c->own_grids && c->kind == GRID_SCALE_MINIMUM && c->bits[option] > 0) {
        affine_values(out + at, c->code + at, c->grid[u], n);
        return;
    }
    if (c->own_grids) {
        values_of_codes(own, c, option, c->grid[u]);
    } else {
        value = shared + (size_t)option * BOOK_CODES;
    }
    for (size_t i = at; i < at + n; i++) {
        out[i] = value[c->code[i]];
    }
}

/* Row by row; a unit as large as the tensor is looked up row by row too. */
static void row_values(float *out, const struct coded_tensor *c, const float *shared)
{
    size_t unit = c->unit < c->cols ? c->unit : c->cols;
    size_t per_row = c->unit == UNIT_TENSOR ? 0 : allocation_units(1, c->cols, unit);
#pragma omp parallel for schedule(static) if (c->rows * c->cols > PARALLEL_CHUNK)
    for (size_t r = 0; r < c->rows; r++) {
        for (size_t first = 0, u = r * per_row; first < c->cols; first += unit, u++) {
            size_t left = c->cols - first;
            unit_values(out, c, shared, u, r * c->cols + first, left < unit ? left : unit);
        }
    }
}

void coded_values(float *out_rc, const struct coded_tensor *c)
{
    float shared[TIERS_MAX * BOOK_CODES];
    for (int k = 0; k < c->n_options && !c->own_grids && c->kind != GRID_STEP; k++) {
        values_of_codes(shared + (size_t)k * BOOK_CODES, c, k, c->grid[k]);
    }
    if (c->unit == 1 && c->option && !c->own_grids && c->kind != GRID_STEP) {
        weight_values(out_rc, c, shared);
    } else {
        row_values(out_rc, c, shared);
    }
}
