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

int figure_data_seeds(struct buf *out, const struct figure_source *from, struct err *e);

/* Nothing is written, and no error, where there is nothing to draw. */
int figure_data_bill(struct buf *out, const struct figure_source *from, struct err *e);
int figure_data_protocols(struct buf *out, const struct figure_source *from, struct err *e);
int figure_data_gaps(struct buf *out, const struct figure_source *from, struct err *e);
int figure_data_convergence(struct buf *out, const struct figure_source *from, struct err *e);

/* A double-quoted name; quotes inside become single ones, control characters blanks. */
void figure_data_name(struct buf *out, const char *name);

/* A number, or NaN. */
void figure_data_number(struct buf *out, double x);

/* A measured column, and the ends of its interval over texts; NULL: it has none. */
struct figure_column {
    const char *mean, *low, *high;
};

extern const struct figure_column figure_delta_pct, figure_delta_nats, figure_relative_mse;

/*
 * What the bars of a figure are: intervals over texts where any row has one, else the standard
 * deviation over seeds where there are several. A figure has one kind, and says which.
 */
enum figure_bars { FIGURE_BARS_NONE, FIGURE_BARS_SEEDS, FIGURE_BARS_TEXTS };

enum figure_bars figure_bars_of(const struct record *rows, size_t n, const struct figure_column *c);

/* For the legend: "bars: 95 % (texts)"; "" for none. */
const char *figure_bars_text(enum figure_bars bars);

/* INTERVAL_NONE where there is no bar. */
struct interval figure_bar_of(const struct selection *s, const struct figure_column *c,
                              enum figure_bars bars);

/* Its ends, a blank between them. */
void figure_data_bar(struct buf *out, struct interval bar);

#endif
