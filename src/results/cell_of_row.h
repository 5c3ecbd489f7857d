/*
 * cell_of_row: which cell of a plan a row of the table is of.
 */
#ifndef NS_RESULTS_CELL_OF_ROW_H
#define NS_RESULTS_CELL_OF_ROW_H

#include "plan/plan.h"
#include "results/record.h"

/*
 * The cell with the row's names and seed, or NULL. `near` is where it is looked for first: a table
 * has its rows in the order of the plan, so the row's own index makes the first look mostly the
 * last.
 */
const struct cell *cell_of_row(const struct plan *plan, const struct spec *s,
                               const struct record *row, size_t near);

#endif
