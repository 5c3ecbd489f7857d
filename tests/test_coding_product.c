/* product: straight from the codes against decode-then-multiply, over shapes that nothing divides.
 */
#include "coding/product.h"

#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tensor/naive.h"

enum { S_MAX = 3 };

struct form {
    size_t rows, cols, unit;
    int bits;
    enum grid_dtype dtype;
};

/* A tensor in codes, what it decodes to, and rows to multiply it by. */
struct made {
    struct coded_tensor coded;
    struct packed_tensor packed;
    struct packed_matrix matrix;
    float *w_rc, *x, *scratch;
    size_t longest; /* of rows and cols */
};

static float grid_number(struct rng *r, enum grid_dtype dtype, double from, double to)
{
    float x = (float)(from + (to - from) * rng_uniform(r));
    return dtype == GRID_F32 ? x : half_to_float(half_from_float(x));
}

static void make(struct made *t, struct form f, uint32_t number)
{
    struct err e;
    struct rng r = rng_stream(61, number, RNG_TEST);
    bool own = f.unit != UNIT_TENSOR;
    *t = (struct made){.coded = {.rows = f.rows,
                                 .cols = f.cols,
                                 .unit = own && f.unit > f.cols ? f.cols : f.unit,
                                 .own_grids = own,
                                 .n_options = 1,
                                 .bits = {f.bits},
                                 .dtype = f.dtype}};
    cr_assert(coded_allocate(&t->coded, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < f.rows * f.cols; i++) {
        t->coded.code[i] = (uint8_t)rng_below(&r, 1u << f.bits);
    }
    for (size_t i = 0; i < coded_grids(&t->coded); i++) {
        t->coded.grid[i].scale = grid_number(&r, f.dtype, 0.001, 0.02);
        t->coded.grid[i].lo = grid_number(&r, f.dtype, -0.2, 0.02);
    }
    cr_assert(packed_encode(&t->packed, &t->coded, CODING_PLAIN, &e) == 0, "%s", e.text);
    cr_assert(packed_matrix_of(&t->matrix, &t->packed));
    cr_assert(packed_matrix_check(&t->matrix, &e) == 0, "%s", e.text);
    t->longest = f.rows > f.cols ? f.rows : f.cols;
    t->w_rc = mem_floats(f.rows * f.cols, &e);
    t->x = mem_floats(S_MAX * t->longest, &e);
    t->scratch = mem_floats(product_scratch(&t->matrix, S_MAX), &e);
    coded_values(t->w_rc, &t->coded);
    for (size_t i = 0; i < S_MAX * t->longest; i++) {
        t->x[i] = (float)(4 * rng_uniform(&r) - 2);
    }
}

static void release(struct made *t)
{
    coded_release(&t->coded);
    packed_release(&t->packed);
    free(t->w_rc);
    free(t->x);
    free(t->scratch);
}

/* Σ|x|·(|scale|·q + |minimum|) of an output, from which the header's bound is made. */
static double magnitude(const struct made *t, size_t s, size_t out, bool columns)
{
    const struct coded_tensor *c = &t->coded;
    size_t n = columns ? c->rows : c->cols, per_row = c->own_grids ? t->matrix.units : 0;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        size_t row = columns ? i : out, col = columns ? out : i;
        const struct coded_grid *g = &c->grid[row * per_row + (per_row ? col / t->matrix.unit : 0)];
        sum += fabs((double)t->x[s * t->longest + i]) *
               (fabs((double)g->scale) * c->code[row * c->cols + col] + fabs((double)g->lo));
    }
    return sum;
}

static void assert_near(const struct made *t, const float *y, size_t S, bool columns,
                        const char *what)
{
    size_t n = columns ? t->matrix.rows : t->matrix.cols;
    size_t outs = columns ? t->matrix.cols : t->matrix.rows;
    double *exact = malloc(outs * sizeof *exact);
    for (size_t s = 0; s < S; s++) {
        naive_matmul(exact, t->x + s * t->longest, t->w_rc, NULL, 1, n, outs, !columns);
        for (size_t i = 0; i < outs; i++) {
            double bound = (double)(n + 4) * 0x1p-24 * magnitude(t, s, i, columns);
            double error = fabs((double)y[s * outs + i] - exact[i]);
            cr_assert(error <= bound,
                      "%s, %zu × %zu, units of %zu, %d bits: output %zu is off by %g, over %g",
                      what, t->matrix.rows, t->matrix.cols, t->matrix.unit, t->matrix.bits, i,
                      error, bound);
        }
    }
    free(exact);
}

/* Every level in one piece, and cut up at odd places: near the exact product, and the same bytes.
 */
static void check_levels(struct made *t, size_t S, bool columns)
{
    size_t outs = columns ? t->matrix.cols : t->matrix.rows, cut = columns ? PRODUCT_COLUMNS : 1;
    float *first = calloc(S * outs, sizeof *first), *y = calloc(S * outs, sizeof *y);
    (columns ? product_columns : product_rows)(first, outs, &t->matrix, t->x, t->longest, S, 0,
                                               outs, t->scratch);
    assert_near(t, first, S, columns, columns ? "columns" : "rows");
    for (const struct product_level *l = product_levels; l->name; l++) {
        for (size_t piece = cut; l->here() && t->matrix.even && piece < 4 * outs; piece *= 5) {
            memset(y, 0x7f, S * outs * sizeof *y);
            for (size_t at = 0; at < outs; at += piece) {
                size_t end = at + piece < outs ? at + piece : outs;
                (columns ? l->columns : l->rows)(y, outs, &t->matrix, t->x, t->longest, S, at, end,
                                                 t->scratch);
            }
            cr_assert(memcmp(y, first, S * outs * sizeof *y) == 0,
                      "%s, %s, %zu × %zu, units of %zu, pieces of %zu", l->name,
                      columns ? "columns" : "rows", t->matrix.rows, t->matrix.cols, t->matrix.unit,
                      piece);
        }
    }
    free(first);
    free(y);
}

