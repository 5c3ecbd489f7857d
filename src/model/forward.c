#include "model/forward.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"

enum { NORM_ROWS = 16, QUERY_ROWS = 64 };

/* Activations of a batch; shapes in the names, r over the rows of all texts. */
struct activations {
    float *x_rc;       /* the residual stream */
    float *h_rc;       /* normalised input of a matrix, or the heads' output */
    float *qkv_r3c;    /* queries, keys, values side by side */
    float *f_rf;       /* inside the MLP */
    float *scores_sqt; /* one block of QUERY_ROWS × T scores for each thread s */
    size_t T;          /* the longest text */
};

/* Cuts n rows of a text from `position` on into tiles; counts them when `tiles` is NULL. */
static size_t cut(struct row_tile *tiles, size_t text, size_t first_row, size_t position, size_t n)
{
    size_t count = 0;
    for (size_t done = 0; done < n; done += TILE_ROWS, count++) {
        if (tiles) {
            size_t left = n - done;
            tiles[count] = (struct row_tile){.row = first_row + position + done,
                                             .n = left < TILE_ROWS ? left : TILE_ROWS,
                                             .text = text,
                                             .position = position + done};
        }
    }
    return count;
}

int batch_layout(struct batch *b, struct err *e)
{
    b->rows = b->n_tiles = 0;
    b->tiles = NULL;
    for (size_t i = 0; i < b->n_texts; i++) {
        struct batch_text *t = &b->texts[i];
        t->first_row = b->rows;
        b->rows += t->n_total;
        b->n_tiles += cut(NULL, i, 0, 0, t->n_text) + cut(NULL, i, 0, 0, t->n_total - t->n_text);
    }
    b->tiles = mem_new(b->n_tiles, sizeof *b->tiles, e);
    if (!b->tiles) {
        return -1;
    }
    struct row_tile *next = b->tiles;
    for (size_t i = 0; i < b->n_texts; i++) {
        const struct batch_text *t = &b->texts[i];
        next += cut(next, i, t->first_row, 0, t->n_text);
        next += cut(next, i, t->first_row, t->n_text, t->n_total - t->n_text);
    }
    return 0;
}

void batch_release(struct batch *b)
{
    free(b->tiles);
    b->tiles = NULL;
}

static const float *weights(const struct gpt2 *m, int tensor)
{
    return m->tensors[tensor].f32;
}

/* x_rc = wte[id] + wpe[position]. Work-shared: every thread of the team calls it. */
static void embed(float *x_rc, const struct gpt2 *m, const struct batch *b)
{
    size_t C = (size_t)m->config.C;
    const float *wte_vc = weights(m, m->wte), *wpe_tc = weights(m, m->wpe);
#pragma omp for schedule(static)
    for (size_t i = 0; i < b->n_texts; i++) {
        const struct batch_text *t = &b->texts[i];
        for (size_t p = 0; p < t->n_total; p++) {
            size_t id = (size_t)(p < t->n_text ? t->ids[p] : b->pad_id);
            float *x = x_rc + (t->first_row + p) * C;
            for (size_t c = 0; c < C; c++) {
                x[c] = wte_vc[id * C + c] + wpe_tc[p * C + c];
            }
        }
    }
}

/* Work-shared layer normalisation of all rows. */
static void norm(float *out_rc, const float *x_rc, const struct gpt2 *m, int weight, int bias,
                 size_t rows)
{
    size_t C = (size_t)m->config.C;
#pragma omp for schedule(static)
    for (size_t r = 0; r < rows; r += NORM_ROWS) {
        size_t n = rows - r < NORM_ROWS ? rows - r : NORM_ROWS;
        layer_norm(out_rc + r * C, x_rc + r * C, weights(m, weight), weights(m, bias), n, C,
                   m->config.ln_epsilon);
    }
}

enum linear_kind { LINEAR_PLAIN, LINEAR_GELU, LINEAR_ADD };

/*
 * Work-shared y = x·W + b, then GELU, or added to what y holds (the residual stream). The tiles are
 * the batch's row tiles × fixed column tiles, the columns outside: texts share a block of weights
 * while it is in cache.
 */
static void linear(float *y_rn, const float *x_rk, const struct gpt2 *m, int weight, int bias,
                   const struct batch *b, enum linear_kind kind)
{
    size_t k = m->tensors[weight].rows, n = m->tensors[weight].cols;
    const float *w_kn = weights(m, weight), *bias_n = weights(m, bias);
    size_t n_columns = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
#pragma omp for schedule(dynamic, 1)
    for (size_t item = 0; item < b->n_tiles * n_columns; item++) {
        const struct row_tile *t = &b->tiles[item % b->n_tiles];
        size_t j = item / b->n_tiles * TILE_COLUMNS;
        size_t width = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
        float *y = y_rn + t->row * n + j;
        for (size_t r = 0; r < t->n; r++) {
            for (size_t c = 0; c < width; c++) {
                y[r * n + c] = kind == LINEAR_ADD ? y[r * n + c] + bias_n[j + c] : bias_n[j + c];
            }
        }
        matmul(y, n, x_rk + t->row * k, k, w_kn + j, n, t->n, k, width, 1.0f, 1.0f);
        if (kind == LINEAR_GELU) {
            gelu(y, t->n, width, n);
        }
    }
}

/*
 * One head over queries [q, q + n) of a text: softmax(Q·Kᵀ/√D)·V. A position of the text sees the
 * keys up to itself; a pad sees the n_text keys of the text.
 */
