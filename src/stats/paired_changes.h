/*
 * paired_changes: what a model changes by in per cent under two ways of scoring the same texts,
 * compared text by text.
 *
 * A text that one way finds harmed, the other mostly finds harmed too, or spared: the two changes
 * are not independent, in either direction, and an interval made of their two intervals would be
 * too wide or too narrow. Each change is a ratio of sums over texts, linearised text by text as for
 * its clustered error (cluster_error.h); the differences of what each text contributes have the
 * difference of the changes as their mean, and the bootstrap over texts (bootstrap.h) its interval.
 */
#ifndef NS_STATS_PAIRED_CHANGES_H
#define NS_STATS_PAIRED_CHANGES_H

#include "stats/paired.h"

struct paired_changes {
    double first, second;   /* % of the loss of a */
    double difference;      /* first − second, points */
    struct interval around; /* 95 % of the difference */
};

/*
 * Text i of both is the same text; one of weight 0 has sums of 0 there, and is left out when both
 * have it so. Fewer than two texts, or losses that are not finite: no interval (NaN). Deterministic
 * in the data and the seed. Fails when the numbers of texts differ or memory is short.
 */
int paired_changes(struct paired_changes *out, const struct paired_data *first,
                   const struct paired_data *second, uint64_t seed, struct err *e);

#endif
