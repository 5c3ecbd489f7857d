/*
 * agreement_words: what a stored table and a spec differ in, in one sentence. Inside of results/
 * alone.
 */
#ifndef NS_RESULTS_AGREEMENT_WORDS_H
#define NS_RESULTS_AGREEMENT_WORDS_H

#include "plan/plan.h"

struct agreement {
    const struct spec *now, *then; /* then: that of the table; NULL: not known */
    size_t gone;                   /* rows that are of no cell of the spec */
    size_t missing;                /* cells of the spec that have no row */
    const struct cell *first_missing;
    const struct cell *is, *was; /* the first of one name and other content; NULL: there is none */
    bool *texts_changed;         /* [now->n_texts + 1], the last for the calibration */
};

/* Appends nothing when nothing differs. `folder` is that of the table. */
void agreement_describe(struct buf *out, const struct agreement *a, const char *folder);

#endif
