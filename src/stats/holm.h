/*
 * holm: p-values of a whole table at once (Holm 1979).
 *
 * With m tests, the k-th smallest p is multiplied by m − k + 1 and raised to those below it: the
 * chance that any true null hypothesis of the table falls below 5 % is then 5 % at most, whatever
 * the tests have to do with each other.
 */
#ifndef NS_STATS_HOLM_H
#define NS_STATS_HOLM_H

#include <stddef.h>

/* adjusted[n] from p[n], which must not overlap. NaN: not tested, not counted, stays NaN. */
void holm(double *adjusted, const double *p, size_t n);

#endif
