/*
 * reading: what the two parts of ledger_read() share. Inside of claims/ alone.
 */
#ifndef NS_CLAIMS_READING_H
#define NS_CLAIMS_READING_H

#include "claims/ledger.h"
#include "spec/fields.h"

struct ledger_reading {
    struct ledger *ledger;
    struct problems problems;
};

/* Whole numbers, lists and choices by a row of a schema; a node that is NULL is passed over. */
bool ledger_value(struct ledger_reading *r, const struct node *node, const struct param *row,
                  struct value *out);

/* A number as printed, from its node. False with the problem recorded. */
bool ledger_printed(struct ledger_reading *r, const struct node *node, const char *label,
                    struct published_value *out);

/* The index of the model of this name; false with the problem recorded at `at`. */
bool ledger_find_model(struct ledger_reading *r, struct place at, const char *label,
                       const char *name, size_t *out);

/* After models, results and published: the claims themselves. −1: no memory. */
int ledger_read_claims(struct ledger_reading *r, const struct node *node, struct err *e);

#endif
