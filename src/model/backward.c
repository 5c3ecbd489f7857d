#include "model/backward.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/block.h"
#include "model/head_gradient.h"
#include "tensor/backward.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"

/* Floats of a block of gradients: with its partner in the sink it stays in a core's cache. */
enum { GRADIENT_TILE = 65536 };

/* Everything of a batch; shapes in the names, r over the rows of all texts. */
struct pass {
    const struct gpt2 *m;
    const struct batch *b;
    const struct gradient_sink *sink;
    float *x_lrc; /* the residual stream before each layer, and after the last */
    float *h1_rc, *qkv_r3c, *att_rc, *mid_rc, *h2_rc, *pre_rf, *act_rf;
    float *dpre_rf, *dh2_rc, *dmid_rc, *dqkv_r3c, *dh1_rc;
    float *dout_rc, *dx_rc; /* swapped from layer to layer */
    float *hidden_rc, *dhidden_rc, *lse_r;
    float *scratch_s; /* `scratch` floats for each thread s */
    size_t scratch, T;
    float *slab; /* where all of these are */
};

static const float *weights(const struct gpt2 *m, int tensor)
{
    return m->tensors[tensor].f32;
}

/* Rows of a tile of a tensor whose rows have `cols` elements. */
static size_t tile_rows(size_t cols)
{
    return cols < GRADIENT_TILE ? GRADIENT_TILE / cols : 1;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Takes n floats of the slab, on a cache line; counts only while there is no slab. */
static float *carve(const float *slab, size_t *used, size_t n)
{
    float *at = slab ? (float *)(size_t)slab + *used : NULL;
    *used += (n + 15) / 16 * 16;
    return at;
}

static size_t lay_out(struct pass *p)
{
    size_t C = (size_t)p->m->config.C, F = (size_t)p->m->config.F, R = p->b->rows, used = 0;
    size_t layers = (size_t)p->m->config.L;
    float **const wide[] = {&p->h1_rc,  &p->att_rc,    &p->mid_rc,    &p->h2_rc,
                            &p->dh2_rc, &p->dh1_rc,    &p->dmid_rc,   &p->dout_rc,
                            &p->dx_rc,  &p->hidden_rc, &p->dhidden_rc};
    p->x_lrc = carve(p->slab, &used, (layers + 1) * R * C);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        *wide[i] = carve(p->slab, &used, R * C);
    }
    p->qkv_r3c = carve(p->slab, &used, R * 3 * C);
    p->dqkv_r3c = carve(p->slab, &used, R * 3 * C);
    p->pre_rf = carve(p->slab, &used, R * F);
    p->act_rf = carve(p->slab, &used, R * F);
    p->dpre_rf = carve(p->slab, &used, R * F);
    p->lse_r = carve(p->slab, &used, R);
    p->scratch_s = carve(p->slab, &used, p->scratch * (size_t)omp_get_max_threads());
    return used;
}

static int pass_init(struct pass *p, struct err *e)
{
    size_t C = (size_t)p->m->config.C, widest = 0;
    for (size_t i = 0; i < p->b->n_texts; i++) {
        p->T = larger(p->T, p->b->texts[i].n_text);
    }
    for (int t = 0; t < p->m->n_tensors; t++) {
        widest = larger(widest, p->m->tensors[t].cols);
    }
    size_t tile = larger(GRADIENT_TILE, widest);
    size_t scratch = larger(tile + p->T * tile_rows(C), 2 * p->T * p->T);
    p->scratch = (larger(scratch, head_loss_scratch(p->m)) + 15) / 16 * 16;
    p->slab = mem_floats(lay_out(p), e);
    if (!p->slab) {
        return -1;
    }
    lay_out(p);
    return 0;
}

static bool wanted(const struct pass *p, int tensor)
{
    return !p->sink->wanted_t || p->sink->wanted_t[tensor];
}

static float *thread_scratch(const struct pass *p)
{
    return p->scratch_s + (size_t)omp_get_thread_num() * p->scratch;
}

/* The block's activations of the text that starts at row r. */
static struct block_forward forward_at(const struct pass *p, int layer, size_t r)
{
    size_t C = (size_t)p->m->config.C, F = (size_t)p->m->config.F;
    float *x_rc = p->x_lrc + (size_t)layer * p->b->rows * C;
    return (struct block_forward){.x_tc = x_rc + r * C,
                                  .h1_tc = p->h1_rc + r * C,
                                  .qkv_t3c = p->qkv_r3c + r * 3 * C,
                                  .att_tc = p->att_rc + r * C,
                                  .mid_tc = p->mid_rc + r * C,
                                  .h2_tc = p->h2_rc + r * C,
                                  .pre_tf = p->pre_rf + r * F,
                                  .act_tf = p->act_rf + r * F,
                                  .out_tc = x_rc + (p->b->rows + r) * C};
}

