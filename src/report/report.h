/*
 * report: tables, LaTeX and figures, from result rows and the evidence beside them; never from a
 * model.
 */
#ifndef NS_REPORT_REPORT_H
#define NS_REPORT_REPORT_H

#include "results/store.h"

struct layout; /* report/layout.h */

/* What the study prints in its Advantage column, from the two unrounded Δ losses (in %). */
enum { ADVANTAGE_TEXT = 48 };
void report_advantage(char out[ADVANTAGE_TEXT], double delta_uniform_pct, double delta_tiers_pct);

/*
 * The main table as plain text, for the terminal. `store` is where the evidence of the cells is;
 * NULL: nowhere.
 */
int report_print(const struct store *store, const struct spec *s, const struct record *rows,
                 size_t n, struct buf *out, struct err *e);

/*
 * Markdown and LaTeX tables into results/NAME/tables/; of what differs between honest runs, from
 * the provenance of the cells, into results/NAME/timing/. `written` gets one path a line.
 */
int report_tables(const struct store *store, const struct spec *s, const struct record *rows,
                  size_t n, struct buf *written, struct err *e);

/* A table of what differs between honest runs, into results/NAME/timing/. */
int report_timing(const struct store *store, const struct layout *table, struct buf *written,
                  struct err *e);

/* Figures into plots/NAME/, as PDF, PNG and SVG, with gnuplot. */
int report_figures(const struct store *store, const struct spec *s, const struct record *rows,
                   size_t n, struct buf *written, struct err *e);

#endif
