/*
 * lloyd: codebooks of the least squared error (Lloyd 1957/1982; Max 1960) for weights on a line.
 *
 * The weights enter as a histogram of LLOYD_POINTS points equally spaced over their range, ends
 * included; counts are whole numbers, so neither the order nor the number of threads matters. Sums
 * over cells come from running sums, so an iteration takes 2^b steps and hundreds are cheap. Two
 * starts, the min-max grid and levels of density^(1/3) (Panter and Dite 1951), and the better end:
 * never worse than the min-max grid on the same points.
 */
#ifndef NS_QUANTIZE_LLOYD_H
#define NS_QUANTIZE_LLOYD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/reduce.h"

enum { LLOYD_POINTS = 1 << 14 };

/* count[LLOYD_POINTS] gains the n weights x / divisor, which lie within the range. */
void lloyd_count(uint64_t *count, struct range range, const float *x, float divisor, size_t n);

/* book[2^bits], rising; bits from 1. */
int lloyd_max(float *book, const uint64_t *count, struct range range, int bits, struct err *e);

#endif
