/*
 * scoring: a variant under all protocols of its cells, beside the model that it was made from.
 *
 * Protocols that cut the texts alike share one pass over both models. What comes out is, for each
 * cell, the columns of the score in its record and the evidence, token by token, that is stored
 * with it. Inside of run/ alone.
 */
#ifndef NS_RUN_SCORING_H
#define NS_RUN_SCORING_H

#include "evaluate/evaluate.h"
#include "plan/plan.h"
#include "results/evidence.h"
#include "results/record.h"
#include "run/variant.h"

/*
 * Fills the score's columns of rows[i] and evidence[i] of cells[i], i < n, cells of one variant.
 * evidence[] is empty before, and the caller releases it, after a failure too. `variant` is the
 * base itself in a cell of the baseline, which has no interval: it does not differ from itself.
 */
int score_cells(struct record *rows, struct evidence *evidence, struct loaded_model *m,
                const struct gpt2 *variant, const struct spec *s, const struct cell *cells,
                size_t n, const struct progress *progress, struct err *e);

/* One protocol's columns and evidence from losses that were compared with a baseline. */
int score_fill(struct record *r, struct evidence *v, const struct protocol *p,
               const struct losses *l, bool is_base, struct err *e);

/* Releases the windows that were cut of the model's texts. */
void scoring_forget(struct loaded_model *m);

#endif
