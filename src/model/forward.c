#include "model/forward.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"
#include "tensor/tiles.h"

enum { NORM_ROWS = 16, QUERY_ROWS = 64 };

/* Activations of a batch; shapes in the names, r over the rows of all texts. */
struct activations {
    float *x_rc;     /* the residual stream */
    float *h_rc;     /* normalised input of a matrix, or the heads' output */
    float *qkv_r3c;  /* queries, keys, values side by side */
    float *f_rf;     /* inside the MLP */
    float *heads_sn; /* scratch of each thread s */
    size_t T;        /* the longest text */
};

/* Of one head of a text: queries, keys, values, output, and QUERY_ROWS × T scores. */
static size_t head_floats(size_t T, size_t D)
{
    return T * (4 * D + QUERY_ROWS);
}

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
    b->is_spread = false;
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

int batch_spread(struct batch *b, const struct gpt2 *m, struct err *e)
{
    size_t C = (size_t)m->config.C, F = (size_t)m->config.F, before[2] = {0};
    if (!tiles_can_span(C, C < F ? C : F)) {
        return batch_layout(b, e);
    }
    for (size_t i = 0; i < b->n_texts; i++) {
        struct batch_text *t = &b->texts[i];
        memcpy(t->before, before, sizeof before);
        before[0] += (t->n_total + 1) / 2;
        before[1] += t->n_total / 2;
    }
    b->rows = tile_places(before[0], before[1]);
    b->is_spread = true;
    b->tiles = NULL;
    b->n_tiles = 0;
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
            float *x = x_rc + batch_row(b, t, p) * C;
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

/* Rows [row, row + n) × columns [column, column + width) of a product. */
struct product_tile {
    size_t row, n, column, width;
};

/* How a product is cut. */
struct division {
    size_t rows, columns;         /* of the product */
    size_t n_rows, n_columns;     /* tiles */
    const struct row_tile *tiles; /* NULL: tiles span texts */
};

static struct division divide(const struct batch *b, size_t n)
{
    struct division d = {.rows = b->rows,
                         .columns = n,
                         .n_rows = b->n_tiles,
                         .n_columns = tile_count(n, TILE_COLUMNS, TILE_COLUMN_UNIT),
                         .tiles = b->tiles};
    if (b->is_spread) {
        d.n_rows =
            tile_rows_choose(b->rows, d.n_columns, omp_get_num_threads(), TILE_ROWS_SPANNING);
    }
    return d;
}

/* The columns outside: rows share a block of weights while it is in cache. */
static struct product_tile tile_of(const struct division *d, size_t item)
{
    size_t i = item % d->n_rows, j = item / d->n_rows;
    size_t column = tile_begin(j, d->n_columns, d->columns, TILE_COLUMN_UNIT);
    size_t end = tile_begin(j + 1, d->n_columns, d->columns, TILE_COLUMN_UNIT);
    struct product_tile t = {.column = column, .width = end - column};
    if (d->tiles) {
        t.row = d->tiles[i].row;
        t.n = d->tiles[i].n;
    } else {
        t.row = tile_begin(i, d->n_rows, d->rows, TILE_ROW_UNIT);
        t.n = tile_begin(i + 1, d->n_rows, d->rows, TILE_ROW_UNIT) - t.row;
    }
    return t;
}

/* Work-shared y = x·W + b, then GELU, or added to what y holds (the residual stream). */
static void linear(float *y_rn, const float *x_rk, const struct gpt2 *m, int weight, int bias,
                   const struct batch *b, enum linear_kind kind)
{
    size_t k = m->tensors[weight].rows, n = m->tensors[weight].cols;
    const float *w_kn = weights(m, weight), *bias_n = weights(m, bias);
    const struct division d = divide(b, n);
#pragma omp for schedule(dynamic, 1)
    for (size_t item = 0; item < d.n_rows * d.n_columns; item++) {
        const struct product_tile t = tile_of(&d, item);
        float *y = y_rn + t.row * n + t.column;
        const float *tile_bias = bias_n + t.column;
        for (size_t r = 0; r < t.n; r++) {
            for (size_t c = 0; c < t.width; c++) {
                y[r * n + c] = kind == LINEAR_ADD ? y[r * n + c] + tile_bias[c] : tile_bias[c];
            }
        }
        matmul(y, n, x_rk + t.row * k, k, w_kn + t.column, n, t.n, k, t.width, 1.0f, 1.0f);
        if (kind == LINEAR_GELU) {
            gelu(y, t.n, t.width, n);
        }
    }
}

/* Scratch of a thread: one head of one text. */
struct head_scratch {
    float *qkv_t3d, *out_td, *scores_qt;
};

/*
 * Queries [q, q + n) of one head of a text: softmax(Q·Kᵀ/√D)·V. A position of the text sees the
 * keys up to itself; a pad sees the n_text keys of the text.
 */
static void attend(const struct head_scratch *s, const struct batch_text *t, size_t q, size_t n,
                   size_t D)
{
    const float *queries = s->qkv_t3d + q * 3 * D, *keys = s->qkv_t3d + D, *values = keys + D;
    bool pads = q >= t->n_text;
    size_t seen = pads ? t->n_text : q + n;
    matmul_transposed(s->scores_qt, seen, queries, 3 * D, keys, 3 * D, n, D, seen,
                      1.0f / sqrtf((float)D));
    for (size_t i = 0; i < n; i++) {
        softmax(s->scores_qt + i * seen, pads ? seen : q + i + 1, seen);
    }
    matmul(s->out_td + q * D, D, s->scores_qt, seen, values, 3 * D, n, seen, D, 1.0f, 0.0f);
}

/* One head of a text, in blocks of queries that start at text and at pads. */
static void attend_head(float *out_rc, const float *qkv_r3c, const struct head_scratch *s,
                        const struct batch *b, const struct batch_text *t, size_t head, size_t C,
                        size_t D)
{
    for (size_t p = 0; p < t->n_total; p++) {
        const float *from = qkv_r3c + batch_row(b, t, p) * 3 * C + head * D;
        for (size_t k = 0; k < 3; k++) {
            memcpy(s->qkv_t3d + (p * 3 + k) * D, from + k * C, D * sizeof *from);
        }
    }
    for (size_t q = 0, n; q < t->n_total; q += n) {
        size_t end = q < t->n_text ? t->n_text : t->n_total;
        n = end - q < QUERY_ROWS ? end - q : QUERY_ROWS;
        attend(s, t, q, n, D);
    }
    for (size_t p = 0; p < t->n_total; p++) {
        memcpy(out_rc + batch_row(b, t, p) * C + head * D, s->out_td + p * D, D * sizeof *out_rc);
    }
}

/* Work-shared attention: texts × heads. */
static void attention(struct activations *a, const struct gpt2 *m, const struct batch *b)
{
    size_t C = (size_t)m->config.C, H = (size_t)m->config.H, D = C / H;
    float *memory = a->heads_sn + (size_t)omp_get_thread_num() * head_floats(a->T, D);
    struct head_scratch s = {memory, memory + a->T * 3 * D, memory + a->T * 4 * D};
#pragma omp for schedule(dynamic, 1)
    for (size_t item = 0; item < b->n_texts * H; item++) {
        attend_head(a->h_rc, a->qkv_r3c, &s, b, &b->texts[item / H], item % H, C, D);
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
    size_t threads = (size_t)omp_get_max_threads(), D = C / (size_t)m->config.H;
    bool ok = (a->x_rc = mem_floats(b->rows * C, e)) && (a->h_rc = mem_floats(b->rows * C, e)) &&
              (a->qkv_r3c = mem_floats(b->rows * 3 * C, e)) &&
              (a->f_rf = mem_floats(b->rows * F, e)) &&
              (a->heads_sn = mem_floats(threads * head_floats(a->T, D), e));
    if (ok && b->is_spread) { /* empty places hold numbers too */
        memset(a->x_rc, 0, b->rows * C * sizeof *a->x_rc);
        memset(a->h_rc, 0, b->rows * C * sizeof *a->h_rc);
    }
    return ok ? 0 : -1;
}

static void activations_release(struct activations *a)
{
    free(a->x_rc);
    free(a->h_rc);
    free(a->qkv_r3c);
    free(a->f_rf);
    free(a->heads_sn);
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
