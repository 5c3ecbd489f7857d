/*
 * bracket: short intervals of magnitudes that hold given ranks of a long array, found from a
 * sample, and the weights that lie in them, gathered in one read.
 *
 * A rank r of n is expected near rank r·m/n of a sample of m, within MARGIN standard deviations of
 * a binomial distribution. How many magnitudes lie below an interval is counted exactly, so a rank
 * that is in it is found among the gathered ones alone; whether it is in it is known too. So the
 * sample decides how fast quantiles are found, never what they are.
 */
#ifndef NS_ALLOCATE_BRACKET_H
#define NS_ALLOCATE_BRACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { BRACKETS_MAX = 32 };

/* Magnitudes, as their 31 bits, in [low, low + width). */
struct bracket {
    uint32_t low, width;
};

/* The weights within some brackets. */
struct gathered {
    struct bracket bracket[BRACKETS_MAX]; /* disjoint, rising */
    int n_brackets;
    size_t below[BRACKETS_MAX], inside[BRACKETS_MAX]; /* of all n magnitudes, exactly */
    float *x;                                         /* owned, in no particular order */
    size_t n;
};

/*
 * Gathers what is needed to find the ranks (0 the smallest) of |x[0..n)|, n < 2^32. True in *found
 * when all of them are inside: rank[i] is then the rank among the gathered. Otherwise (few values,
 * or many equal ones) nothing is changed, and the ranks have to be looked for in x itself. Release
 * *g either way.
 */
int gather_ranks(bool *found, struct gathered *g, size_t *rank, size_t n_ranks, const float *x,
                 size_t n, struct err *e);
void gathered_release(struct gathered *g);

#endif
