/*
 * backward: gradients of texts' losses, one text at a time, for every weight of a GPT-2.
 *
 * The loss of a text is the sum in nats over its n_text − 1 next-token targets, each given what
 * stands before (the protocol "text": no pads). What comes out is not one gradient summed over the
 * texts but the gradient of each text apart, because the empirical Fisher information squares it
 * before it sums (evaluate/fisher.h). All of them at once would take a model's size a text, so they
 * are handed out block by block, in rows of a tensor, and forgotten.
 *
 * The embedding is tied: its gradient has the head's share and, in the rows of the text's ids, that
 * of the input.
 *
 * Activations: the residual stream is kept at every layer, the inside of a block for one layer,
 * being made again on the way back (a third of a pass more); with R rows in the batch that is R·((L
 * + 18)·C + 3·F) floats, and a thread has max(64·V, 2·T², TILE·(1 + T/C)) more. The sums over
 * positions run within one product over a whole text, so a gradient's bytes depend on its text
 * alone: not on threads, batch or neighbours.
 */
#ifndef NS_MODEL_BACKWARD_H
#define NS_MODEL_BACKWARD_H

#include "model/forward.h"

/*
 * Who gets the gradients. take() is handed rows [row, row + rows) of a tensor's gradient for text
 * `text` of the batch, rows × cols floats that are only good during the call (a vector is one row).
 * It is called from several threads at once, but every row of a tensor belongs to one thread, which
 * brings the texts in order.
 */
struct gradient_sink {
    void (*take)(void *context, int tensor, size_t row, size_t rows, size_t text, const float *g);
    void *context;
    const bool *wanted_t; /* n_tensors of them, false: not needed, not computed; NULL: all */
};

/*
 * loss_nats[i]: the summed loss of text i. Every text has n_total = n_text ≥ 2, at most P; the
 * model is loaded, ids are in range, the batch is laid out.
 */
int backward(double *loss_nats, const struct gpt2 *m, const struct batch *b,
             const struct gradient_sink *sink, struct err *e);

#endif
