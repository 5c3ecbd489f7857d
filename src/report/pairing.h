/*
 * pairing: two methods of a report compared text by text, from the evidence of their cells.
 *
 * Columns of a result set a cell against the unquantized model alone; which of two methods is the
 * better one has to be asked of both on the same tokens. Results without evidence (no store at
 * hand, cells of earlier versions) compare to nothing, and whoever asks is told so.
 */
#ifndef NS_REPORT_PAIRING_H
#define NS_REPORT_PAIRING_H

#include "report/selection.h"
#include "results/store.h"
#include "stats/paired.h"

struct pairing {
    const struct store *store; /* NULL: no evidence */
    const struct spec *spec;
    struct plan plan;
};

/* Borrows both; released with pairing_release(), after a failure too. */
int pairing_open(struct pairing *p, const struct store *store, const struct spec *s, struct err *e);
void pairing_release(struct pairing *p);

/* By text, as paired_compare() takes it: the mean over the seeds of a selection. */
struct pairing_texts {
    size_t n; /* 0: there is no evidence */
    double *loss, *baseline, *weight;
};

/*
 * Of a selection under one protocol. No evidence when a cell has none, or when seeds were not
 * scored on the same tokens; an error when what is there cannot be read.
 */
int pairing_read(struct pairing_texts *out, const struct pairing *p, const struct selection *s,
                 struct err *e);
void pairing_texts_release(struct pairing_texts *t);

/* b against a; *known is false where there is no evidence, or not of the same tokens. */
int pairing_compare(struct paired *out, bool *known, const struct pairing_texts *a,
                    const struct pairing_texts *b, struct err *e);

/* Both steps for two selections. */
int pairing_of(struct paired *out, bool *known, const struct pairing *p, const struct selection *a,
               const struct selection *b, struct err *e);

#endif
