#include "tensor/tiles.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/float_bits.h"
#include "base/mem.h"
#include "tensor/matmul.h"

/* Below this many multiply-adds OpenBLAS may take kernels for small products. */
enum { SMALL_PRODUCT = 1000000 };

/* Deeper than a kernel goes at once, and no multiple of its columns. */
enum { TRIAL_K = 700, TRIAL_N = 250, TRIAL_ROWS = 13 * TILE_ROW_UNIT };

static pthread_once_t tried = PTHREAD_ONCE_INIT;
static bool can_span;

static void product(float *y_mn, const float *x_mk, const float *w, size_t rows, bool transposed)
{
    memset(y_mn, 0, rows * TRIAL_N * sizeof *y_mn);
    if (transposed) {
        matmul_transposed(y_mn, TRIAL_N, x_mk, TRIAL_K, w, TRIAL_K, rows, TRIAL_K, TRIAL_N, 1.0f);
    } else {
        matmul(y_mn, TRIAL_N, x_mk, TRIAL_K, w, TRIAL_N, rows, TRIAL_K, TRIAL_N, 1.0f, 1.0f);
    }
}

static bool same_bits(const float *x, const float *y, size_t n)
{
    bool same = true;
    for (size_t i = 0; i < n; i++) {
        same = same && float_to_bits(x[i]) == float_to_bits(y[i]);
    }
    return same;
}

/* All rows of x are the same; so must be all rows of y, in halves, as in one unit by itself. */
static bool try_products(float *y_mn, float *unit_un, const float *x_mk, const float *w)
{
    static const size_t units[] = {1, 2, 3, 5, 13};
    bool same = true;
    for (int transposed = 0; transposed < 2; transposed++) {
        product(unit_un, x_mk, w, TILE_ROW_UNIT, transposed);
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            size_t rows = units[i] * TILE_ROW_UNIT;
            product(y_mn, x_mk, w, rows, transposed);
            for (size_t r = 0; r < rows && same; r++) {
                size_t like = r / TILE_HALF % 2 * TILE_HALF;
                same = same_bits(y_mn + r * TRIAL_N, unit_un + like * TRIAL_N, TRIAL_N);
            }
        }
    }
    return same;
}

/* Numbers of full mantissas, so that every order of rounding shows. */
static void fill(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float part = 1.0f / (float)(i % 1021 + 3);
        x[i] = i % 3 ? part : -part;
    }
}

/* In one thread, as in our teams, also for who has not called compute_init(). */
static void try_kernels(void)
{
    struct err e;
    size_t y_n = (size_t)TRIAL_ROWS * TRIAL_N, unit_n = (size_t)TILE_ROW_UNIT * TRIAL_N;
    size_t x_n = (size_t)TRIAL_ROWS * TRIAL_K, w_n = (size_t)TRIAL_K * TRIAL_N;
    float *memory = mem_floats(y_n + unit_n + x_n + w_n, &e);
    int threads = compute_threads();
    if (memory) {
        float *unit_un = memory + y_n, *x_mk = unit_un + unit_n, *w = x_mk + x_n;
        fill(x_mk, TRIAL_K);
        for (size_t r = 1; r < TRIAL_ROWS; r++) {
            memcpy(x_mk + r * TRIAL_K, x_mk, TRIAL_K * sizeof *x_mk);
        }
        fill(w, w_n);
        compute_set_threads(1);
        can_span = try_products(memory, unit_un, x_mk, w);
        compute_set_threads(threads);
    }
    free(memory);
}

bool tiles_can_span(size_t k, size_t n)
{
    pthread_once(&tried, try_kernels);
    size_t narrowest = n / tile_count(n, TILE_COLUMNS, TILE_COLUMN_UNIT);
    narrowest -= narrowest < TILE_COLUMN_UNIT ? narrowest : TILE_COLUMN_UNIT;
    return can_span && k * narrowest * TILE_ROW_UNIT > SMALL_PRODUCT;
}

const char *tiles_description(void)
{
    pthread_once(&tried, try_kernels);
    return can_span ? "across texts" : "of each text";
}

size_t tile_places(size_t first, size_t last)
{
    size_t most = first > last ? first : last;
    size_t places = (most + TILE_HALF - 1) / TILE_HALF * (2 * TILE_HALF);
    return (places + TILE_ROW_UNIT - 1) / TILE_ROW_UNIT * TILE_ROW_UNIT;
}

size_t tile_count(size_t n, size_t most, size_t unit)
{
    size_t units = (n + unit - 1) / unit, most_units = most / unit;
    return (units + most_units - 1) / most_units;
}

size_t tile_begin(size_t i, size_t count, size_t n, size_t unit)
{
    size_t units = (n + unit - 1) / unit, begin = i * units / count * unit;
    return begin < n ? begin : n;
}

/* Packing the weights takes as long as multiplying about this many rows with them. */
enum { PACKING_ROWS = 12 };

size_t tile_rows_choose(size_t places, size_t n_columns, int threads, size_t most)
{
    size_t units = places / TILE_ROW_UNIT, team = (size_t)threads;
    size_t best = tile_count(places, most, TILE_ROW_UNIT), least = 0;
    for (size_t parts = best; parts <= units; parts++) {
        size_t rounds = (parts * n_columns + team - 1) / team;
        size_t height = (units + parts - 1) / parts * TILE_ROW_UNIT;
        size_t cost = rounds * (height + PACKING_ROWS);
        if (least == 0 || cost < least) {
            least = cost;
            best = parts;
        }
    }
    return best;
}
