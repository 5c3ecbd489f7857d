/*
 * product: a matrix in codes times a few rows, straight from the codes.
 *
 * A weight is q·scale + minimum (GRID_SCALE_MINIMUM) with the grid of its unit, a run of weights
 * along a row of storage; so no product needs the weights themselves:
 *
 *     columns (block matrices, [in, out]):  y_n = Σ_k (x_k·scale_ku)·q_kn + Σ_k x_k·minimum_ku
 *     rows (the output head, [V, C]):       y_v = Σ_u scale_vu·(Σ_{c∈u} x_c·q_vc)
 *                                               + Σ_u minimum_vu·(Σ_{c∈u} x_c)
 *
 * where u is the unit of the weight. Codes of 4 and 8 bits are read once, where they are mapped:
 * bits/8 bytes a weight and the bytes of the grids is all that moves. Few rows only: the codes are
 * unpacked again for every row of x; for many rows, decode a block and multiply that.
 *
 * Arithmetic is in 32-bit floats, each operation rounded by itself. Against the exact product of
 * the weights that the codes decode to, the error is at most (n + 4)·2^−24·Σ|x|·(|scale|·q +
 * |minimum|) for sums of n products, as for any order of summation. A column or row is summed in
 * an order that depends on the shape alone: the same bytes wherever a range is cut, for any number
 * of threads, and at every level of instructions below.
 *
 * Functions work in the calling thread; sharing out ranges is the caller's business.
 */
#ifndef NS_CODING_PRODUCT_H
#define NS_CODING_PRODUCT_H

#include "coding/packed.h"

/* A packed tensor as it lies; borrowed from it. */
struct packed_matrix {
    size_t rows, cols;
    size_t unit, units; /* weights of a unit, at most cols, and units of a row */
    int bits;           /* 4 or 8 */
    bool one_grid;      /* one grid for all; else one a unit */
    enum grid_dtype dtype;
    const uint8_t *codes, *codes_end, *grids, *grids_end;
    bool even; /* rows begin at whole bytes and units at whole words: read as vectors */
};

/* Columns of a range begin at multiples of this. */
enum { PRODUCT_COLUMNS = 8 };

/*
 * Is the tensor one that can be multiplied as it is (plain codes of one width, 4 or 8 bits, by
 * scale and minimum)? Fills *m if so. The tensor has passed packed_check().
 */
bool packed_matrix_of(struct packed_matrix *m, const struct packed_tensor *p);

/* Refuses grids that are not finite or stand for weights that are not. Reads all grids. */
int packed_matrix_check(const struct packed_matrix *m, struct err *e);

/* Bytes of codes and grids. */
size_t packed_matrix_bytes(const struct packed_matrix *m);

/*
 * out[(r − row)·ld + c − column] = weight (r, c) for n_rows × n_columns weights from (row, column)
 * on: bit for bit what coded_values() gives.
 */
void packed_matrix_decode(float *out, size_t ld, const struct packed_matrix *m, size_t row,
                          size_t n_rows, size_t column, size_t n_columns);

/* One set of instructions; the same bytes from each. */
struct product_level {
    const char *name; /* "avx512", "avx2", "portable" */
    bool (*here)(void);
    void (*columns)(float *y, size_t ld_y, const struct packed_matrix *m, const float *x,
                    size_t ld_x, size_t S, size_t begin, size_t end, float *scratch);
    void (*rows)(float *y, size_t ld_y, const struct packed_matrix *m, const float *x, size_t ld_x,
                 size_t S, size_t begin, size_t end, float *scratch);
};
extern const struct product_level product_levels[]; /* the fastest first; ended by a NULL name */

/* The first level that this processor has. */
const struct product_level *product_best(void);

/* Floats of scratch that either function needs for S rows of x and any range. */
size_t product_scratch(const struct packed_matrix *m, size_t S);

/*
 * y[s·ld_y + n] = Σ_k x[s·ld_x + k]·w_kn for the columns n of [begin, end), S rows; begin is a
 * multiple of PRODUCT_COLUMNS.
 */
void product_columns(float *y, size_t ld_y, const struct packed_matrix *m, const float *x,
                     size_t ld_x, size_t S, size_t begin, size_t end, float *scratch);

/* y[s·ld_y + v] = Σ_c x[s·ld_x + c]·w_vc for the rows v of [begin, end). */
void product_rows(float *y, size_t ld_y, const struct packed_matrix *m, const float *x, size_t ld_x,
                  size_t S, size_t begin, size_t end, float *scratch);

#endif
