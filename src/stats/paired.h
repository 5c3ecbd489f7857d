/*
 * paired: two methods compared on the same texts.
 *
 * The loss of a model is Σ a / Σ w over texts. What is looked at is the difference of the two
 * losses: text by text most of what makes a text hard is in both and falls out, which is why its
 * error is much smaller than that of two unrelated losses (`se_unpaired`). Texts are what was
 * drawn, so they are what errors, intervals and the test are about: what another sample of texts
 * from the same source would give; nothing is said of other models or seeds.
 */
#ifndef NS_STATS_PAIRED_H
#define NS_STATS_PAIRED_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/interval.h"

/*
 * Per text: the summed loss under a (the baseline, or the other method) and under b, in nats, and
 * its weight. Sums over tokens with w the number of tokens, or means of texts with w = 1. Texts of
 * weight 0 hold nothing and are left out.
 */
struct paired_data {
    size_t n;
    const double *a, *b, *w;
};

struct paired {
    size_t clusters;               /* texts of positive weight */
    double mean_a, mean_b;         /* nats */
    double delta, se, se_unpaired; /* mean_b − mean_a and its clustered errors, nats */
    struct interval delta_ci;      /* 95 %, bootstrap over texts */
    double pct;                    /* delta of mean_a, in % */
    struct interval pct_ci;        /* 95 %, of the ratio itself: mean_a varies too */
    double ratio;                  /* of the perplexities: exp(delta) */
    struct interval ratio_ci;      /* exp of delta_ci */
    double p;                      /* two-sided sign-flip test */
};

/*
 * One text: no errors and no intervals (NaN), p = 1. All differences equal: errors 0 and intervals
 * of one point. A loss that is not finite (a model broken to pieces): all NaN but `clusters`.
 * mean_a not positive: no pct. Swapping a and b turns delta's sign and its interval around exactly.
 * Deterministic in the data and the seed. About 5 ms for 128 texts on one thread. Fails when there
 * is no text, a weight is negative or not finite, or memory is short.
 */
int paired_compare(struct paired *out, const struct paired_data *d, uint64_t seed, struct err *e);

#endif
