/*
 * run: the batch runner, the only place that wires spec, model, allocation, evaluation and results.
 *
 * A run is the spec's cells in order. A cell whose result is stored under its key is not run again.
 * Missing cells are run model by model: a model is opened and its texts tokenized once, a quantized
 * variant is made once for all its protocols, and one pass over the texts serves them all. Each
 * cell's result is published as soon as it is there; an interrupted run resumes where it was.
 */
#ifndef NS_RUN_RUN_H
#define NS_RUN_RUN_H

#include "base/progress.h"
#include "results/store.h"
#include "spec/spec.h"

/* Who is told how far the run is. NULL functions are not called. */
struct run_listener {
    void (*planned)(void *context, size_t cells, size_t stored);
    /* Before a variant is made: `c` is the first of its cells. */
    void (*began)(void *context, const struct cell *c);
    /* After each cell; `wall_s` is its share of the work. */
    void (*finished)(void *context, const struct cell *c, const struct record *r, double wall_s);
    struct progress progress; /* within a cell; its answer true interrupts the run */
    void *context;
};

/*
 * Runs what is missing; *rows (released with free()) are the results in the spec's order, with the
 * baseline joined, and the tables of results/NAME are written. *ran is the number of cells run.
 */
int run_spec(const struct spec *s, const struct store *store, const struct run_listener *listener,
             struct record **rows, size_t *n, size_t *ran, struct err *e);

#endif
