/*
 * clock: seconds that only ever grow, for measuring how long something took.
 */
#ifndef NS_BASE_CLOCK_H
#define NS_BASE_CLOCK_H

#include <time.h>

/* Seconds since some fixed moment; only differences mean anything. */
static inline double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
