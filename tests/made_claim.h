/*
 * made_claim: a ledger of one claim for tests, with rows that the test makes.
 */
#ifndef NS_TESTS_MADE_CLAIM_H
#define NS_TESTS_MADE_CLAIM_H

#include "claims/verdicts.h"
#include "scratch.h"

struct made_claim {
    struct scratch scratch;
    struct ledger ledger;
    struct verdicts verdicts;
};

/* A ledger of one claim, given by its keys in YAML; its rows, 32 at most, are to be filled in. */
void made_claim(struct made_claim *m, const char *claim);
void made_claim_release(struct made_claim *m);

/* A row of 20 texts; low is NaN when there is no interval. */
struct record *made_row(struct made_claim *m, const char *model, const char *method,
                        const char *protocol, double delta, double low, double high);

/* The tokens of a row, one a text, of 4 nats before; what each text gains after is given. */
void made_tokens(struct made_claim *m, const struct record *row, const double gain[20]);

/* What the rows as they are now make of the claim: answer i. Good until the next one is made. */
const struct answer *made_answer(struct made_claim *m, size_t i);

void expect_verdict(const struct answer *a, enum verdict wanted);

#endif
