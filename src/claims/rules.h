/*
 * rules: what decides a claim, one row a rule.
 *
 * A rule is a function from a claim and one of its models (or all of them) to an answer: our
 * number with its interval, a verdict, and one line of why. Its row names the keys that a claim of
 * it needs and may have, so adding a rule is a function and a row. Rules read stored rows and
 * shapes; they measure nothing.
 */
#ifndef NS_CLAIMS_RULES_H
#define NS_CLAIMS_RULES_H

#include <stdint.h>

#include "claims/ledger.h"

enum verdict {
    VERDICT_UNMEASURED, /* the results that it needs are not stored */
    VERDICT_UNTESTABLE, /* by anything that is at hand: the weights are absent */
    VERDICT_UNRESOLVED, /* measured, and an interval includes 0 */
    VERDICT_CONTRADICTED,
    VERDICT_DIRECTION,
    VERDICT_REPRODUCED,
    VERDICTS
};

/*
 * "not measured", "cannot be tested", "not resolved", "contradicted", "reproduced in direction",
 * "reproduced".
 */
extern const char *const verdict_names[VERDICTS];

enum { ANSWER_WHY = 400 };

struct answer {
    enum verdict verdict;
    double value, low, high; /* NaN: there is none */
    int decimals;            /* to show them with */
    char why[ANSWER_WHY];
};

struct question {
    const struct ledger *ledger;
    const struct claim *claim;
    size_t model; /* LEDGER_ANY: all models of the claim at once, or it is about none */
};

struct claim_rule {
    const char *name, *help;
    bool all;            /* one answer for all models together */
    uint32_t needs, may; /* bits of enum claim_key */
    void (*decide)(struct answer *out, const struct question *q);
    /* What is wrong with the values of a claim together, as a sentence, or NULL. May be NULL. */
    const char *(*check)(const struct claim *c);
};

extern const struct claim_rule claim_rules[];
extern const size_t claim_n_rules;

/* A key of claims: what it holds. */
struct claim_key_row {
    const char *name;
    enum {
        CLAIM_RESULTS,   /* a name of `results:` */
        CLAIM_TEXT,      /* any text */
        CLAIM_PROTOCOL,  /* a protocol */
        CLAIM_COLUMN,    /* a column of results that is a number */
        CLAIM_PUBLISHED, /* TABLE.COLUMN, or a number */
        CLAIM_NUMBER,
        CLAIM_CHOICE
    } type;
    const char *const *choices; /* ended by NULL */
    const char *help;
};

extern const struct claim_key_row claim_key_rows[CLAIM_KEYS];

/* Values of `quantity`, of `direction` and of `cut`, in the order of their names. */
enum quantity {
    QUANTITY_PARAMETERS,
    QUANTITY_MODEL_MB,
    QUANTITY_UNIFORM_MB,
    QUANTITY_TIERS_MB,
    QUANTITY_UNIFORM_REMOVED,
    QUANTITY_TIERS_REMOVED,
    QUANTITY_UNIFORM_COMPRESSION, /* from here on no shape is needed */
    QUANTITY_TIERS_COMPRESSION,
    QUANTITY_ADVANTAGE,
    QUANTITY_TIERS_BITS,
    QUANTITY_MAP_BITS,
    QUANTITY_STORED_BITS,
    QUANTITY_PACKED_BITS
};
enum direction { DIRECTION_RISES, DIRECTION_FALLS };
enum cut { CUT_EXACT, CUT_SAMPLED };

/* Rules and keys as Markdown, for docs/claims.md. */
void claim_rules_document(struct buf *out);

/* The rules' functions; rules.c has the table that says what each does. */
void rule_shape(struct answer *out, const struct question *q);
const char *rule_shape_check(const struct claim *c);
void rule_constant(struct answer *out, const struct question *q);
const char *rule_constant_check(const struct claim *c);
const char *rule_range_check(const struct claim *c);
void rule_change(struct answer *out, const struct question *q);
void rule_ratio(struct answer *out, const struct question *q);
void rule_measured(struct answer *out, const struct question *q);
void rule_sign(struct answer *out, const struct question *q);
void rule_hidden(struct answer *out, const struct question *q);
void rule_less(struct answer *out, const struct question *q);
void rule_factor(struct answer *out, const struct question *q);
void rule_decline(struct answer *out, const struct question *q);
void rule_range(struct answer *out, const struct question *q);
void rule_absent(struct answer *out, const struct question *q);

#endif
