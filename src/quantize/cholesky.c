#include "quantize/cholesky.h"

#include <math.h>

#include "base/simd.h"

/*
 * Channels factored at a time; and the tile of a panel, TILE columns of PANEL rows (256 KiB), that
 * stays in the L2 cache while ROWS rows take their share of it.
 */
enum { PANEL = 64, TILE = 512, ROWS = 32, WAYS = 8 };

/* to[0..n) −= factor · from[0..n). */
static inline void subtract(double *restrict to, const double *restrict from, double factor,
                            size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] -= factor * from[i];
    }
}

/* The same with WAYS rows of the panel, k apart, one after the other: the order of one at a time.
 */
static inline void subtract_ways(double *restrict to, const double *restrict from, size_t k,
                                 const double *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = to[i];
        for (size_t p = 0; p < WAYS; p++) {
            x -= f[p] * from[p * k + i];
        }
        to[i] = x;
    }
}

/*
 * With R upper triangular and H = R·Rᵀ, row p of the lower triangle holds R's column p as soon as
 * channel p is done. Takes the share of channels [first, last) out of columns [col, end) of a row
 * of what is left: h[row][j] −= Σ_p R_row,p · R_jp.
 */
SIMD_CLONES static void update(double *h, size_t k, size_t row, size_t first, size_t last,
                               size_t col, size_t end)
{
    double *to = h + row * k + col;
    size_t p = first;
    for (; p + WAYS <= last; p += WAYS) {
        double f[WAYS];
        for (size_t i = 0; i < WAYS; i++) {
            f[i] = h[(p + i) * k + row];
        }
        subtract_ways(to, h + p * k + col, k, f, end - col);
    }
    for (; p < last; p++) {
        subtract(to, h + p * k + col, h[p * k + row], end - col);
    }
}

/* The lower triangle of rows [begin, end), tile by tile. */
static void update_rows(double *h, size_t k, size_t begin, size_t end, size_t first, size_t last)
{
    for (size_t col = 0; col < end; col += TILE) {
        for (size_t row = begin > col ? begin : col; row < end; row++) {
            update(h, k, row, first, last, col, col + TILE < row + 1 ? col + TILE : row + 1);
        }
    }
}

/* Factors the panel itself, last channel first: every row p divided by the root of its pivot. */
SIMD_CLONES static int factor_panel(double *h, size_t k, size_t first, size_t last)
{
    for (size_t p = last; p-- > first;) {
        double pivot = h[p * k + p];
        if (!(pivot > 0)) {
            return -1;
        }
        double root = sqrt(pivot);
        for (size_t i = 0; i <= p; i++) {
            h[p * k + i] /= root;
        }
        for (size_t q = first; q < p; q++) {
            subtract(h + q * k, h + p * k, h[p * k + q], q + 1);
        }
    }
    return 0;
}

int unit_upper_factor(float *at_kk, double *h_kk, size_t k, struct err *e)
{
    for (size_t last = k; last > 0;) {
        size_t first = last > PANEL ? last - PANEL : 0;
        if (factor_panel(h_kk, k, first, last)) {
            return err_set(e, "the second moments of the inputs are not those of any inputs: they "
                              "are not positive definite");
        }
#pragma omp parallel for schedule(dynamic)
        for (size_t row = 0; row < first; row += ROWS) {
            update_rows(h_kk, k, row, row + ROWS < first ? row + ROWS : first, first, last);
        }
        last = first;
    }
    /* Row i of R's transpose, R_ji, is stored in row i of the lower triangle; A_ji = R_ji / R_ii.
     */
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            at_kk[i * k + j] = j < i ? (float)(h_kk[i * k + j] / h_kk[i * k + i]) : 0;
        }
    }
    return 0;
}
