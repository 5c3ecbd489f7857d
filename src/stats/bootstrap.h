/*
 * bootstrap: 95 % intervals of ratios of sums over texts, from texts drawn again with replacement.
 *
 * Each draw takes n of the n texts and gives a ratio R* and its own clustered error s*
 * (cluster_error.h). The interval is the studentised one (bootstrap-t; Efron 1981, Hall 1988): with
 * t the quantiles of (R* − R) / s* it is [R − t(97.5 %)·s, R − t(2.5 %)·s], which follows a skewed
 * distribution to the side where it is long and widens by itself where the texts are few; a plain
 * percentile interval of 20 texts covers about 92 % in place of 95 %.
 *
 * The two ratios of one call share their draws. Draw k is stream k of the seed (base/rng_lanes.h),
 * so the bytes are the same for every number of threads; draws are shared out among the OpenMP team
 * of the caller.
 */
#ifndef NS_STATS_BOOTSTRAP_H
#define NS_STATS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/interval.h"

enum { BOOTSTRAP_DRAWS = 10000 };

/* Σ y / Σ x over texts: y[n], x[n], x not negative. */
struct ratio {
    const double *y, *x;
};

/*
 * Intervals of the two ratios over n texts. n < 2, or a ratio that is not a number: none (NaN).
 * All texts with the same y / x: the one point. A draw that holds almost none of the spread of the
 * texts (one text n times, say) claims a precision that nobody has: s* counts as s / 10 at least.
 * n below 2^32. Fails when memory is short.
 */
int bootstrap_intervals(struct interval out[2], const struct ratio of[2], size_t n, size_t draws,
                        uint64_t seed, struct err *e);

#endif
