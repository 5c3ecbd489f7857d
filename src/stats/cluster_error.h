/*
 * cluster_error: the standard error of a mean over tokens whose tokens come in texts.
 *
 * The tokens of a text are alike, so their number says too much about how well a mean is known;
 * what was drawn independently are the texts. The mean Σ y / Σ x over texts, y the sum of a text's
 * losses and x the number of its tokens, is a ratio of two random sums, and its error is that of
 * the linearised ratio: residuals y − (Σ y / Σ x)·x of the texts, one a text, as in survey
 * sampling.
 */
#ifndef NS_STATS_CLUSTER_ERROR_H
#define NS_STATS_CLUSTER_ERROR_H

#include <stddef.h>

/* Σ y / Σ x; sums in index order. y[n], x[n]. */
double cluster_ratio(const double *y, const double *x, size_t n);

/* The standard error of cluster_ratio(); NaN when n < 2. */
double cluster_error(const double *y, const double *x, size_t n);

#endif
