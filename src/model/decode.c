#include "model/decode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"

int decoder_init(struct decoder *d, const struct gpt2 *m, size_t T, struct err *e)
{
    size_t C = (size_t)m->config.C, F = (size_t)m->config.F, V = (size_t)m->config.V;
    size_t L = (size_t)m->config.L, S = DECODE_ROWS;
    *d = (struct decoder){.m = m, .T = T};
    bool ok = (d->kv_lst2c = mem_floats(L * S * T * 2 * C, e)) &&
              (d->x_sc = mem_floats(S * C, e)) && (d->h_sc = mem_floats(S * C, e)) &&
              (d->qkv_s3c = mem_floats(S * 3 * C, e)) && (d->f_sf = mem_floats(S * F, e)) &&
              (d->scores_t = mem_floats(T, e)) && (d->logits_sv = mem_floats(S * V, e));
    if (!ok) {
        decoder_release(d);
        return -1;
    }
    return 0;
}

void decoder_release(struct decoder *d)
{
    free(d->kv_lst2c);
    free(d->x_sc);
    free(d->h_sc);
    free(d->qkv_s3c);
    free(d->f_sf);
    free(d->scores_t);
    free(d->logits_sv);
    *d = (struct decoder){0};
}

void decoder_restart(struct decoder *d)
{
    d->position = 0;
}

static const float *weights(const struct gpt2 *m, int tensor)
{
    return m->tensors[tensor].f32;
}

static void norm(float *out_sc, const struct decoder *d, int weight, int bias)
{
    layer_norm(out_sc, d->x_sc, weights(d->m, weight), weights(d->m, bias), DECODE_ROWS,
               (size_t)d->m->config.C, d->m->config.ln_epsilon);
}

/* y = x·W + b, added to what y holds when `add`. */
static void linear(float *y_sn, const float *x_sk, const struct gpt2 *m, int weight, int bias,
                   bool add)
{
    size_t k = m->tensors[weight].rows, n = m->tensors[weight].cols;
    const float *bias_n = weights(m, bias);
    for (size_t s = 0; s < DECODE_ROWS; s++) {
        for (size_t j = 0; j < n; j++) {
            y_sn[s * n + j] = add ? y_sn[s * n + j] + bias_n[j] : bias_n[j];
        }
    }
    matmul(y_sn, n, x_sk, k, weights(m, weight), n, DECODE_ROWS, k, n, 1.0f, 1.0f);
}

/* Stores this position's keys and values, and attends to all so far: h = heads(q, keys, values). */
static void attend(struct decoder *d, size_t layer, size_t s)
{
    size_t C = (size_t)d->m->config.C, H = (size_t)d->m->config.H, D = C / H;
    size_t seen = d->position + 1;
    float *kv_t2c = d->kv_lst2c + (layer * DECODE_ROWS + s) * d->T * 2 * C;
    const float *qkv_3c = d->qkv_s3c + s * 3 * C;
    memcpy(kv_t2c + d->position * 2 * C, qkv_3c + C, 2 * C * sizeof *kv_t2c);
    for (size_t head = 0; head < H; head++) {
        const float *keys = kv_t2c + head * D, *values = keys + C;
        matmul_transposed(d->scores_t, seen, qkv_3c + head * D, D, keys, 2 * C, 1, D, seen,
                          1.0f / sqrtf((float)D));
        softmax(d->scores_t, seen, seen);
        matmul(d->h_sc + s * C + head * D, C, d->scores_t, seen, values, 2 * C, 1, seen, D, 1.0f,
               0.0f);
    }
}

static void embed(struct decoder *d, const int ids_s[DECODE_ROWS])
{
    size_t C = (size_t)d->m->config.C;
    const float *wte_vc = weights(d->m, d->m->wte);
    const float *wpe_c = weights(d->m, d->m->wpe) + d->position * C;
    for (size_t s = 0; s < DECODE_ROWS; s++) {
        for (size_t c = 0; c < C; c++) {
            d->x_sc[s * C + c] = wte_vc[(size_t)ids_s[s] * C + c] + wpe_c[c];
        }
    }
}

void decoder_step(struct decoder *d, const int ids_s[DECODE_ROWS])
{
    const struct gpt2 *m = d->m;
    size_t C = (size_t)m->config.C, F = (size_t)m->config.F, V = (size_t)m->config.V;
    if (d->position >= d->T) {
        BUG("step %zu of a decoder with room for %zu", d->position, d->T);
    }
    embed(d, ids_s);
    for (int l = 0; l < m->config.L; l++) {
        const struct gpt2_layer_tensors *t = &m->layers[l];
        norm(d->h_sc, d, t->ln_1_weight, t->ln_1_bias);
        linear(d->qkv_s3c, d->h_sc, m, t->c_attn_weight, t->c_attn_bias, false);
        for (size_t s = 0; s < DECODE_ROWS; s++) {
            attend(d, (size_t)l, s);
        }
        linear(d->x_sc, d->h_sc, m, t->attn_c_proj_weight, t->attn_c_proj_bias, true);
        norm(d->h_sc, d, t->ln_2_weight, t->ln_2_bias);
        linear(d->f_sf, d->h_sc, m, t->c_fc_weight, t->c_fc_bias, false);
        gelu(d->f_sf, DECODE_ROWS, F, F);
        linear(d->x_sc, d->f_sf, m, t->mlp_c_proj_weight, t->mlp_c_proj_bias, true);
    }
    norm(d->h_sc, d, m->ln_f_weight, m->ln_f_bias);
    matmul_transposed(d->logits_sv, V, d->h_sc, C, weights(m, m->wte), C, DECODE_ROWS, C, V, 1.0f);
    d->position++;
}