static struct block_backward backward_at(const struct pass *p, size_t r)
{
    size_t C = (size_t)p->m->config.C, F = (size_t)p->m->config.F;
    return (struct block_backward){.dout_tc = p->dout_rc + r * C,
                                   .dpre_tf = p->dpre_rf + r * F,
                                   .dh2_tc = p->dh2_rc + r * C,
                                   .dmid_tc = p->dmid_rc + r * C,
                                   .dqkv_t3c = p->dqkv_r3c + r * 3 * C,
                                   .dh1_tc = p->dh1_rc + r * C,
                                   .dx_tc = p->dx_rc + r * C};
}

/* x = wte[id] + wpe[position]. */
static void embed(float *x_tc, const struct gpt2 *m, const struct batch_text *t)
{
    size_t C = (size_t)m->config.C;
    const float *wte_vc = weights(m, m->wte), *wpe_tc = weights(m, m->wpe);
    for (size_t p = 0; p < t->n_text; p++) {
        for (size_t c = 0; c < C; c++) {
            x_tc[p * C + c] = wte_vc[(size_t)t->ids[p] * C + c] + wpe_tc[p * C + c];
        }
    }
}

/* One text all the way up and back through the last normalisation: its loss, and dout. */
static double text_forward(const struct pass *p, const struct batch_text *t)
{
    const struct gpt2 *m = p->m;
    size_t C = (size_t)m->config.C, T = t->n_text, at = t->first_row * C;
    float *scratch = thread_scratch(p);
    embed(p->x_lrc + at, m, t);
    for (int l = 0; l < m->config.L; l++) {
        struct block_forward f = forward_at(p, l, t->first_row);
        block_forward(&f, m, l, T, scratch);
    }
    const float *x_tc = p->x_lrc + (size_t)m->config.L * p->b->rows * C + at;
    layer_norm(p->hidden_rc + at, x_tc, weights(m, m->ln_f_weight), weights(m, m->ln_f_bias), T, C,
               m->config.ln_epsilon);
    double loss_nats =
        head_loss(p->lse_r + t->first_row, p->dhidden_rc + at, p->hidden_rc + at, m, t, scratch);
    memset(p->dout_rc + at, 0, T * C * sizeof *p->dout_rc);
    layer_norm_backward(p->dout_rc + at, p->dhidden_rc + at, x_tc, weights(m, m->ln_f_weight), T, C,
                        m->config.ln_epsilon);
    return loss_nats;
}

/* How the gradient of a tensor comes from the input x and the output's gradient dy of its layer. */
enum source {
    FROM_MATRIX, /* xᵀ·dy */
    FROM_BIAS,   /* Σ_r dy */
    FROM_NORM,   /* Σ_r dy · x̂ */
    FROM_TOKENS, /* the head's share, and dy in the rows of the ids */
    FROM_PLACES, /* dy in the rows of the positions */
};

struct job {
    enum source source;
    int tensor;
    const float *x_rk, *dy_rn;
};

enum { JOBS_MAX = 12 };

/* The gradient of the tensor's rows [row, row + rows) for one text. */
static void job_tile(float *g, const struct pass *p, const struct job *j,
                     const struct batch_text *t, size_t row, size_t rows)
{
    const struct gpt2_tensor *tensor = &p->m->tensors[j->tensor];
    size_t k = tensor->rows, n = tensor->cols, T = t->n_text, r = t->first_row;
    const float *dy_tn = j->dy_rn + r * n;
    switch (j->source) {
    case FROM_MATRIX:
        matmul_left_transposed(g, n, j->x_rk + r * k + row, k, dy_tn, n, rows, T, n, 1.0f);
        break;
    case FROM_BIAS:
        sum_rows(g, dy_tn, T, n);
        break;
    case FROM_NORM:
        layer_norm_weight_gradient(g, dy_tn, j->x_rk + r * n, T, n, p->m->config.ln_epsilon);
        break;
    case FROM_TOKENS:
        head_weight_gradient(g, row, rows, p->lse_r + r, p->hidden_rc + r * n, p->m, t,
                             g + tile_rows(n) * n);
        for (size_t i = 0; i < T; i++) {
            size_t at = (size_t)t->ids[i] - row; /* wraps around to far above when before */
            for (size_t c = 0; at < rows && c < n; c++) {
                g[at * n + c] += dy_tn[i * n + c];
            }
        }
        break;
    case FROM_PLACES:
        memset(g, 0, rows * n * sizeof *g);
        for (size_t i = row; i < T && i < row + rows; i++) {
            memcpy(g + (i - row) * n, dy_tn + i * n, n * sizeof *g);
        }
        break;
    }
}

