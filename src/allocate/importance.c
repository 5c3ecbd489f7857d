#include "allocate/importance.h"

#include <math.h>
#include <stdbool.h>

#include "base/parallel.h"
#include "base/simd.h"

const char *const importance_names[] = {"magnitude", "neighbour-product", "neighbour-mean", NULL};

/*
 * A weight and the rows around it. A row that is missing is the row itself: that replicates the
 * edge, which is what the mean wants; the product leaves it out by a factor of 0, and 1 + 0 · |w|
 * is exactly 1.
 */
struct rows {
    const float *self, *up, *down;
    float has_up, has_down; /* 1 or 0 */
};

static inline float product_form(const struct rows *r, size_t c, float left, float right)
{
    return fabsf(r->self[c]) * (1.0f + r->has_up * fabsf(r->up[c])) *
           (1.0f + r->has_down * fabsf(r->down[c])) * (1.0f + left) * (1.0f + right);
}

static inline float mean_form(const struct rows *r, size_t c, float left, float right)
{
    float sum = fabsf(r->up[c]) + fabsf(r->down[c]) + left + right;
    return fabsf(r->self[c]) * (1.0f + sum / 4.0f);
}

/* The columns at both ends are apart, so that the loop over the others becomes vector code. */
SIMD_CLONES static void product_row(float *restrict out, struct rows r, size_t cols)
{
    size_t last = cols - 1;
    for (size_t c = 1; c < last; c++) {
        out[c] = product_form(&r, c, fabsf(r.self[c - 1]), fabsf(r.self[c + 1]));
    }
    out[0] = product_form(&r, 0, 0.0f, last > 0 ? fabsf(r.self[1]) : 0.0f);
    if (last > 0) {
        out[last] = product_form(&r, last, fabsf(r.self[last - 1]), 0.0f);
    }
}

SIMD_CLONES static void mean_row(float *restrict out, struct rows r, size_t cols)
{
    size_t last = cols - 1;
    for (size_t c = 1; c < last; c++) {
        out[c] = mean_form(&r, c, fabsf(r.self[c - 1]), fabsf(r.self[c + 1]));
    }
    out[0] = mean_form(&r, 0, fabsf(r.self[0]), fabsf(r.self[last > 0 ? 1 : 0]));
    if (last > 0) {
        out[last] = mean_form(&r, last, fabsf(r.self[last - 1]), fabsf(r.self[last]));
    }
}

static void magnitude_row(float *restrict out, const float *row, size_t cols)
{
    for (size_t c = 0; c < cols; c++) {
        out[c] = fabsf(row[c]);
    }
}

void importance_compute(float *out_rc, const float *w_rc, size_t rows, size_t cols,
                        enum importance kind)
{
#pragma omp parallel for schedule(static) if (rows * cols > PARALLEL_CHUNK)
    for (size_t i = 0; i < rows; i++) {
        const float *row = w_rc + i * cols;
        bool has_up = i > 0, has_down = i + 1 < rows;
        struct rows r = {.self = row,
                         .up = has_up ? row - cols : row,
                         .down = has_down ? row + cols : row,
                         .has_up = has_up,
                         .has_down = has_down};
        if (kind == IMPORTANCE_MAGNITUDE) {
            magnitude_row(out_rc + i * cols, row, cols);
        } else if (kind == IMPORTANCE_NEIGHBOUR_PRODUCT) {
            product_row(out_rc + i * cols, r, cols);
        } else {
            mean_row(out_rc + i * cols, r, cols);
        }
    }
}
