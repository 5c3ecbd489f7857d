/*
 * verdicts: a ledger decided: one row for each claim and model, in the ledger's order.
 *
 * The models of the ledger have their sizes and its results their rows. Rows borrow from the
 * ledger. An id is "CLAIM/MODEL", or "CLAIM" where there is one answer for all models.
 */
#ifndef NS_CLAIMS_VERDICTS_H
#define NS_CLAIMS_VERDICTS_H

#include "claims/rules.h"

/*
 * What a verdict rests on: published numbers and shapes that agree with each other say nothing of a
 * loss that somebody measured, and a finding is the reproduction's own.
 */
enum verdict_ground { GROUND_PRINTED, GROUND_MEASURED, GROUND_FINDING, VERDICT_GROUNDS };

extern const char *const verdict_grounds[]; /* "printed", "measured", "finding" */

struct verdict_row {
    char id[2 * 64 + 2];
    const struct claim *claim;
    size_t model; /* LEDGER_ANY: all of the claim's, or none */
    struct answer answer;
};

struct verdicts {
    const struct ledger *ledger;
    struct verdict_row *rows;
    size_t n;
    size_t counts[VERDICTS];
    size_t counts_on[VERDICTS][VERDICT_GROUNDS];
};

int verdicts_make(struct verdicts *out, const struct ledger *l, struct err *e);
void verdicts_release(struct verdicts *v);

/* The parts of a row as they are shown; each appends plain text. */
void verdict_models(const struct verdicts *v, const struct verdict_row *r, struct buf *out);
void verdict_protocol(const struct verdict_row *r, struct buf *out);  /* "" without one */
void verdict_published(const struct verdict_row *r, struct buf *out); /* "" in numbers or words */
void verdict_ours(const struct verdict_row *r, struct buf *out);      /* "–" without one */

/*
 * What the last two are: a finding of our own was expected, nobody published it; and a number that
 * follows from printed ones or from shapes was recomputed, nobody measured it.
 */
const char *verdict_published_as(const struct verdict_row *r); /* "published", "expected" */
const char *verdict_ours_as(const struct verdict_row *r);      /* "ours", "recomputed" */

/* In short: how many of which verdict, as "12 reproduced, 3 contradicted". */
void verdict_counts(const struct verdicts *v, struct buf *out);

/* A sentence on what those that are reproduced rest on; nothing when none is. */
void verdict_on_grounds(const struct verdicts *v, struct buf *out);

/*
 * The findings of the reproduction in short: of each number the first claim that is decided, with
 * its values, and the verdicts that are not `reproduced`. For a terminal of 120 columns.
 */
void claims_write_findings(const struct verdicts *v, struct buf *out);

enum claims_format {
    CLAIMS_TEXT,
    CLAIMS_MARKDOWN,
    CLAIMS_LATEX,
    CLAIMS_CSV,
    CLAIMS_JSON,
    CLAIMS_NUMBERS
};

/* −1 for a name that is none of text, markdown, latex, csv, json, numbers. */
int claims_format_parse(enum claims_format *out, const char *name, struct err *e);

/*
 * All rows. Text fits a terminal of 120 columns; LaTeX is a longtable with a row a claim (packages
 * booktabs, array and longtable); numbers are what a LaTeX text can name (report/numbers.h).
 */
void claims_write(const struct verdicts *v, enum claims_format format, struct buf *out);

#endif
