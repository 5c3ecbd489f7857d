/*
 * contest: methods of a budget against each other and against the study's tiers, from result rows.
 *
 * A point is one method with one choice of its parameters on one model, under the protocol "text"
 * when the spec has it; its seeds are one value. Points stand in panels (a model and a scope) and
 * on lines (a method, with whatever is swept beside bits_per_weight and scope). A method without a
 * budget whose tiers must be told to the decoder has three prices: packed, with an ideal map, and
 * with codes and map entropy-coded; all its points are one line. All texts and rows are borrowed
 * from the rows, labels are owned.
 */
#ifndef NS_REPORT_CONTEST_H
#define NS_REPORT_CONTEST_H

#include "report/selection.h"
#include "spec/spec.h"

enum { CONTEST_LABEL = 384 };

struct contest_panel {
    const char *model, *scope;
};

struct contest_line {
    char label[CONTEST_LABEL]; /* "nash", "nash, alignment=0.1" */
};

struct contest_point {
    size_t panel, line;
    char label[CONTEST_LABEL];  /* its line's; methods of three prices: with what is swept */
    const struct record *first; /* its first row */
    struct selection rows;      /* of its seeds, under the protocol */
    bool three_prices;
    double budget;                     /* NaN: none was asked for */
    double packed, ideal_map, entropy; /* stored bits a weight in scope */
    double delta_nats;                 /* mean; NaN: not measured */
};

struct contest {
    const char *protocol;
    struct contest_panel *panels;
    struct contest_line *lines;
    struct contest_point *points; /* in the order of the rows */
    size_t n_panels, n_lines, n_points;
};

int contest_make(struct contest *out, const struct spec *s, const struct record *rows, size_t n,
                 struct err *e);
void contest_release(struct contest *c);

/* The study's tiers in a panel, or NULL: where several shares were swept, the first of about 3
 * bits. */
const struct contest_point *contest_study(const struct contest *c, size_t panel);

/*
 * The point of a panel with a budget within `tolerance` bits of `bits` that has the least measured
 * change of the loss; nearer budgets go first. NULL when there is none.
 */
const struct contest_point *contest_best(const struct contest *c, size_t panel, double bits,
                                         double tolerance);

/* Where the best line of a panel does as little harm as `delta_nats`. */
struct break_even {
    enum {
        BREAK_EVEN_UNKNOWN,     /* no budget was measured */
        BREAK_EVEN_NOT_REACHED, /* even the largest budget of every line does more harm */
        BREAK_EVEN_BELOW,       /* at or below `bits`, the smallest budget that was measured */
        BREAK_EVEN_AT           /* at `bits`, between two measured points */
    } kind;
    double bits;                               /* stored bits a weight, packed */
    const struct contest_point *below, *above; /* the measured points around it */
    bool logarithmic;                          /* interpolated in log Δ; else in Δ */
};

/*
 * On each line, going down from its largest budget while the points do no more harm; between the
 * last of these and the next one, linear in stored bits against log Δ, or against Δ where one of
 * them is not positive. The least of the lines is the answer.
 */
int contest_break_even(struct break_even *out, const struct contest *c, size_t panel,
                       double delta_nats, struct err *e);

#endif
