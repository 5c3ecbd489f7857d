#include "model/stepper.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"

static bool is_matrix(const struct gpt2 *m, int t)
{
    return t == m->wte || gpt2_in_scope(&m->tensors[t], SCOPE_BLOCKS);
}

/* Floats of a thread: normalised states, scores of one query, scratch of the largest matrix. */
static size_t private_floats(const struct stepper *d)
{
    size_t most = 0;
    for (int t = 0; t < d->m->n_tensors; t++) {
        if (is_matrix(d->m, t)) {
            size_t n = linear_scratch(&d->matrix[t], d->R);
            most = n > most ? n : most;
        }
    }
    return d->R * (size_t)d->m->config.C + d->T + most;
}

int stepper_init(struct stepper *d, const struct gpt2 *m, size_t T, size_t R, struct err *e)
{
    size_t C = (size_t)m->config.C, F = (size_t)m->config.F, L = (size_t)m->config.L;
    *d = (struct stepper){.m = m, .T = T, .R = R, .n_threads = (size_t)compute_threads()};
    if (!(d->matrix = mem_new((size_t)m->n_tensors, sizeof *d->matrix, e))) {
        return -1;
    }
    for (int t = 0; t < m->n_tensors; t++) {
        if (is_matrix(m, t)) {
            linear_matrix_of(&d->matrix[t], &m->tensors[t]);
        }
    }
    d->n_private = private_floats(d);
    bool ok = (d->kv_lt2c = mem_floats(L * T * 2 * C, e)) && (d->x_rc = mem_floats(R * C, e)) &&
              (d->qkv_r3c = mem_floats(R * 3 * C, e)) && (d->att_rc = mem_floats(R * C, e)) &&
              (d->f_rf = mem_floats(R * F, e)) &&
              (d->private = mem_floats(d->n_threads * d->n_private, e)) &&
              (d->logits_v = mem_floats((size_t)m->config.V, e));
    if (!ok) {
        stepper_release(d);
        return -1;
    }
    return 0;
}

void stepper_release(struct stepper *d)
{
    free(d->matrix);
    free(d->kv_lt2c);
    free(d->x_rc);
    free(d->qkv_r3c);
    free(d->att_rc);
    free(d->f_rf);
    free(d->private);
    free(d->logits_v);
    *d = (struct stepper){0};
}

void stepper_restart(struct stepper *d)
{
    d->position = 0;
}

size_t stepper_bytes(const struct stepper *d)
{
    size_t bytes = 0, C = (size_t)d->m->config.C;
    for (int t = 0; t < d->m->n_tensors; t++) {
        const struct gpt2_tensor *tensor = &d->m->tensors[t];
        if (is_matrix(d->m, t)) {
            bytes += linear_bytes(&d->matrix[t]);
        } else {
            bytes += (t == d->m->wpe ? C : tensor->n) * sizeof *tensor->f32;
        }
    }
    size_t V = (size_t)d->m->config.V;
    return bytes + linear_bytes(&d->matrix[d->m->wte]) / V; /* a row of it as the embedding */
}

static const float *weights(const struct gpt2 *m, int tensor)
{
    return m->tensors[tensor].f32;
}

/* Every thread normalises all new positions for itself: that costs less than a barrier. */
static void norm(float *h_rc, const struct stepper *d, size_t n, int weight, int bias)
{
    layer_norm(h_rc, d->x_rc, weights(d->m, weight), weights(d->m, bias), n, (size_t)d->m->config.C,
               d->m->config.ln_epsilon);
}

static void team_product(float *y, const float *x, const struct stepper *d, size_t n, int weight,
                         int bias, bool add, float *scratch)
{
    linear_team(y, x, &d->matrix[weight], weights(d->m, bias), n, add, scratch);
}

/*
 * Work-shared attention of the new positions over the heads: keys and values of a head are stored
 * by the thread that then uses them.
 */
