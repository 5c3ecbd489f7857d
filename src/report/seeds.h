/*
 * seeds: what the choice of the seed does to a random method, and how far a test on few texts can
 * be trusted to rank it against another method, from result rows and the cells' evidence.
 *
 * The random method is the first of the spec that has rows of several seeds, the other one the
 * first that is neither it nor the baseline. A line is one model under one protocol. Texts are
 * borrowed from the spec and the rows.
 */
#ifndef NS_REPORT_SEEDS_H
#define NS_REPORT_SEEDS_H

#include "report/selection.h"
#include "results/store.h"
#include "results/stored.h"
#include "spec/spec.h"

enum { SEEDS_SIZES = 11 };

struct seeds_line {
    const char *model, *protocol;
    size_t model_index, protocol_index;
    struct selection random, other; /* rows of the two methods */
    size_t texts;                   /* with evidence; 0: there is none */
    double wrong[SEEDS_SIZES];      /* chance at seeds_sizes[i] texts; NaN: not known */
};

struct seeds {
    const char *random, *other; /* names; NULL: there is no such method */
    struct seeds_line *lines;   /* model by model */
    size_t n;
};

/* Numbers of texts: 5 to 128. */
extern const size_t seeds_sizes[SEEDS_SIZES];

/* Chances are NaN until seeds_rank(). */
int seeds_make(struct seeds *out, const struct spec *s, const struct record *rows, size_t n,
               struct err *e);
void seeds_release(struct seeds *s);

/*
 * The chance that a test ranks the methods wrongly, against all texts and all seeds
 * (stats/ranking.h). cells[i] belongs to rows[i]. Cells without evidence, and seeds that were
 * scored on other tokens than the other method, are left out.
 */
int seeds_rank(struct seeds *s, const struct store *store, const struct record *rows,
               const struct cell_name *cells, struct err *e);

/* A column of a selection in ascending order; `out` has room for all of its rows. */
size_t seeds_sorted(double *out, const struct selection *s, const char *column);

#endif
