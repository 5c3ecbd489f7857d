/*
 * number: measured values as the reports print them.
 *
 * A value in which several seeds differ is "mean ± standard deviation", one on which they agree
 * stands alone, and none is "not measured". The minus sign is U+2212. Rounding happens here and
 * nowhere earlier.
 */
#ifndef NS_REPORT_NUMBER_H
#define NS_REPORT_NUMBER_H

#include <stdbool.h>

#include "stats/interval.h"
#include "stats/summary.h"

extern const char number_missing[]; /* "not measured" */

struct number {
    char text[96];
};

/* unit: "" or what follows the digits, as in "87.5 %"; it is printed once, after the ±. */
struct number number_plain(struct summary s, int decimals, const char *unit);
struct number number_signed(struct summary s, int decimals, const char *unit);

/* Four significant digits, for numbers of any size: 0.01234, 1.234e−05. */
struct number number_significant(double x);

/* "[−0.012, +0.034]"; a dash when there is none. with_plus: both ends with their sign. */
struct number number_interval(struct interval i, int decimals, bool with_plus);

/* A p-value with four decimals, "< 0.0001" below them; a dash when nothing was tested. */
struct number number_p(double p);

/* A count of weights as models are named: 1.1M, 124.4M, 1.56B. */
struct number number_weights(double n);

#endif
