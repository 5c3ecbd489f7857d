/*
 * summary: mean and sample standard deviation of a few values, added one at a time.
 *
 * For repetitions of one measurement (a random method under several seeds). Values that are not
 * finite were not measured and are left out; `n` says how many counted. Welford's update: one value
 * gives exactly itself as the mean.
 */
#ifndef NS_STATS_SUMMARY_H
#define NS_STATS_SUMMARY_H

#include <stddef.h>

struct summary {
    size_t n;
    double mean;    /* 0 while n is 0; read it through summary_mean() */
    double squares; /* sum of squared deviations from the mean */
};

void summary_add(struct summary *s, double x);

/* The summary of one value. */
struct summary summary_one(double x);

double summary_mean(const struct summary *s);      /* NaN when nothing was measured */
double summary_deviation(const struct summary *s); /* divisor n − 1; NaN when n < 2 */

#endif
