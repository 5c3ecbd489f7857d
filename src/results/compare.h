/*
 * compare: two sets of stored results against each other: cells, values, specs, provenance.
 *
 * Rows are of one cell when model, method, variant, protocol and seed are the same. A value differs
 * when |a − b| > tolerance × max(|a|, |b|); a text when it is another one; something and nothing
 * always do. A comparison owns its arrays and borrows the rows.
 */
#ifndef NS_RESULTS_COMPARE_H
#define NS_RESULTS_COMPARE_H

#include "results/stored.h"

struct difference { /* of one value */
    const struct record *a, *b;
    const struct column *column;
    double relative; /* infinite: of texts, or of something and nothing */
};

/* Pairs of a key, its value in A and its value in B; "" where there is none. */
struct changes {
    struct buf text; /* key, NUL, a, NUL, b, NUL, … */
    size_t n;
    size_t n_counted; /* those that make the results different */
};

struct comparison {
    const struct record **only_a, **only_b;
    size_t n_only_a, n_only_b;
    size_t n_both, n_values;    /* cells, and values of them that were compared */
    struct difference *results; /* the greatest first, then in the order of A and of the columns */
    size_t n_results, n_differ; /* n_differ: cells with such values */
    struct changes spec;        /* of spec.resolved.yaml */
    struct changes provenance;  /* of the cells that the tables are of */
    bool spec_known;            /* both have one */
};

/*
 * Needs the cells of both (stored_find_cells). Of specs, what an experiment and its files are
 * called does not count, and of provenance the digests of model and texts alone do.
 */
int comparison_make(struct comparison *c, const struct stored *a, const struct stored *b,
                    double tolerance, struct err *e);
void comparison_release(struct comparison *c);

/* No cell is missing, no value differs, nothing that counts has changed. */
bool comparison_equal(const struct comparison *c);

struct change {
    const char *key, *a, *b;
};

/* Goes on from a change, which starts as {0}; false after the last. */
bool changes_next(const struct changes *all, struct change *change);

#endif
