/*
 * bandwidth: how fast the team reads memory, the limit of everything that reads weights once.
 */
#ifndef NS_BENCH_BANDWIDTH_H
#define NS_BENCH_BANDWIDTH_H

#include "base/err.h"

/* Bytes a second of the best of a few passes over 512 MiB, which no cache holds. */
int bandwidth_of_reading(double *bytes_per_s, struct err *e);

#endif