static void attend(const struct stepper *d, size_t layer, size_t n, float *scores_t)
{
    size_t C = (size_t)d->m->config.C, H = (size_t)d->m->config.H, D = C / H;
    float *kv_t2c = d->kv_lt2c + layer * d->T * 2 * C;
#pragma omp for schedule(static)
    for (size_t head = 0; head < H; head++) {
        for (size_t r = 0; r < n; r++) {
            const float *q = d->qkv_r3c + r * 3 * C + head * D;
            float *key = kv_t2c + (d->position + r) * 2 * C + head * D;
            memcpy(key, q + C, D * sizeof *key);
            memcpy(key + C, q + 2 * C, D * sizeof *key);
            size_t seen = d->position + r + 1;
            matmul_transposed(scores_t, seen, q, D, kv_t2c + head * D, 2 * C, 1, D, seen,
                              1.0f / sqrtf((float)D));
            softmax(scores_t, seen, seen);
            matmul(d->att_rc + r * C + head * D, C, scores_t, seen, kv_t2c + C + head * D, 2 * C, 1,
                   seen, D, 1.0f, 0.0f);
        }
    }
}

/* Work-shared GELU of the inner states. */
static void team_gelu(const struct stepper *d, size_t n)
{
    enum { COLUMNS = 256 };
    size_t F = (size_t)d->m->config.F;
#pragma omp for schedule(static)
    for (size_t f = 0; f < F; f += COLUMNS) {
        gelu(d->f_rf + f, n, F - f < COLUMNS ? F - f : COLUMNS, F);
    }
}

static void block(const struct stepper *d, size_t layer, size_t n, float *h_rc, float *scores_t,
                  float *scratch)
{
    const struct gpt2_layer_tensors *t = &d->m->layers[layer];
    norm(h_rc, d, n, t->ln_1_weight, t->ln_1_bias);
    team_product(d->qkv_r3c, h_rc, d, n, t->c_attn_weight, t->c_attn_bias, false, scratch);
    attend(d, layer, n, scores_t);
    team_product(d->x_rc, d->att_rc, d, n, t->attn_c_proj_weight, t->attn_c_proj_bias, true,
                 scratch);
    norm(h_rc, d, n, t->ln_2_weight, t->ln_2_bias);
    team_product(d->f_rf, h_rc, d, n, t->c_fc_weight, t->c_fc_bias, false, scratch);
    team_gelu(d, n);
    team_product(d->x_rc, d->f_rf, d, n, t->mlp_c_proj_weight, t->mlp_c_proj_bias, true, scratch);
}

/* x_rc = wte[id] + wpe[position]. */
static void embed(const struct stepper *d, const int *ids, size_t n)
{
    size_t C = (size_t)d->m->config.C;
    const float *wpe_tc = weights(d->m, d->m->wpe);
    for (size_t r = 0; r < n; r++) {
        float *x_c = d->x_rc + r * C;
        linear_row(x_c, &d->matrix[d->m->wte], (size_t)ids[r]);
        for (size_t c = 0; c < C; c++) {
            x_c[c] += wpe_tc[(d->position + r) * C + c];
        }
    }
}

void stepper_take(struct stepper *d, const int *ids, size_t n)
{
    size_t C = (size_t)d->m->config.C, L = (size_t)d->m->config.L;
    if (n < 1 || n > d->R || d->position + n > d->T) {
        BUG("%zu positions from %zu on for a stepper with room for %zu, %zu a step", n, d->position,
            d->T, d->R);
    }
    embed(d, ids, n);
#pragma omp parallel num_threads((int)d->n_threads)
    {
        float *h_rc = d->private + (size_t)omp_get_thread_num() * d->n_private;
        float *scores_t = h_rc + d->R * C, *scratch = scores_t + d->T;
        for (size_t l = 0; l < L; l++) {
            block(d, l, n, h_rc, scores_t, scratch);
        }
        norm(h_rc, d, n, d->m->ln_f_weight, d->m->ln_f_bias);
        linear_head_team(d->logits_v, h_rc + (n - 1) * C, &d->matrix[d->m->wte], scratch);
    }
    d->position += n;
}
