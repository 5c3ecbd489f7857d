/* tensor/tiles: places that fill up, parts that cover, and rows whose neighbours do not matter. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "tensor/matmul.h"
#include "tensor/tiles.h"

Test(tensor_tiles, every_row_has_a_place_of_its_own_in_its_half)
{
    enum { FIRST = 101, LAST = 97 };
    size_t places = tile_places(FIRST, LAST);
    bool *taken = calloc(places, sizeof *taken);
    cr_assert(places % TILE_ROW_UNIT == 0 && places < FIRST + LAST + 2 * TILE_ROW_UNIT);
    for (size_t half = 0; half < 2; half++) {
        for (size_t i = 0; i < (half ? LAST : FIRST); i++) {
            size_t at = tile_place(i, half);
            cr_assert(at < places && !taken[at] && at / TILE_HALF % 2 == half, "row %zu", i);
            taken[at] = true;
        }
    }
    free(taken);
}

Test(tensor_tiles, parts_cover_everything_in_whole_units)
{
    static const size_t sizes[] = {1, 24, 120, 1280, 1600, 50257};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i], count = tile_count(n, TILE_COLUMNS, TILE_COLUMN_UNIT);
        cr_assert(tile_begin(0, count, n, TILE_COLUMN_UNIT) == 0);
        cr_assert(tile_begin(count, count, n, TILE_COLUMN_UNIT) == n);
        for (size_t k = 0; k < count; k++) {
            size_t begin = tile_begin(k, count, n, TILE_COLUMN_UNIT);
            size_t end = tile_begin(k + 1, count, n, TILE_COLUMN_UNIT);
            cr_assert(begin % TILE_COLUMN_UNIT == 0 && begin < end && end - begin <= TILE_COLUMNS);
        }
    }
}

Test(tensor_tiles, heights_suit_the_threads)
{
    for (int threads = 1; threads <= 16; threads++) {
        size_t parts = tile_rows_choose(1296, 4, threads, TILE_ROWS_SPANNING);
        size_t rounds = (4 * parts + (size_t)threads - 1) / (size_t)threads;
        double tallest = (double)((54 + parts - 1) / parts * TILE_ROW_UNIT);
        cr_assert(tallest <= TILE_ROWS_SPANNING && (double)rounds * tallest * threads < 1.3 * 5184,
                  "%d threads: %zu parts", threads, parts);
    }
}

/* The trial is made on one shape; this is another one, with rows that all differ. */
Test(tensor_tiles, rows_have_the_same_bits_wherever_their_half_is)
{
    enum { K = 768, N = 384, ROWS = 6 * TILE_ROW_UNIT };
    struct err e;
    cr_assert(compute_init(1, &e) == 0, "%s", e.text);
    if (!tiles_can_span(K, N)) {
        cr_skip_test("the kernels of %s do not allow it", blas_core());
    }
    size_t x_n = (size_t)ROWS * K, w_n = (size_t)K * N, y_n = (size_t)ROWS * N;
    float *x = mem_floats(2 * x_n, &e), *w = mem_floats(w_n, &e), *y = mem_floats(2 * y_n, &e);
    float *moved = x + x_n, *moved_y = y + y_n;
    struct rng r = rng_stream(5, 0, RNG_TEST);
    for (size_t i = 0; i < x_n; i++) {
        x[i] = (float)rng_uniform(&r) - 0.5f;
    }
    for (size_t i = 0; i < w_n; i++) {
        w[i] = (float)rng_uniform(&r) - 0.5f;
    }
    for (size_t row = 0; row < ROWS; row++) { /* others within its half */
        size_t half = row / TILE_HALF % 2, i = row / 12 * TILE_HALF + row % TILE_HALF;
        memcpy(moved + tile_place((i + 41) % (ROWS / 2), half) * K, x + row * K, K * sizeof *x);
    }
    matmul_transposed(y, N, x, K, w, K, ROWS, K, N, 1.0f);
    for (size_t part = 0; part < ROWS; part += 2 * TILE_ROW_UNIT) {
        matmul_transposed(moved_y + part * N, N, moved + part * K, K, w, K, 2 * TILE_ROW_UNIT, K, N,
                          1.0f);
    }
    for (size_t row = 0; row < ROWS; row++) {
        size_t half = row / TILE_HALF % 2, i = row / 12 * TILE_HALF + row % TILE_HALF;
        size_t to = tile_place((i + 41) % (ROWS / 2), half);
        cr_assert(memcmp(moved_y + to * N, y + row * N, N * sizeof *y) == 0, "row %zu", row);
    }
    free(x);
    free(w);
    free(y);
}

Test(tensor_tiles, slow_kernels_are_left_where_the_processor_has_better_ones)
{
    cr_assert_str_eq(blas_core_instead("Prescott", true), "Haswell");
    cr_assert_null(blas_core_instead("Prescott", false));
    cr_assert_null(blas_core_instead("SkylakeX", true));
}
