/*
 * quantile: of a sample, by linear interpolation between order statistics.
 *
 * At position q·(n − 1), counted from 0, of the sorted values: the usual definition (type 7 of
 * Hyndman and Fan, 1996; the default of numpy and R).
 */
#ifndef NS_STATS_QUANTILE_H
#define NS_STATS_QUANTILE_H

#include <stddef.h>

/* Sorts ascending; no NaN. */
void quantile_sort(double *x, size_t n);

/* Of sorted values; q in [0, 1]. NaN when n is 0. */
double quantile_of_sorted(const double *x, size_t n, double q);

#endif
