/*
 * head: the output head over a batch, and what its logits leave of each scored position.
 *
 * Logits exist only for one tile of rows × HEAD_COLUMNS entries of the vocabulary a thread (of two
 * models, when they are compared), and are reduced while they are in cache: to maxima, sums of
 * exponentials and their differences, which are put together in double in the order of the blocks.
 * Those of a model that many are compared with can be kept. Neither pads nor neighbours change a
 * byte (tensor/tiles.h). Inside of evaluate/ alone.
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
 * Where the states stand that the targets of a batch are predicted from: as the batch is laid out,
 * one after the other or spread over the places of tiles that span texts, some of them empty.
 */
struct head_layout {
    bool is_spread;
    size_t n, rows; /* targets; rows in all */
    size_t *row_t;  /* of each target, owned */
};

/* Targets are those of each text from position first[i] on, pads last. */
int head_layout_init(struct head_layout *l, const struct batch *b, const size_t *first,
                     struct err *e);
void head_layout_release(struct head_layout *l);

/* A model and its states in this layout, zeros in empty rows. */
struct head_input {
    const struct gpt2 *m;
    const float *states_rc;
    float *logits_rv; /* where its logits are kept; or NULL */
    bool logits_full; /* there they are */
};

/* Scores the targets, one text after the other. `base` is NULL when nothing is compared. */
int head_scores(struct token_score *out, const struct batch *b, const size_t *first,
                const struct head_layout *layout, const struct head_input *own,
                const struct head_input *base, struct err *e);

#endif
