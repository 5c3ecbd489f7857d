/*
 * head_gradient: the loss of one text at the tied output head, and its gradients.
 *
 * With z = h·Eᵀ the logits of a position (h its final hidden state, E the embedding) and y the id
 * that comes next, the loss is log Σ exp z − z_y; dz = softmax(z) − onehot(y), dh = dz·E, and the
 * head's share of dE is Σ_t dz_tᵀ·h_t. The text's last position predicts nothing. Works in the
 * calling thread, for the backward pass (model/backward.h).
 */
#ifndef NS_MODEL_HEAD_GRADIENT_H
#define NS_MODEL_HEAD_GRADIENT_H

#include "model/forward.h"

enum { HEAD_GRADIENT_ROWS = 64 };

/* Floats of scratch that head_loss() needs: HEAD_GRADIENT_ROWS × V. */
size_t head_loss_scratch(const struct gpt2 *m);

/*
 * The text's summed loss in nats. lse_t: the log-sum-exp of each predicting position; dhidden_tc:
 * all n_text rows, the last one 0.
 */
double head_loss(float *lse_t, float *dhidden_tc, const float *hidden_tc, const struct gpt2 *m,
                 const struct batch_text *text, float *scratch);

/*
 * dE of embedding rows [v, v + n), the head's share; `lse_t` as head_loss() left it. scratch: room
 * for n_text × n floats.
 */
void head_weight_gradient(float *de_nc, size_t v, size_t n, const float *lse_t,
                          const float *hidden_tc, const struct gpt2 *m,
                          const struct batch_text *text, float *scratch);

#endif