static void attend(float *out_rc, const float *qkv_r3c, float *scores_qt,
                   const struct batch_text *t, size_t q, size_t n, size_t head, size_t C, size_t D)
{
    const float *queries = qkv_r3c + (t->first_row + q) * 3 * C + head * D;
    const float *keys = qkv_r3c + t->first_row * 3 * C + C + head * D, *values = keys + C;
    bool pads = q >= t->n_text;
    size_t seen = pads ? t->n_text : q + n;
    matmul_transposed(scores_qt, seen, queries, 3 * C, keys, 3 * C, n, D, seen,
                      1.0f / sqrtf((float)D));
    for (size_t i = 0; i < n; i++) {
        softmax(scores_qt + i * seen, pads ? seen : q + i + 1, seen);
    }
    matmul(out_rc + (t->first_row + q) * C + head * D, C, scores_qt, seen, values, 3 * C, n, seen,
           D, 1.0f, 0.0f);
}

/* Work-shared attention: texts × heads, each in blocks of queries that start at text and at pads.
 */
static void attention(struct activations *a, const struct gpt2 *m, const struct batch *b)
{
    size_t C = (size_t)m->config.C, H = (size_t)m->config.H;
    float *scores_qt = a->scores_sqt + (size_t)omp_get_thread_num() * QUERY_ROWS * a->T;
#pragma omp for schedule(dynamic, 1)
    for (size_t item = 0; item < b->n_texts * H; item++) {
        const struct batch_text *t = &b->texts[item / H];
        for (size_t q = 0, n; q < t->n_total; q += n) {
            size_t end = q < t->n_text ? t->n_text : t->n_total;
            n = end - q < QUERY_ROWS ? end - q : QUERY_ROWS;
            attend(a->h_rc, a->qkv_r3c, scores_qt, t, q, n, item % H, C, C / H);
        }
    }
}

static int activations_init(struct activations *a, const struct gpt2 *m, const struct batch *b,
                            struct err *e)
{
    size_t C = (size_t)m->config.C, F = (size_t)m->config.F;
    *a = (struct activations){0};
    for (size_t i = 0; i < b->n_texts; i++) {
        a->T = b->texts[i].n_total > a->T ? b->texts[i].n_total : a->T;
    }
    size_t n_threads = (size_t)omp_get_max_threads();
    bool ok = (a->x_rc = mem_floats(b->rows * C, e)) && (a->h_rc = mem_floats(b->rows * C, e)) &&
              (a->qkv_r3c = mem_floats(b->rows * 3 * C, e)) &&
              (a->f_rf = mem_floats(b->rows * F, e)) &&
              (a->scores_sqt = mem_floats(n_threads * QUERY_ROWS * a->T, e));
    return ok ? 0 : -1;
}

static void activations_release(struct activations *a)
{
    free(a->x_rc);
    free(a->h_rc);
    free(a->qkv_r3c);
    free(a->f_rf);
    free(a->scores_sqt);
}

static void show(const struct input_probe *probe, const struct gpt2 *m, int tensor,
                 const float *x_rk, const struct batch *b)
{
    if (probe) {
        size_t k = tensor == m->wte ? m->tensors[tensor].cols : m->tensors[tensor].rows;
        probe->look(probe->context, tensor, x_rk, k, b);
    }
}

/* One block, by every thread of the team. */
static void block(struct activations *a, const struct gpt2 *m, int layer, const struct batch *b,
                  const struct input_probe *probe)
{
    const struct gpt2_layer_tensors *t = &m->layers[layer];
    norm(a->h_rc, a->x_rc, m, t->ln_1_weight, t->ln_1_bias, b->rows);
    show(probe, m, t->c_attn_weight, a->h_rc, b);
    linear(a->qkv_r3c, a->h_rc, m, t->c_attn_weight, t->c_attn_bias, b, LINEAR_PLAIN);
    attention(a, m, b);
    show(probe, m, t->attn_c_proj_weight, a->h_rc, b);
    linear(a->x_rc, a->h_rc, m, t->attn_c_proj_weight, t->attn_c_proj_bias, b, LINEAR_ADD);
    norm(a->h_rc, a->x_rc, m, t->ln_2_weight, t->ln_2_bias, b->rows);
    show(probe, m, t->c_fc_weight, a->h_rc, b);
    linear(a->f_rf, a->h_rc, m, t->c_fc_weight, t->c_fc_bias, b, LINEAR_GELU);
    show(probe, m, t->mlp_c_proj_weight, a->f_rf, b);
    linear(a->x_rc, a->f_rf, m, t->mlp_c_proj_weight, t->mlp_c_proj_bias, b, LINEAR_ADD);
}

int forward_probed(float *hidden_rc, const struct gpt2 *m, const struct batch *b,
                   const struct input_probe *probe, struct err *e)
{
    struct activations a;
    int status = activations_init(&a, m, b, e);
    if (status) {
        goto out;
    }
#pragma omp parallel
    {
        embed(a.x_rc, m, b);
        for (int l = 0; l < m->config.L; l++) {
            block(&a, m, l, b, probe);
        }
        norm(hidden_rc, a.x_rc, m, m->ln_f_weight, m->ln_f_bias, b->rows);
        show(probe, m, m->wte, hidden_rc, b);
    }
out:
    activations_release(&a);
    return status;
}

int forward(float *hidden_rc, const struct gpt2 *m, const struct batch *b, struct err *e)
{
    return forward_probed(hidden_rc, m, b, NULL, e);
}
