/*
 * peak: multiply-adds that the processor can do, by as many independent chains of fused ones, in
 * its widest registers, as keep its units busy.
 */
#ifndef NS_BENCH_PEAK_H
#define NS_BENCH_PEAK_H

#include <stddef.h>

/* Runs so many rounds in the calling thread; returns the floating-point operations done. */
double peak_run(size_t rounds);

#endif
