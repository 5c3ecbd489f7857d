/*
 * cells: which cell of an experiment each row of its table is, and what that cell holds beside it.
 *
 * Rows are matched with the plan by model, method, variant, protocol and seed. Where a cell of the
 * plan has no result, as when nothing but names said that the table is of the spec (agreement.h),
 * rows are matched with what is on disk (stored.h). A cell may be gone from there, or may never
 * have been there (a table alone): its details are none then.
 */
#ifndef NS_RESULTS_CELLS_H
#define NS_RESULTS_CELLS_H

#include "results/store.h"
#include "results/stored.h"

/* cells[i] belongs to rows[i]; "" where there is no such cell. */
int cells_of_rows(struct cell_name *cells, const struct store *store, const struct spec *spec,
                  const struct record *rows, size_t n, struct err *e);

/*
 * Whether each row is what the result.json of its cell has, where there is one: a table is made
 * from them, so one that differs was changed or is out of date, and a sentence says where. A cell
 * that was scored on other texts than the row, as when the table was made with options, is taken
 * from it.
 */
int cells_check_rows(struct cell_name *cells, const struct store *s, const struct record *rows,
                     size_t n, struct err *e);

/* The details in the cell's result.json; none without that file, or for the id "". A file that is
 * there and cannot be read is an error. */
int cell_read_details(struct cell_details *d, const struct store *s, const char *id, struct err *e);

/*
 * The evidence beside it; *found is false, and the evidence empty, without that file or for the id
 * "". Evidence of other losses than the row has is an error: a run was killed while it replaced the
 * result, or somebody did. Released by evidence_release().
 */
int cell_read_evidence(struct evidence *v, bool *found, const struct store *s, const char *id,
                       const struct record *row, struct err *e);

#endif
