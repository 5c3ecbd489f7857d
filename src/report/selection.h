/*
 * selection: the rows of a table that share model, method, variant and protocol, as one value.
 *
 * What is left in a full selection are the seeds of a random method, which are summed up as mean
 * and standard deviation. Everything is borrowed.
 */
#ifndef NS_REPORT_SELECTION_H
#define NS_REPORT_SELECTION_H

#include <stdbool.h>

#include "results/record.h"
#include "stats/interval.h"
#include "stats/summary.h"

struct selection {
    const struct record *rows;
    size_t n;
    const char *model, *method, *variant, *protocol; /* NULL: whatever it is */
};

/* Whether rows[i] is of the selection. */
bool selection_has(const struct selection *s, size_t i);

/* The first row of the selection, or NULL. */
const struct record *selection_first(const struct selection *s);

/* One column over all rows of the selection. */
struct summary selection_summary(const struct selection *s, const char *column);

/* Its mean, NaN when nothing was measured. */
double selection_mean(const struct selection *s, const char *column);

/* The interval whose ends are in two columns; of several seeds, the means of both. */
struct interval selection_interval(const struct selection *s, const char *low, const char *high);

/* Whether row i is the first of its model, method and variant: one such row a line of a table. */
bool selection_opens(const struct record *rows, size_t i);

/* The rows that row i opens, under any protocol. */
struct selection selection_of(const struct record *rows, size_t n, size_t i);

/* The same selection under one protocol. */
struct selection selection_under(struct selection s, const char *protocol);

#endif
