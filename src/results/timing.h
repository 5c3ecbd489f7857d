/*
 * timing: how long the cells of an experiment took, from the provenance of each.
 *
 * Seconds differ between honest runs, so they are read apart from the tables of results and never
 * stand in one. A cell without provenance, or of an older one, took an unknown time: NaN.
 */
#ifndef NS_RESULTS_TIMING_H
#define NS_RESULTS_TIMING_H

#include "results/store.h"

struct cell_timing {
    double wall_s;  /* the cell's share of its variant's work */
    double solve_s; /* of the variant: table of costs and solver; NaN where nothing was solved */
};

/* timing[i] belongs to rows[i]: the cell of the spec with the same names and seed. */
int timing_read(struct cell_timing *timing, const struct store *s, const struct spec *spec,
                const struct record *rows, size_t n, struct err *e);

#endif
