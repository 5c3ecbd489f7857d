/*
 * ranking: how often a test on few texts ranks two methods wrongly.
 *
 * What is known are the differences of two methods on each of N texts, for each of several runs of
 * the method that is random (one run when none is). The truth is the sign of their sum over all
 * texts and runs. A small test takes one run and n of the texts, without replacement, all equally
 * likely; it is wrong when its sum has the other sign, and half wrong when it is 0. So the chance
 * at n = N is what the seed alone does. It is the chance for texts drawn from these N, not from
 * all that there are: N should be much larger than n to read it so.
 */
#ifndef NS_STATS_RANKING_H
#define NS_STATS_RANKING_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { RANKING_DRAWS = 10000 };

/*
 * difference: [runs][n], of each text's summed loss under b and under a (mean of the text for a
 * mean of texts), nats: the sign of their sum is that of the difference of the two losses.
 */
struct ranking_data {
    size_t n, runs;
    const double *difference;
};

/* The difference of the two methods over all texts and runs: whose sign is the truth. */
double ranking_total(const struct ranking_data *d);

/*
 * The chance in [0, 1] that a test on `texts` texts is wrong, from RANKING_DRAWS draws; NaN when
 * the truth is 0 or a difference is not finite. Deterministic in the data, `texts` and the seed.
 * Fails when `texts` is 0 or more than n, there is no run, or memory is short.
 */
int ranking_wrong(double *out, const struct ranking_data *d, size_t texts, uint64_t seed,
                  struct err *e);

#endif
