/*
 * evaluate: losses of a model, per token and per text, under a protocol.
 *
 * One pass gives the negative log-likelihood of every next token of every text and, when a protocol
 * asks for it, of the pads after it; each protocol is then a way of averaging them. Since a text's
 * numbers do not depend on its pads (model/forward.h), protocols evaluated together or apart give
 * the same bytes. Logits exist only for one tile of rows × HEAD_COLUMNS vocabulary entries a
 * thread.
 */
#ifndef NS_EVALUATE_EVALUATE_H
#define NS_EVALUATE_EVALUATE_H

#include <stdbool.h>

#include "base/progress.h"
#include "model/gpt2.h"
#include "model/texts.h"

enum { HEAD_COLUMNS = 1024 };

/*
 * nll[start[i] + p], in nats, is the loss of predicting position p + 1 of text i from what stands
 * before. The first n_text[i] − 1 targets are the text's own; those after them, if any, are pads.
 */
struct losses {
    double *nll;
    size_t *start; /* n + 1 of them */
    size_t *n_text;
    size_t n;
    bool padded;
};

/*
 * Scores sequences, each of at least one id and at most `length` of them. With `padded`, each is
 * padded to exactly `length` with the end-of-text id and the pads are scored too.
 */
int losses_compute(struct losses *out, const struct gpt2 *m, const struct sequences *s,
                   size_t length, bool padded, const struct progress *progress, struct err *e);
void losses_release(struct losses *l);

/* Sum and number of the targets of one text that a protocol scores. */
struct text_score {
    double sum_nats;
    size_t tokens;
};

/* A protocol's result; mean_nats is NaN when nothing was scored. */
struct score {
    double mean_nats, perplexity;
    size_t texts, tokens;
};

struct protocol {
    const char *name, *help;
    bool padded;        /* pads are targets */
    bool mean_of_texts; /* the mean of the texts' means; else the mean over all tokens */
};

/* "paper" and "text"; ended by a row without a name. */
extern const struct protocol protocols[];
const struct protocol *protocol_named(const char *name);

struct text_score protocol_text(const struct protocol *p, const struct losses *l, size_t text);
struct score protocol_score(const struct protocol *p, const struct losses *l);

#endif
