/*
 * evaluate: losses of a model, per token and per text, under a protocol, and beside the baseline's.
 *
 * One pass over windows gives the negative log-likelihood of every scored token and, when a
 * protocol asks for it, of the pads after a text; with a baseline it goes through both models and
 * also gives their divergence. Each protocol is then a way of cutting windows and of averaging.
 * Since a text's numbers do not depend on its pads (model/forward.h), protocols evaluated together
 * or apart give the same bytes. Logits are not kept (evaluate/head.h), unless somebody asks.
 */
#ifndef NS_EVALUATE_EVALUATE_H
#define NS_EVALUATE_EVALUATE_H

#include <stdbool.h>

#include "base/progress.h"
#include "evaluate/head.h"
#include "evaluate/windows.h"
#include "model/gpt2.h"
#include "model/texts.h"

enum { HEAD_COLUMNS = 1024 };

/*
 * tokens[start[i] .. start[i + 1]) are the scored targets of window i: first the n_own[i] ones of
 * its text, then those that are pads.
 */
struct losses {
    struct token_score *tokens;
    size_t *start; /* n + 1 of them */
    size_t *n_own;
    size_t *text; /* of each target; NULL: windows are texts */
    size_t n, n_texts;
    bool padded, compared; /* with a baseline */
};

/*
 * The baseline's last hidden states where targets are predicted from, so that its blocks are gone
 * through once for all the variants that are compared with it: 4·C bytes a target. They belong to
 * one model and one set of windows, and are used by one losses_compute() at a time unless `full`.
 */
struct kept_states {
    bool with_logits; /* keep 4·V bytes a target too: then the head is not done again either */
    bool full;        /* false: to be filled */
    struct kept_batch {
        float *states_rc, *logits_rv; /* as evaluate/head.h lays them out */
    } * batches;
    size_t n;
};

void kept_states_release(struct kept_states *k);

/*
 * With `baseline`, which may be the model itself, its losses and the divergence from it too. `kept`
 * (may be NULL) is used when it is full and filled when it is not; the bytes are the same. A loss
 * that is not finite is an error.
 */
int losses_compute(struct losses *out, const struct gpt2 *m, const struct gpt2 *baseline,
                   struct kept_states *kept, const struct windows *w,
                   const struct progress *progress, struct err *e);
void losses_release(struct losses *l);

/* Of texts of at most `length` tokens, without a baseline. */
int losses_of_texts(struct losses *out, const struct gpt2 *m, const struct sequences *s,
                    size_t length, bool padded, const struct progress *progress, struct err *e);

struct protocol {
    const char *name, *help;
    enum pass pass;
    bool padded;        /* pads are targets; of PASS_TEXTS alone */
    bool mean_of_texts; /* the mean of the texts' means; else the mean over all tokens */
};

/* "paper", "text", "strided" and "windows"; ended by a row without a name. */
extern const struct protocol protocols[];
const struct protocol *protocol_named(const char *name);

/* Sum and number of the targets of one text that a protocol scores, of model and baseline. */
struct text_score {
    double sum_nats, baseline_sum_nats;
    size_t tokens;
};

/* A protocol's result; mean_nats is NaN when nothing was scored. */
struct score {
    double mean_nats, perplexity;
    double baseline_nats; /* NaN when nothing was compared */
    size_t texts, tokens; /* of a stream, the texts of which something is scored */
};

/* The targets of the losses that the protocol scores, as [*begin, *end) of window i. */
void protocol_targets(const struct protocol *p, const struct losses *l, size_t window,
                      size_t *begin, size_t *end);

/* score[i] of each of the l->n_texts texts. */
void protocol_texts(const struct protocol *p, const struct losses *l, struct text_score *score);

struct score protocol_score(const struct protocol *p, const struct losses *l);

#endif
