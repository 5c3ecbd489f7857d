/*
 * stock: which cells of an experiment have a result, without running any.
 */
#ifndef NS_RUN_STOCK_H
#define NS_RUN_STOCK_H

#include "results/store.h"
#include "run/inputs.h"

struct stock {
    struct plan plan;
    char (*keys)[DIGEST_HEX]; /* one a cell */
    bool *stored;             /* whether there is a result under the key */
    size_t n_stored;
};

/* Plans, reads every input once for the keys, and looks at the store, which need not exist. */
int stock_read(struct stock *v, const struct spec *s, const struct store *store, struct err *e);

/* Looks again for the results that were missing. */
int stock_again(struct stock *v, const struct store *store, struct err *e);
void stock_release(struct stock *v);

#endif
