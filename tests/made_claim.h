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

/*
 * Gives two rows of +14.75 % and +13.725 % their losses and their tokens, one a text, of 4 nats
 * before: what is hard for one is hard for the other, so that only text by text they are told
 * apart.
 */
void made_pair(struct made_claim *m, struct record *harmed, struct record *less);

/* Expects that pair to be told apart by text, with this verdict; and none once a row has changed.
 */
void expect_paired(struct made_claim *m, struct record *row, enum verdict wanted);

/* What the rows as they are now make of the claim: answer i. Good until the next one is made. */
const struct answer *made_answer(struct made_claim *m, size_t i);

void expect_verdict(const struct answer *a, enum verdict wanted);

#endif
