/*
 * chosen: points that stand for all of a result, for figures that have room for so many rows.
 *
 * A point is one choice of method and parameters on one model and scope, any protocol and seed. All
 * are taken where they fit. Else the largest model stands for all; then, of each method and scope,
 * the point whose stored bits per weight are nearest 4; then the largest scope; then the first that
 * fit. `note` says which of this was done, so that the figure can. Texts are borrowed from the
 * rows.
 */
#ifndef NS_REPORT_CHOSEN_H
#define NS_REPORT_CHOSEN_H

#include "base/buf.h"
#include "report/selection.h"

enum { CHOSEN_LABEL = 360, CHOSEN_BITS = 4 };

struct chosen_point {
    char label[CHOSEN_LABEL]; /* the method, with what is swept where its group has it twice */
    size_t group;
    const struct record *first;
    struct selection rows; /* under any protocol */
    double bits;           /* stored bits per weight in scope */
};

struct chosen_group {
    const char *model, *scope;
    char title[CHOSEN_LABEL]; /* the model, with its scope where there are several */
};

struct chosen {
    struct chosen_point *points; /* group by group, in the order of the rows */
    struct chosen_group *groups;
    size_t n_points, n_groups;
    struct buf note; /* "" when everything is there */
};

/* The points of quantized models, at most `limit`, of those rows that `wanted` accepts (NULL: all).
 */
int chosen_make(struct chosen *out, const struct record *rows, size_t n, size_t limit,
                bool (*wanted)(const struct record *), struct err *e);
void chosen_release(struct chosen *c);

#endif
