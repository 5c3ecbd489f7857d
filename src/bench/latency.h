/*
 * latency: how long one short text takes, and then one token more, in several forms of a model.
 *
 * The forms take turns, so that a noisy stretch hits all of them, and each has the text in one step
 * and a few tokens after it one by one (model/stepper.h). The first turn warms up and is not
 * counted.
 */
#ifndef NS_BENCH_LATENCY_H
#define NS_BENCH_LATENCY_H

#include "base/progress.h"
#include "model/gpt2.h"

struct latency {
    double median_s, low_s, high_s; /* the quartiles */
};

struct latency_form {
    const struct gpt2 *m;             /* loaded, with codes or without */
    struct latency text, token;       /* filled in, as is the rest */
    double token_bytes, weight_bytes; /* that a token reads; of all weights in memory */
};

enum { LATENCY_TOKENS = 4 }; /* after the text, each turn */

/* ids: a text in the range of all forms, so short that LATENCY_TOKENS more fit the context. */
int latency_measure(struct latency_form *forms, size_t n, const int *ids, size_t n_ids,
                    size_t turns, const struct progress *progress, struct err *e);

#endif
