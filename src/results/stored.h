/*
 * stored: the results of one experiment, opened by their folder or by their table.json, without its
 * spec.
 *
 * Rows are read from table.json. The folder of a row's cell is the one in cells/ whose record has
 * its names and its loss, so cells that are left there from earlier forms of the spec belong to no
 * row. Everything is owned until stored_release().
 */
#ifndef NS_RESULTS_STORED_H
#define NS_RESULTS_STORED_H

#include <stdbool.h>

#include "plan/plan.h"
#include "results/flat.h"
#include "results/record.h"

struct cell_name {
    char id[CELL_TEXT]; /* "": no such folder */
};

struct stored {
    struct buf folder, table; /* paths */
    struct record *rows;      /* [n] */
    struct cell_name *cells;  /* [n], once stored_find_cells() was called */
    size_t n;
};

/* A table that is missing says what makes it; `spec` names that, or is NULL. */
int stored_open(struct stored *s, const char *path, const char *spec, struct err *e);
void stored_release(struct stored *s);

/* Fills s->cells. */
int stored_find_cells(struct stored *s, struct err *e);

/* Whether two rows are of one cell: model, method, variant, protocol and seed. */
bool row_same_names(const struct record *a, const struct record *b);

/*
 * The provenance of the cells of all rows: for each key the different values, " | " between them.
 * What differs from cell to cell anyhow (start, seconds, memory) is left out. Needs s->cells.
 */
int stored_provenance(const struct stored *s, struct flat *f, struct err *e);

#endif
