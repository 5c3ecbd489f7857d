/*
 * html: the report of one experiment as a single page that needs nothing beside it.
 *
 * Title and summary, verdicts when results/claims/claims.json is there, every table with the
 * commands that make the results behind each row, the figures, and where the results come from.
 * The same stored results give the same bytes.
 */
#ifndef NS_REPORT_HTML_H
#define NS_REPORT_HTML_H

#include "results/stored.h"
#include "spec/spec.h"

#define HTML_LEAD "<!DOCTYPE html>" /* how a page begins */

struct html_report {
    const struct spec *spec;
    const struct store *store;
    const struct stored *stored; /* with its cells found */
    const char *command;         /* "nashswarm run SPEC", with the options that say where */
    const char *claims;          /* path of claims.json; without that file no verdicts */
    const struct buf *warning;   /* a sentence that is shown first; empty: none */
    const struct buf *figures;   /* paths, one a line; those that end in .svg are shown */
};

int html_report(const struct html_report *r, struct buf *out, struct err *e);

/* Fills a table with the verdicts of a claims.json. */
struct layout;
int html_claims(struct layout *l, const char *path, struct err *e);

#endif
