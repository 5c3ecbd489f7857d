/*
 * block: one block of GPT-2 on one text, forward with everything kept, and backward.
 *
 * For the backward pass (model/backward.h), which takes a text a thread: each function here works
 * in the calling thread alone. The loss' gradient at an activation `a` is called da. Pointers are
 * to the text's first row; letters are those of tensor/tensor.h, T the positions of the text. There
 * are no pads.
 *
 *     h1 = norm1(x)        qkv = h1·W_qkv + b        att = heads(qkv)
 *     mid = x + att·W_o + b
 *     h2 = norm2(mid)      pre = h2·W_fc + b         act = gelu(pre)
 *     out = mid + act·W_proj + b
 */
#ifndef NS_MODEL_BLOCK_H
#define NS_MODEL_BLOCK_H

#include "model/gpt2.h"

struct block_forward {
    const float *x_tc;
    float *h1_tc, *qkv_t3c, *att_tc, *mid_tc, *h2_tc, *pre_tf, *act_tf;
    float *out_tc;
};

/* dx_tc must not overlap dout_tc; it holds other things on the way. */
struct block_backward {
    const float *dout_tc;
    float *dpre_tf, *dh2_tc, *dmid_tc, *dqkv_t3c, *dh1_tc;
    float *dx_tc;
};

/* scores_2tt: room for two T×T matrices. */
void block_forward(const struct block_forward *f, const struct gpt2 *m, int layer, size_t T,
                   float *scores_2tt);
void block_backward(const struct block_backward *g, const struct block_forward *f,
                    const struct gpt2 *m, int layer, size_t T, float *scores_2tt);

#endif
