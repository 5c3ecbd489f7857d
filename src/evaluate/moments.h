/*
 * moments: second moments of what the matrices are multiplied by, over calibration texts.
 *
 * For a block matrix, stored [in, out] and used as x·W, channel i is its row i; for the tied
 * embedding as the output head, x the final hidden state, channel i is its column i. With x_t the
 * input at position t and N positions (all positions of all texts, no pads):
 *
 *     mean_square_k = Σ_t x_tk² / N          full_kk = Σ_t x_t·x_tᵀ / N
 *
 * The first weighs the channels of a matrix, the second is what error-feedback rounding inverts.
 * Sums run in double over the texts in order, those of `full` over products in 32-bit floats of one
 * text each: the same bytes for any number of threads. A full matrix takes 8·k² bytes, so ask for
 * as many as fit; the model may be a variant whose earlier layers are quantized already.
 */
#ifndef NS_EVALUATE_MOMENTS_H
#define NS_EVALUATE_MOMENTS_H

#include "base/progress.h"
#include "model/gpt2.h"
#include "model/texts.h"

enum moment_kind { MOMENT_NONE, MOMENT_CHANNELS, MOMENT_FULL };

struct moment {
    size_t k; /* channels; 0 when nothing was asked for */
    double *mean_square_k;
    double *full_kk; /* symmetric; NULL unless MOMENT_FULL */
};

struct moments {
    int n_tensors;
    struct moment *of;
    size_t positions;
};

/*
 * kind_t: what is wanted of each of the model's tensors; only those of SCOPE_ALL have an input. The
 * model is loaded; a sequence has at least one id and at most the context.
 */
int moments_compute(struct moments *out, const struct gpt2 *m, const struct sequences *s,
                    const enum moment_kind *kind_t, const struct progress *progress, struct err *e);
void moments_release(struct moments *mo);

#endif
