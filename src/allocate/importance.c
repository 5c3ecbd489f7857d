#include "allocate/importance.h"

#include <math.h>

const char *const importance_names[] = {"magnitude", "neighbour-product", "neighbour-mean", NULL};

/* |w| of the neighbours of w_rc[r][c]; a missing one is `edge`. */
struct neighbours {
    float up, down, left, right;
};

static inline struct neighbours neighbours_of(const float *row, size_t r, size_t c, size_t rows,
                                              size_t cols, float edge)
{
    return (struct neighbours){
        .up = r > 0 ? fabsf(row[c - cols]) : edge,
        .down = r + 1 < rows ? fabsf(row[c + cols]) : edge,
        .left = c > 0 ? fabsf(row[c - 1]) : edge,
        .right = c + 1 < cols ? fabsf(row[c + 1]) : edge,
    };
}

/* A missing neighbour counts as 0 here, and 1 + 0 leaves the product as it is. */
static inline float product_form(const float *row, size_t r, size_t c, size_t rows, size_t cols)
{
    struct neighbours n = neighbours_of(row, r, c, rows, cols, 0.0f);
    return fabsf(row[c]) * (1.0f + n.up) * (1.0f + n.down) * (1.0f + n.left) * (1.0f + n.right);
}

static inline float mean_form(const float *row, size_t r, size_t c, size_t rows, size_t cols)
{
    float self = fabsf(row[c]);
    struct neighbours n = neighbours_of(row, r, c, rows, cols, self);
    return self * (1.0f + (n.up + n.down + n.left + n.right) / 4.0f);
}

static void importance_row(float *out, const float *row, size_t r, size_t rows, size_t cols,
                           enum importance kind)
{
    for (size_t c = 0; c < cols; c++) {
        out[c] = kind == IMPORTANCE_MAGNITUDE           ? fabsf(row[c])
                 : kind == IMPORTANCE_NEIGHBOUR_PRODUCT ? product_form(row, r, c, rows, cols)
                                                        : mean_form(row, r, c, rows, cols);
    }
}

void importance_compute(float *out_rc, const float *w_rc, size_t rows, size_t cols,
                        enum importance kind)
{
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < rows; r++) {
        importance_row(out_rc + r * cols, w_rc + r * cols, r, rows, cols, kind);
    }
}
