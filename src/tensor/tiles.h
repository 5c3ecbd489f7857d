/*
 * tiles: how products are cut, so that threads share them and no byte of a row depends on the rows
 * that are multiplied with it.
 *
 * OpenBLAS packs the weights again for every call, so calls should have many rows, of several
 * texts. But its kernels take rows in groups, and the place of a row in its group can decide in
 * which order its products are rounded. Those for Haswell and Zen take 12 rows, of which the first
 * 6 are rounded in another order than the last 6 (others are rounded alike everywhere, as those
 * with AVX-512). So a text spreads its even positions over first halves and its odd ones over last
 * halves, whatever text their neighbours are of: each row always meets the same order, and no place
 * stays empty.
 *
 * Whether that holds is tried on the kernels that run (tiles_can_span()). Where it does not, and
 * for small products, of which OpenBLAS does some by other kernels, tiles are fixed by each text
 * alone.
 */
#ifndef NS_TENSOR_TILES_H
#define NS_TENSOR_TILES_H

#include <stdbool.h>
#include <stddef.h>

enum {
    TILE_HALF = 6,      /* rows of one half of a group */
    TILE_ROW_UNIT = 24, /* tiles that span texts begin at multiples of it and have no other rows */
    TILE_ROWS_SPANNING = 648,
    TILE_ROWS = 256, /* at most in a tile that is fixed by its text */
    TILE_COLUMNS = 512,
    TILE_COLUMN_UNIT = 16
};

/*
 * Whether a row of x_mk·w_kn has the same bits in all calls of TILE_ROW_UNIT rows and their
 * multiples, and in all places of one half. The kernels are tried the first time that it is asked.
 */
bool tiles_can_span(size_t k, size_t n);

/* "across texts" or "of each text": for provenance. */
const char *tiles_description(void);

/* Place of the i-th row that belongs into first (0) or last (1) halves. */
static inline size_t tile_place(size_t i, size_t half)
{
    return i / TILE_HALF * (2 * TILE_HALF) + half * TILE_HALF + i % TILE_HALF;
}

/* Places in all, a multiple of TILE_ROW_UNIT, for so many rows of first and last halves. */
size_t tile_places(size_t first, size_t last);

/* n in about equal parts of at most `most`, whole units: their number, and where part i begins. */
size_t tile_count(size_t n, size_t most, size_t unit);
size_t tile_begin(size_t i, size_t count, size_t n, size_t unit);

/*
 * Into how many parts of at most `most` rows to cut places that go with each of n_columns column
 * tiles, so that all threads are busy to the end and weights are packed few times. No byte depends
 * on it.
 */
size_t tile_rows_choose(size_t places, size_t n_columns, int threads, size_t most);

#endif
