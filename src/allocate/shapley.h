/*
 * shapley: what each player adds to the value of all, on average over the orders in which they may
 * come (Shapley 1953).
 *
 * The value of player k is the mean, over all permutations, of v(those before k and k) − v(those
 * before k). With few players all 2^n coalitions are asked and the sum is exact. Otherwise
 * permutations are drawn at random, each with its reverse (antithetic: where k came early it now
 * comes late; Mitchell et al. 2022). A pair is one observation of every player, and standard errors
 * are those of the mean over pairs. Drawing stops when no standard error is above
 * tolerance · |v(all) − v(none)|, after SHAPLEY_PAIRS_LEAST pairs at the earliest, or when the
 * permutations are used up. Marginals telescope along a permutation: the values add up to
 * v(all) − v(none) (efficiency), which is checked.
 *
 * No coalition is asked twice: values are kept by the set of players. They are asked one after the
 * other, in an order that depends on the seed alone.
 */
#ifndef NS_ALLOCATE_SHAPLEY_H
#define NS_ALLOCATE_SHAPLEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"

enum { SHAPLEY_PAIRS_LEAST = 3, SHAPLEY_PERMUTATIONS_MAX = 1 << 20 };

struct shapley_game {
    size_t n; /* players, 1 or more */
    /* The value of the coalition of all k with in[k]. */
    int (*value)(void *context, double *out, const bool *in, struct err *e);
    void *context;
};

struct shapley_settings {
    size_t permutations; /* at most; even */
    double tolerance;    /* of the largest standard error, as a share of v(all) − v(none) */
    uint64_t seed;
    const struct progress *progress; /* in coalitions of at most all; may be NULL */
};

struct shapley_result {
    double *value, *error; /* [n], owned; errors are 0 when exact, NaN after a single pair */
    double all;            /* v(all) − v(none) */
    bool exact;
    size_t permutations; /* drawn */
    size_t evaluations;  /* coalitions asked */
};

int shapley_values(struct shapley_result *out, const struct shapley_game *g,
                   const struct shapley_settings *settings, struct err *e);
void shapley_release(struct shapley_result *r);

#endif
