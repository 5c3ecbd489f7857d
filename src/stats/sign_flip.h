/*
 * sign_flip: the two-sided randomisation test of paired differences.
 *
 * If two methods do equal harm, the difference of a text is as likely to have the other sign, so
 * the sum of the differences is compared with what it would be with signs drawn at random, one a
 * text (Fisher 1935). It supposes nothing of the shape of the differences but that symmetry.
 */
#ifndef NS_STATS_SIGN_FLIP_H
#define NS_STATS_SIGN_FLIP_H

#include <stddef.h>
#include <stdint.h>

enum { SIGN_FLIP_DRAWS = 10000, SIGN_FLIP_EXACT = 13 };

/*
 * The probability of a sum at least as far from 0 as that of difference[n]. Up to SIGN_FLIP_EXACT
 * texts all 2^n signs are gone through, and p is exact; else SIGN_FLIP_DRAWS are drawn and
 * p = (1 + count) / (1 + draws), the true signs being one of them. Sums that differ by rounding
 * alone count as equal. All differences 0, or n = 0: 1. One that is not finite: NaN.
 */
double sign_flip(const double *difference, size_t n, uint64_t seed);

#endif
