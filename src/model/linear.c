#include "model/linear.h"

#include <omp.h>
#include <string.h>

#include "tensor/matmul.h"
#include "tensor/matvec.h"

enum {
    BLOCK_COLUMNS = 128, /* of a product of several positions */
    BLOCK_ROWS = 512,    /* of codes decoded at once: 256 KiB of floats, which the L2 cache keeps */
    HEAD_ROWS = 64,
    SHARE_COLUMNS = 128 /* of 4-bit codes these are a cache line, and one vector at the most */
};

void linear_matrix_of(struct linear_matrix *w, const struct gpt2_tensor *t)
{
    *w = (struct linear_matrix){.f32 = t->f32, .rows = t->rows, .cols = t->cols};
    if (!t->f32 && !(t->packed && packed_matrix_of(&w->packed, t->packed))) {
        BUG("%s was not loaded", t->name);
    }
}

size_t linear_bytes(const struct linear_matrix *w)
{
    return w->f32 ? w->rows * w->cols * sizeof *w->f32 : packed_matrix_bytes(&w->packed);
}

size_t linear_scratch(const struct linear_matrix *w, size_t R)
{
    size_t block = R > PRODUCT_ROWS ? (size_t)BLOCK_ROWS * BLOCK_COLUMNS : 0;
    size_t few = w->f32 ? 0 : product_scratch(&w->packed, R < PRODUCT_ROWS ? R : PRODUCT_ROWS);
    few += w->f32 ? 0 : PRODUCT_ROWS * w->cols;
    return few > block ? few : block;
}

/* y = b, or y + b, in columns [j, j + n). */
static void begin(float *y_rn, size_t ld, const float *bias_n, size_t R, size_t j, size_t n,
                  bool add)
{
    for (size_t r = 0; r < R; r++) {
        for (size_t c = j; c < j + n; c++) {
            y_rn[r * ld + c] = add ? y_rn[r * ld + c] + bias_n[c] : bias_n[c];
        }
    }
}

/* The columns of a thread: as many as the others', to within SHARE_COLUMNS. */
static void product_team(float *y_rn, const float *x_rk, const struct linear_matrix *w,
                         const float *bias_n, size_t R, bool add, float *scratch)
{
    size_t n = w->cols, blocks = (n + SHARE_COLUMNS - 1) / SHARE_COLUMNS;
    size_t me = (size_t)omp_get_thread_num(), team = (size_t)omp_get_num_threads();
    size_t from = blocks * me / team * SHARE_COLUMNS;
    size_t to = blocks * (me + 1) / team * SHARE_COLUMNS;
    to = to < n ? to : n;
    float *sum = scratch, *rest = scratch + R * n;
    product_columns(sum, n, &w->packed, x_rk, w->rows, R, from, to, rest);
    for (size_t r = 0; r < R; r++) {
        for (size_t c = from; c < to; c++) {
            float base = add ? y_rn[r * n + c] + bias_n[c] : bias_n[c];
            y_rn[r * n + c] = base + sum[r * n + c];
        }
    }
#pragma omp barrier
}

/* Columns [j, j + n) from codes, decoded in blocks that are used while they are in cache. */
static void decoded_columns(float *y_rn, const float *x_rk, const struct linear_matrix *w, size_t R,
                            size_t j, size_t n, float *block)
{
    for (size_t k = 0, n_rows; k < w->rows; k += n_rows) {
        n_rows = w->rows - k < BLOCK_ROWS ? w->rows - k : BLOCK_ROWS;
        packed_matrix_decode(block, n, &w->packed, k, n_rows, j, n);
        matmul(y_rn + j, w->cols, x_rk + k, w->rows, block, n, R, n_rows, n, 1.0f, 1.0f);
    }
}

void linear_team(float *y_rn, const float *x_rk, const struct linear_matrix *w, const float *bias_n,
                 size_t R, bool add, float *scratch)
{
    if (!w->f32 && R <= PRODUCT_ROWS) {
        product_team(y_rn, x_rk, w, bias_n, R, add, scratch);
        return;
    }
    size_t k = w->rows, n = w->cols, wide = R == 1 ? MATVEC_COLUMNS : BLOCK_COLUMNS;
#pragma omp for schedule(static)
    for (size_t j = 0; j < n; j += wide) {
        size_t width = n - j < wide ? n - j : wide;
        begin(y_rn, n, bias_n, R, j, width, add);
        if (!w->f32) {
            decoded_columns(y_rn, x_rk, w, R, j, width, scratch);
        } else if (R == 1) {
            matvec_add(y_rn + j, x_rk, w->f32 + j, n, k, width);
        } else {
            matmul(y_rn + j, n, x_rk, k, w->f32 + j, n, R, k, width, 1.0f, 1.0f);
        }
    }
}

void linear_head_team(float *logits_v, const float *x_c, const struct linear_matrix *w,
                      float *scratch)
{
    size_t V = w->rows, C = w->cols;
    if (!w->f32) {
        size_t me = (size_t)omp_get_thread_num(), team = (size_t)omp_get_num_threads();
        product_rows(logits_v, V, &w->packed, x_c, C, 1, V * me / team, V * (me + 1) / team,
                     scratch);
#pragma omp barrier
        return;
    }
#pragma omp for schedule(static)
    for (size_t v = 0; v < V; v += HEAD_ROWS) {
        matvec_transposed(logits_v + v, x_c, w->f32 + v * C, C,
                          V - v < HEAD_ROWS ? V - v : HEAD_ROWS);
    }
}

void linear_row(float *x_c, const struct linear_matrix *w, size_t id)
{
    if (w->f32) {
        memcpy(x_c, w->f32 + id * w->cols, w->cols * sizeof *x_c);
    } else {
        packed_matrix_decode(x_c, w->cols, &w->packed, id, 1, 0, w->cols);
    }
}
