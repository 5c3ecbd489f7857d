#include "model/block.h"

#include <math.h>
#include <string.h>

#include "tensor/backward.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"

static const float *weights(const struct gpt2 *m, int tensor)
{
    return m->tensors[tensor].f32;
}

/* y = x·W + b, on top of `base_tn` when there is one. */
static void linear(float *y_tn, const float *x_tk, const float *base_tn, const struct gpt2 *m,
                   int weight, int bias, size_t T)
{
    size_t k = m->tensors[weight].rows, n = m->tensors[weight].cols;
    const float *bias_n = weights(m, bias);
    for (size_t t = 0; t < T; t++) {
        for (size_t j = 0; j < n; j++) {
            y_tn[t * n + j] = base_tn ? base_tn[t * n + j] + bias_n[j] : bias_n[j];
        }
    }
    matmul(y_tn, n, x_tk, k, weights(m, weight), n, T, k, n, 1.0f, 1.0f);
}

/* dx = dy·Wᵀ. */
static void linear_backward(float *dx_tk, const float *dy_tn, const struct gpt2 *m, int weight,
                            size_t T)
{
    size_t k = m->tensors[weight].rows, n = m->tensors[weight].cols;
    matmul_transposed(dx_tk, k, dy_tn, n, weights(m, weight), n, T, n, k, 1.0f);
}

/* p_tt = softmax(Q·Kᵀ/√D) of one head, a row a query, nothing of later keys. */
static void head_weights(float *p_tt, const float *qkv_t3c, size_t head, size_t T, size_t C,
                         size_t D)
{
    const float *queries = qkv_t3c + head * D, *keys = queries + C;
    matmul_transposed(p_tt, T, queries, 3 * C, keys, 3 * C, T, D, T, 1.0f / sqrtf((float)D));
    for (size_t t = 0; t < T; t++) {
        softmax(p_tt + t * T, t + 1, T);
    }
}

static void attention(float *att_tc, const float *qkv_t3c, const struct gpt2 *m, size_t T,
                      float *scores_tt)
{
    size_t C = (size_t)m->config.C, H = (size_t)m->config.H, D = C / H;
    for (size_t head = 0; head < H; head++) {
        head_weights(scores_tt, qkv_t3c, head, T, C, D);
        matmul(att_tc + head * D, C, scores_tt, T, qkv_t3c + 2 * C + head * D, 3 * C, T, T, D, 1.0f,
               0.0f);
    }
}

/*
 * With P = softmax(S), S = Q·Kᵀ/√D, out = P·V: dV = Pᵀ·dout, dP = dout·Vᵀ,
 * dS = P ∘ (dP − rowsum(P ∘ dP)), dQ = dS·K/√D, dK = dSᵀ·Q/√D. P is made again from Q and K.
 */
static void attention_backward(float *dqkv_t3c, const float *datt_tc, const float *qkv_t3c,
                               const struct gpt2 *m, size_t T, float *scores_2tt)
{
    size_t C = (size_t)m->config.C, H = (size_t)m->config.H, D = C / H, ld = 3 * C;
    float *p_tt = scores_2tt, *ds_tt = scores_2tt + T * T, scale = 1.0f / sqrtf((float)D);
    for (size_t head = 0; head < H; head++) {
        const float *q = qkv_t3c + head * D, *k = q + C, *v = k + C;
        const float *dout = datt_tc + head * D;
        float *dq = dqkv_t3c + head * D, *dk = dq + C, *dv = dk + C;
        head_weights(p_tt, qkv_t3c, head, T, C, D);
        matmul_left_transposed(dv, ld, p_tt, T, dout, C, T, T, D, 1.0f);
        matmul_transposed(ds_tt, T, dout, C, v, ld, T, D, T, 1.0f);
        for (size_t t = 0; t < T; t++) {
            softmax_backward(ds_tt + t * T, p_tt + t * T, t + 1, T);
        }
        matmul(dq, ld, ds_tt, T, k, ld, T, T, D, scale, 0.0f);
        matmul_left_transposed(dk, ld, ds_tt, T, q, ld, T, T, D, scale);
    }
}

void block_forward(const struct block_forward *f, const struct gpt2 *m, int layer, size_t T,
                   float *scores_2tt)
{
    const struct gpt2_layer_tensors *t = &m->layers[layer];
    size_t C = (size_t)m->config.C, F = (size_t)m->config.F;
    float epsilon = m->config.ln_epsilon;
    layer_norm(f->h1_tc, f->x_tc, weights(m, t->ln_1_weight), weights(m, t->ln_1_bias), T, C,
               epsilon);
    linear(f->qkv_t3c, f->h1_tc, NULL, m, t->c_attn_weight, t->c_attn_bias, T);
    attention(f->att_tc, f->qkv_t3c, m, T, scores_2tt);
    linear(f->mid_tc, f->att_tc, f->x_tc, m, t->attn_c_proj_weight, t->attn_c_proj_bias, T);
    layer_norm(f->h2_tc, f->mid_tc, weights(m, t->ln_2_weight), weights(m, t->ln_2_bias), T, C,
               epsilon);
    linear(f->pre_tf, f->h2_tc, NULL, m, t->c_fc_weight, t->c_fc_bias, T);
    memcpy(f->act_tf, f->pre_tf, T * F * sizeof *f->act_tf);
    gelu(f->act_tf, T, F, F);
    linear(f->out_tc, f->act_tf, f->mid_tc, m, t->mlp_c_proj_weight, t->mlp_c_proj_bias, T);
}

void block_backward(const struct block_backward *g, const struct block_forward *f,
                    const struct gpt2 *m, int layer, size_t T, float *scores_2tt)
{
    const struct gpt2_layer_tensors *t = &m->layers[layer];
    size_t C = (size_t)m->config.C, F = (size_t)m->config.F;
    float epsilon = m->config.ln_epsilon;
    linear_backward(g->dpre_tf, g->dout_tc, m, t->mlp_c_proj_weight, T);
    gelu_backward(g->dpre_tf, f->pre_tf, T * F);
    linear_backward(g->dh2_tc, g->dpre_tf, m, t->c_fc_weight, T);
    memcpy(g->dmid_tc, g->dout_tc, T * C * sizeof *g->dmid_tc);
    layer_norm_backward(g->dmid_tc, g->dh2_tc, f->mid_tc, weights(m, t->ln_2_weight), T, C,
                        epsilon);
    float *datt_tc = g->dx_tc; /* not needed for the weights' gradients, so kept nowhere else */
    linear_backward(datt_tc, g->dmid_tc, m, t->attn_c_proj_weight, T);
    attention_backward(g->dqkv_t3c, datt_tc, f->qkv_t3c, m, T, scores_2tt);
    linear_backward(g->dh1_tc, g->dqkv_t3c, m, t->c_attn_weight, T);
    memcpy(g->dx_tc, g->dmid_tc, T * C * sizeof *g->dx_tc);
    layer_norm_backward(g->dx_tc, g->dh1_tc, f->x_tc, weights(m, t->ln_1_weight), T, C, epsilon);
}
