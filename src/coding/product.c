#include "coding/product.h"

#include <math.h>

#include "base/simd.h"
#include "coding/product_parts.h"

bool packed_matrix_of(struct packed_matrix *m, const struct packed_tensor *p)
{
    if (p->coding != CODING_PLAIN || p->kind != GRID_SCALE_MINIMUM || p->n_options != 1 ||
        (p->bits[0] != 4 && p->bits[0] != 8) || (p->unit == UNIT_TENSOR) == p->own_grids) {
        return false;
    }
    size_t per = 32 / (size_t)p->bits[0], unit = p->unit < p->cols ? p->unit : p->cols;
    const struct packed_part *codes = &p->part[PACKED_CODES], *grids = &p->part[PACKED_GRIDS];
    *m = (struct packed_matrix){.rows = p->rows,
                                .cols = p->cols,
                                .unit = unit,
                                .units = (p->cols + unit - 1) / unit,
                                .bits = p->bits[0],
                                .one_grid = !p->own_grids,
                                .dtype = p->dtype,
                                .codes = codes->bytes,
                                .codes_end = codes->bytes + codes->n,
                                .grids = grids->bytes,
                                .grids_end = grids->bytes + grids->n,
                                .even = p->cols * (size_t)p->bits[0] % 8 == 0 &&
                                        (unit == p->cols || unit % per == 0)};
    return true;
}

size_t packed_matrix_bytes(const struct packed_matrix *m)
{
    size_t grids = m->one_grid ? 1 : m->rows * m->units;
    return (size_t)(m->codes_end - m->codes) + grids * packed_grid_bytes(m->dtype);
}

int packed_matrix_check(const struct packed_matrix *m, struct err *e)
{
    float top = (float)((1 << m->bits) - 1);
    size_t rows = m->one_grid ? 1 : m->rows, units = m->one_grid ? 1 : m->units;
    for (size_t r = 0; r < rows; r++) {
        for (size_t u = 0; u < units; u++) {
            float scale = product_grid_number(m, r, 2 * u);
            float lo = product_grid_number(m, r, 2 * u + 1);
            if (!isfinite(lo) || !isfinite(grid_value(top, lo, scale))) {
                return err_set(e,
                               "grid %zu has the parameters %g and %g; they must be finite, and so "
                               "must the weights that they stand for",
                               r * units + u, (double)scale, (double)lo);
            }
        }
    }
    return 0;
}

SIMD_CLONES static void decode_run(float *restrict out, const uint8_t *restrict codes, size_t n,
                                   int bits, float lo, float scale)
{
    if (bits == 8) {
        for (size_t i = 0; i < n; i++) {
            out[i] = grid_value((float)codes[i], lo, scale);
        }
        return;
    }
    for (size_t i = 0; i < n / 2; i++) {
        out[2 * i] = grid_value((float)(codes[i] & 15), lo, scale);
        out[2 * i + 1] = grid_value((float)(codes[i] >> 4), lo, scale);
    }
}

void packed_matrix_decode(float *out, size_t ld, const struct packed_matrix *m, size_t row,
                          size_t n_rows, size_t column, size_t n_columns)
{
    for (size_t r = row; r < row + n_rows; r++, out += ld) {
        for (size_t c = column, n; c < column + n_columns; c += n) {
            size_t u = c / m->unit, end = (u + 1) * m->unit;
            n = (end < column + n_columns ? end : column + n_columns) - c;
            float scale = product_grid_number(m, r, 2 * u);
            float lo = product_grid_number(m, r, 2 * u + 1);
            float *to = out + (c - column);
            size_t at = r * m->cols + c, odd = m->bits == 4 ? at % 2 : 0;
            size_t whole = m->bits == 4 && n > odd ? (n - odd) / 2 * 2 : n - odd;
            if (odd) {
                to[0] = grid_value((float)product_code(m, r, c), lo, scale);
            }
            decode_run(to + odd, m->codes + (at + odd) * (size_t)m->bits / 8, whole, m->bits, lo,
                       scale);
            for (size_t i = odd + whole; i < n; i++) {
                to[i] = grid_value((float)product_code(m, r, c + i), lo, scale);
            }
        }
    }
}

size_t product_scratch(const struct packed_matrix *m, size_t S)
{
    size_t per = 32 / (size_t)m->bits, ld = product_padded((m->cols + per - 1) / per);
    size_t ld_u = product_padded(2 * m->units);
    return (PRODUCT_BLOCK + S) * ld_u + (PRODUCT_BLOCK + 2 + S * per) * ld;
}

void product_columns(float *y, size_t ld_y, const struct packed_matrix *m, const float *x,
                     size_t ld_x, size_t S, size_t begin, size_t end, float *scratch)
{
    if (begin >= end) {
        return;
    }
    if (m->even) {
        product_best()->columns(y, ld_y, m, x, ld_x, S, begin, end, scratch);
    } else {
        product_columns_any(y, ld_y, m, x, ld_x, S, begin, end, scratch);
    }
}

void product_rows(float *y, size_t ld_y, const struct packed_matrix *m, const float *x, size_t ld_x,
                  size_t S, size_t begin, size_t end, float *scratch)
{
    if (m->even) {
        product_best()->rows(y, ld_y, m, x, ld_x, S, begin, end, scratch);
    } else {
        product_rows_any(y, ld_y, m, x, ld_x, S, begin, end);
    }
}
