/*
 * head: the output head over a batch, and what its logits leave of each scored position.
 *
 * Logits exist only for one tile of HEAD_ROWS positions × HEAD_COLUMNS entries of the vocabulary a
 * thread (of two models, when they are compared), and are reduced while they are in cache: to
 * maxima, sums of exponentials and their differences, which are put together in double in the order
 * of the blocks. Tiles start where a text's own targets do and where its pads do, so that neither
 * pads nor neighbours change a byte. Inside of evaluate/ alone.
 */
#ifndef NS_EVALUATE_HEAD_H
#define NS_EVALUATE_HEAD_H

#include <stdbool.h>

#include "model/forward.h"

/* One scored position. */
struct token_score {
    double nll; /* −log p(target), nats */
    /* With a baseline: */
    double baseline_nll;
    double kl;        /* Σ p_base·log(p_base / p), nats, ≥ 0 */
    bool top1_agrees; /* the likeliest entry is the baseline's; the first one of equals */
};

/*
 * Scores the targets of each text of the batch from position first[i] on, pads last, one text after
 * the other into `out`. hidden_rc: the states of `m`; base_rc: those of `baseline`, both NULL when
 * nothing is compared.
 */
int head_scores(struct token_score *out, const struct batch *b, const size_t *first,
                const struct gpt2 *m, const float *hidden_rc, const struct gpt2 *baseline,
                const float *base_rc, struct err *e);

#endif
