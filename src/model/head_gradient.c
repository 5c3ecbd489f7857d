#include "model/head_gradient.h"

#include <math.h>
#include <string.h>

#include "tensor/matmul.h"
#include "tensor/tensor.h"

size_t head_loss_scratch(const struct gpt2 *m)
{
    return HEAD_GRADIENT_ROWS * (size_t)m->config.V;
}

/* z becomes softmax(z) − onehot(target), given log Σ exp z; a target outside [0, n) is elsewhere.
 */
static void to_gradient(float *z, size_t n, float lse, size_t target)
{
    for (size_t i = 0; i < n; i++) {
        z[i] -= lse;
    }
    exp_inplace(z, n);
    if (target < n) {
        z[target] -= 1.0f;
    }
}

double head_loss(float *lse_t, float *dhidden_tc, const float *hidden_tc, const struct gpt2 *m,
                 const struct batch_text *text, float *scratch)
{
    size_t V = (size_t)m->config.V, C = (size_t)m->config.C, targets = text->n_text - 1;
    const float *wte_vc = m->tensors[m->wte].f32;
    double loss_nats = 0;
    for (size_t t = 0, n; t < targets; t += n) {
        n = targets - t < HEAD_GRADIENT_ROWS ? targets - t : HEAD_GRADIENT_ROWS;
        matmul_transposed(scratch, V, hidden_tc + t * C, C, wte_vc, C, n, C, V, 1.0f);
        for (size_t i = 0; i < n; i++) {
            float *z = scratch + i * V, max, exp_sum;
            size_t target = (size_t)text->ids[t + i + 1];
            max_and_exp_sum(z, V, &max, &exp_sum);
            loss_nats += log((double)exp_sum) + ((double)max - z[target]);
            lse_t[t + i] = (float)(log((double)exp_sum) + max);
            to_gradient(z, V, lse_t[t + i], target);
        }
        matmul(dhidden_tc + t * C, C, scratch, V, wte_vc, C, n, V, C, 1.0f, 0.0f);
    }
    memset(dhidden_tc + targets * C, 0, C * sizeof *dhidden_tc);
    return loss_nats;
}

void head_weight_gradient(float *de_nc, size_t v, size_t n, const float *lse_t,
                          const float *hidden_tc, const struct gpt2 *m,
                          const struct batch_text *text, float *scratch)
{
    size_t C = (size_t)m->config.C, targets = text->n_text - 1;
    const float *wte_nc = m->tensors[m->wte].f32 + v * C;
    matmul_transposed(scratch, n, hidden_tc, C, wte_nc, C, targets, C, n, 1.0f);
    for (size_t t = 0; t < targets; t++) {
        /* A target before v wraps around to far above n. */
        to_gradient(scratch + t * n, n, lse_t[t], (size_t)text->ids[t + 1] - v);
    }
    matmul_left_transposed(de_nc, C, scratch, n, hidden_tc, C, n, targets, C, 1.0f);
}
