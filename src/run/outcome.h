/*
 * outcome: a quantized model as what is stored of it: columns of a record, rows of its tensors,
 * what the solver did.
 */
#ifndef NS_RUN_OUTCOME_H
#define NS_RUN_OUTCOME_H

#include "results/details.h"
#include "run/budget.h"

/* Bill, budget and predictions; `p` are the method's parameters. r->parameters is set. */
void outcome_fill_record(struct record *r, const struct quantized *q, const struct params *p);

/*
 * Rows of the tensors, with the floor of reverse water-filling, which goes to *floor_mse for the
 * scope, and the solver. Release *out either way.
 */
int outcome_details(struct cell_details *out, double *floor_mse, const struct quantized *q,
                    const struct workshop *w, struct err *e);

#endif
