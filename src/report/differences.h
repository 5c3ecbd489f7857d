/*
 * differences: a comparison of two sets of results as text for eyes, or as JSON.
 */
#ifndef NS_REPORT_DIFFERENCES_H
#define NS_REPORT_DIFFERENCES_H

#include "results/compare.h"

enum { DIFFERENCES_SHOWN = 20 };

struct difference_names {
    const char *a, *b; /* what the two are called: paths */
    double tolerance;
    bool all; /* text: not DIFFERENCES_SHOWN of a kind alone */
};

/* Appending never fails visibly. */
void differences_text(const struct comparison *c, struct difference_names n, struct buf *out);
void differences_json(const struct comparison *c, struct difference_names n, struct buf *out);

#endif