static const size_t shapes[][2] = {{1, 1},   {1, 8},     {3, 2},    {5, 13},   {7, 40},
                                   {8, 128}, {9, 136},   {17, 200}, {23, 96},  {31, 129},
                                   {64, 64}, {100, 300}, {257, 72}, {19, 1604}};
static const size_t units[] = {4, 5, 8, 24, 32, 64, 100, 128, 4000, UNIT_TENSOR};

Test(coding_product, every_shape_and_group_is_within_the_bound_at_every_level)
{
    uint32_t number = 0;
    size_t even = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (size_t u = 0; u < sizeof units / sizeof *units; u++, number++) {
            struct made t;
            make(&t,
                 (struct form){shapes[i][0], shapes[i][1], units[u], number % 3 ? 4 : 8,
                               number % 2 ? GRID_F16 : GRID_F32},
                 number);
            check_levels(&t, 1 + number % S_MAX, true);
            check_levels(&t, 1 + (number + 1) % S_MAX, false);
            even += t.matrix.even;
            release(&t);
        }
    }
    cr_assert(even > number / 3 && even < number, "%zu of %u are even", even, number);
}

Test(coding_product, decoded_blocks_are_the_decoders_weights)
{
    static const struct form forms[] = {{13, 45, 7, 4, GRID_F16},
                                        {9, 64, 32, 4, GRID_F32},
                                        {6, 33, 4000, 8, GRID_F16},
                                        {5, 31, UNIT_TENSOR, 4, GRID_F32}};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        struct made t;
        float out[13 * 70];
        make(&t, forms[f], (uint32_t)f);
        size_t R = forms[f].rows, C = forms[f].cols;
        for (size_t c = 0; c < C; c += 3) {
            size_t n = C - c < 17 ? C - c : 17;
            packed_matrix_decode(out, 70, &t.matrix, 1, R - 1, c, n);
            for (size_t r = 1; r < R; r++) {
                cr_assert(memcmp(out + (r - 1) * 70, t.w_rc + r * C + c, n * sizeof *out) == 0,
                          "form %zu, row %zu, columns from %zu", f, r, c);
            }
        }
        release(&t);
    }
}

Test(coding_product, a_team_of_any_size_gives_the_same_bytes)
{
    struct made t;
    make(&t, (struct form){130, 600, 32, 4, GRID_F16}, 1);
    float alone[600], shared[600];
    product_columns(alone, 600, &t.matrix, t.x, t.longest, 1, 0, 600, t.scratch);
    for (int threads = 2; threads <= 7; threads++) {
#pragma omp parallel num_threads(threads)
        {
            struct err e;
            float *scratch = mem_floats(product_scratch(&t.matrix, 1), &e);
            size_t i = (size_t)omp_get_thread_num(), n = (size_t)omp_get_num_threads();
            size_t blocks = 600 / PRODUCT_COLUMNS;
            product_columns(shared, 600, &t.matrix, t.x, t.longest, 1,
                            blocks * i / n * PRODUCT_COLUMNS,
                            blocks * (i + 1) / n * PRODUCT_COLUMNS, scratch);
            free(scratch);
        }
        cr_assert(memcmp(alone, shared, sizeof alone) == 0, "%d threads", threads);
    }
    release(&t);
}

Test(coding_product, other_forms_are_not_taken_and_bad_grids_are_refused)
{
    struct made t;
    struct packed_matrix m;
    struct err e;
    make(&t, (struct form){6, 32, 16, 4, GRID_F32}, 2);
    struct packed_tensor p = t.packed;
    p.bits[0] = 3;
    cr_assert(!packed_matrix_of(&m, &p), "3 bits");
    p = t.packed, p.coding = CODING_ENTROPY;
    cr_assert(!packed_matrix_of(&m, &p), "entropy coding");
    p = t.packed, p.kind = GRID_CODEBOOK;
    cr_assert(!packed_matrix_of(&m, &p), "codebooks");
    p = t.packed, p.n_options = 2;
    cr_assert(!packed_matrix_of(&m, &p), "two options");
    cr_assert(packed_matrix_bytes(&t.matrix) == 6 * 16 + 12 * 2 * sizeof(float));
    float *grids = (float *)(size_t)t.packed.part[PACKED_GRIDS].bytes;
    grids[7] = INFINITY;
    cr_assert(packed_matrix_check(&t.matrix, &e) == -1 && strstr(e.text, "grid 3 "), "%s", e.text);
    grids[7] = 0;
    grids[10] = 3e38f; /* finite, but 15 times it is not */
    cr_assert(packed_matrix_check(&t.matrix, &e) == -1 && strstr(e.text, "grid 5 "), "%s", e.text);
    release(&t);
}
