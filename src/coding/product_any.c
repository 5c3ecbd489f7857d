#include "coding/product_parts.h"

/* Products of matrices whose rows or units begin within a word: short loops, nothing clever. */

void product_columns_any(float *y, size_t ld_y, const struct packed_matrix *m, const float *x,
                         size_t ld_x, size_t S, size_t begin, size_t end, float *scratch)
{
    float *minima = scratch; /* [units] */
    for (size_t s = 0; s < S; s++) {
        float *y_n = y + s * ld_y;
        memset(y_n + begin, 0, (end - begin) * sizeof *y_n);
        memset(minima, 0, m->units * sizeof *minima);
        for (size_t k = 0; k < m->rows; k++) {
            float x_k = x[s * ld_x + k];
            for (size_t u = begin / m->unit; u * m->unit < end; u++) {
                size_t from = u * m->unit > begin ? u * m->unit : begin;
                size_t to = (u + 1) * m->unit < end ? (u + 1) * m->unit : end;
                float a = x_k * product_grid_number(m, k, 2 * u);
                minima[u] += x_k * product_grid_number(m, k, 2 * u + 1);
                for (size_t n = from; n < to; n++) {
                    y_n[n] += (float)product_code(m, k, n) * a;
                }
            }
        }
        for (size_t n = begin; n < end; n++) {
            y_n[n] += minima[n / m->unit];
        }
    }
}

void product_rows_any(float *y, size_t ld_y, const struct packed_matrix *m, const float *x,
                      size_t ld_x, size_t S, size_t begin, size_t end)
{
    for (size_t v = begin; v < end; v++) {
        for (size_t s = 0; s < S; s++) {
            float sum = 0;
            for (size_t u = 0; u < m->units; u++) {
                size_t to = (u + 1) * m->unit < m->cols ? (u + 1) * m->unit : m->cols;
                float codes = 0, ones = 0;
                for (size_t c = u * m->unit; c < to; c++) {
                    codes += x[s * ld_x + c] * (float)product_code(m, v, c);
                    ones += x[s * ld_x + c];
                }
                sum += product_grid_number(m, v, 2 * u) * codes;
                sum += product_grid_number(m, v, 2 * u + 1) * ones;
            }
            y[s * ld_y + v] = sum;
        }
    }
}
