/*
 * figure_data: the numbers of each figure, as the text that its gnuplot script reads.
 *
 * Blocks are divided by two empty lines, gnuplot's `index`; the head of each script in plots/ says
 * what is in which block. What was not measured is NaN. −1 when there is nothing to draw at all.
 */
#ifndef NS_REPORT_FIGURE_DATA_H
#define NS_REPORT_FIGURE_DATA_H

#include "report/contest.h"
#include "report/study.h"
#include "results/store.h"
#include "results/stored.h"

/* What a figure is made of; study and contest are empty but for reports of their kind. */
struct figure_source {
    const struct store *store;
    const struct spec *spec;
    const struct record *rows;
    size_t n;
    const struct cell_name *cells; /* [n] */
    const struct study *study;
    const struct contest *contest;
};

int figure_data_compression(struct buf *out, const struct spec *s, const struct study *study,
                            struct err *e);
int figure_data_delta_loss(struct buf *out, const struct spec *s, const struct study *study,
                           struct err *e);
int figure_data_pareto(struct buf *out, const struct spec *s, const struct record *rows, size_t n,
                       struct err *e);

int figure_data_allocators(struct buf *out, const struct spec *s, const struct contest *c,
                           struct err *e);
int figure_data_rate_distortion(struct buf *out, const struct spec *s, const struct contest *c,
                                struct err *e);

/* Nothing is written, and no error, where there is nothing to draw. */
int figure_data_bill(struct buf *out, const struct figure_source *from, struct err *e);
int figure_data_gaps(struct buf *out, const struct figure_source *from, struct err *e);
int figure_data_convergence(struct buf *out, const struct figure_source *from, struct err *e);

/* A double-quoted name; quotes inside become single ones, control characters blanks. */
void figure_data_name(struct buf *out, const char *name);

/* A number, or NaN. */
void figure_data_number(struct buf *out, double x);

#endif