/* Work-shared: all tiles of some tensors, the texts within a tile in order. */
static void hand_out(const struct pass *p, const struct job *jobs, int n_jobs)
{
    size_t first[JOBS_MAX + 1] = {0};
    for (int i = 0; i < n_jobs; i++) {
        const struct gpt2_tensor *t = &p->m->tensors[jobs[i].tensor];
        size_t rows = larger(t->rows, 1), each = tile_rows(t->cols);
        first[i + 1] = first[i] + (wanted(p, jobs[i].tensor) ? (rows + each - 1) / each : 0);
    }
    float *g = thread_scratch(p);
#pragma omp for schedule(dynamic, 1)
    for (size_t item = 0; item < first[n_jobs]; item++) {
        int i = 0;
        while (item >= first[i + 1]) {
            i++;
        }
        const struct gpt2_tensor *t = &p->m->tensors[jobs[i].tensor];
        size_t each = tile_rows(t->cols), row = (item - first[i]) * each;
        size_t left = larger(t->rows, 1) - row, rows = left < each ? left : each;
        for (size_t text = 0; text < p->b->n_texts; text++) {
            job_tile(g, p, &jobs[i], &p->b->texts[text], row, rows);
            p->sink->take(p->sink->context, jobs[i].tensor, row, rows, text, g);
        }
    }
}

static void hand_out_last(const struct pass *p)
{
    const struct gpt2 *m = p->m;
    const float *x_rc = p->x_lrc + (size_t)m->config.L * p->b->rows * (size_t)m->config.C;
    const struct job jobs[] = {{FROM_NORM, m->ln_f_weight, x_rc, p->dhidden_rc},
                               {FROM_BIAS, m->ln_f_bias, NULL, p->dhidden_rc}};
    hand_out(p, jobs, 2);
}

static void hand_out_layer(const struct pass *p, int layer)
{
    const struct gpt2_layer_tensors *t = &p->m->layers[layer];
    struct block_forward f = forward_at(p, layer, 0);
    const struct job jobs[JOBS_MAX] = {
        {FROM_MATRIX, t->mlp_c_proj_weight, f.act_tf, p->dout_rc},
        {FROM_BIAS, t->mlp_c_proj_bias, NULL, p->dout_rc},
        {FROM_MATRIX, t->c_fc_weight, f.h2_tc, p->dpre_rf},
        {FROM_BIAS, t->c_fc_bias, NULL, p->dpre_rf},
        {FROM_NORM, t->ln_2_weight, f.mid_tc, p->dh2_rc},
        {FROM_BIAS, t->ln_2_bias, NULL, p->dh2_rc},
        {FROM_MATRIX, t->attn_c_proj_weight, f.att_tc, p->dmid_rc},
        {FROM_BIAS, t->attn_c_proj_bias, NULL, p->dmid_rc},
        {FROM_MATRIX, t->c_attn_weight, f.h1_tc, p->dqkv_r3c},
        {FROM_BIAS, t->c_attn_bias, NULL, p->dqkv_r3c},
        {FROM_NORM, t->ln_1_weight, f.x_tc, p->dh1_rc},
        {FROM_BIAS, t->ln_1_bias, NULL, p->dh1_rc},
    };
    hand_out(p, jobs, JOBS_MAX);
}

static void hand_out_embeddings(const struct pass *p)
{
    const struct job jobs[] = {{FROM_TOKENS, p->m->wte, NULL, p->dout_rc},
                               {FROM_PLACES, p->m->wpe, NULL, p->dout_rc}};
    hand_out(p, jobs, 2);
}

/* Work-shared: every text back through one block; dx becomes the next dout. */
static void layer_backward(struct pass *p, int layer)
{
#pragma omp for schedule(dynamic, 1)
    for (size_t i = 0; i < p->b->n_texts; i++) {
        const struct batch_text *t = &p->b->texts[i];
        struct block_forward f = forward_at(p, layer, t->first_row);
        struct block_backward g = backward_at(p, t->first_row);
        if (layer + 1 < p->m->config.L) { /* the last one's activations are still there */
            block_forward(&f, p->m, layer, t->n_text, thread_scratch(p));
        }
        block_backward(&g, &f, p->m, layer, t->n_text, thread_scratch(p));
    }
}

int backward(double *loss_nats, const struct gpt2 *m, const struct batch *b,
             const struct gradient_sink *sink, struct err *e)
{
    struct pass p = {.m = m, .b = b, .sink = sink};
    if (pass_init(&p, e)) {
        return -1;
    }
#pragma omp parallel
    {
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < b->n_texts; i++) {
            loss_nats[i] = text_forward(&p, &b->texts[i]);
        }
        hand_out_last(&p);
        for (int l = m->config.L - 1; l >= 0; l--) {
            layer_backward(&p, l);
            hand_out_layer(&p, l);
#pragma omp single
            {
                float *dx_rc = p.dx_rc;
                p.dx_rc = p.dout_rc;
                p.dout_rc = dx_rc;
            }
        }
        hand_out_embeddings(&p);
    }
    free(p.slab);
    return 0;
}
