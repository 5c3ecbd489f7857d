/*
 * ledger_inputs: what a ledger of claims is decided on: the sizes of its models, from their shapes
 * or from the head of their file, and the stored rows of its experiments.
 */
#ifndef NS_RUN_LEDGER_INPUTS_H
#define NS_RUN_LEDGER_INPUTS_H

#include "claims/ledger.h"

/*
 * Fills models and results of the ledger. An experiment that was not run yet leaves its rows empty;
 * results below `root` that cannot be read are an error, and so is a spec: what is wrong with that
 * is appended to `problems`.
 */
int ledger_inputs_read(struct ledger *l, const char *root, struct buf *problems, struct err *e);

#endif
