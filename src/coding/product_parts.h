/*
 * product_parts: what the files of product.h share: where a grid lies, and a range's scratch.
 */
#ifndef NS_CODING_PRODUCT_PARTS_H
#define NS_CODING_PRODUCT_PARTS_H

#include <string.h>

#include "base/half.h"
#include "coding/product.h"

enum {
    PRODUCT_BLOCK = 8, /* rows of codes that are swept together, each a stream of its own */
    PRODUCT_WORDS = 16 /* 32-bit words of codes that one step of the widest vectors takes */
};

/* Number i of the grids of row r: scales at even places, minima at odd ones. */
static inline float product_grid_number(const struct packed_matrix *m, size_t r, size_t i)
{
    const uint8_t *bytes = m->grids;
    size_t at = m->one_grid ? i % 2 : r * m->units * 2 + i;
    if (m->dtype == GRID_F16) {
        uint16_t half;
        memcpy(&half, bytes + at * sizeof half, sizeof half);
        return half_to_float(half);
    }
    float x;
    memcpy(&x, bytes + at * sizeof x, sizeof x);
    return x;
}

/* Code (r, c). */
static inline unsigned product_code(const struct packed_matrix *m, size_t r, size_t c)
{
    size_t i = r * m->cols + c;
    return m->bits == 8 ? m->codes[i] : (unsigned)m->codes[i / 2] >> i % 2 * 4 & 15u;
}

/* Numbers rounded up to whole vectors, so that vectors may run past the end. */
static inline size_t product_padded(size_t n)
{
    return (n + 2 * PRODUCT_WORDS - 1) / PRODUCT_WORDS * PRODUCT_WORDS;
}

/* Units that weights [begin, end) of a row belong to. */
struct unit_range {
    size_t first, n;
};

static inline struct unit_range product_units(const struct packed_matrix *m, size_t begin,
                                              size_t end)
{
    size_t first = begin / m->unit;
    return (struct unit_range){first, (end + m->unit - 1) / m->unit - first};
}

/* The same two for matrices that are not even, a weight at a time. */
void product_columns_any(float *y, size_t ld_y, const struct packed_matrix *m, const float *x,
                         size_t ld_x, size_t S, size_t begin, size_t end, float *scratch);
void product_rows_any(float *y, size_t ld_y, const struct packed_matrix *m, const float *x,
                      size_t ld_x, size_t S, size_t begin, size_t end);

#endif
