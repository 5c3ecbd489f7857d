/*
 * interval: the two ends of a confidence interval; NaN ends: there is none.
 */
#ifndef NS_STATS_INTERVAL_H
#define NS_STATS_INTERVAL_H

#include <math.h>

struct interval {
    double low, high;
};

#define INTERVAL_NONE ((struct interval){(double)NAN, (double)NAN})

#endif
