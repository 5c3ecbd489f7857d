/*
 * rivals: what a contest says of its best point besides its number: which others at the same budget
 * the texts cannot tell from it.
 */
#ifndef NS_REPORT_RIVALS_H
#define NS_REPORT_RIVALS_H

#include "report/contest.h"
#include "report/pairing.h"

/*
 * Appends, in parentheses, the points of the same panel and budget whose paired difference to
 * `best` has 0 in its 95 % interval; that there are none; or that cells were kept without their
 * tokens. Nothing where nobody else has that budget.
 */
int rivals_add(struct buf *text, const struct contest *c, const struct contest_point *best,
               const struct pairing *p, struct err *e);

#endif
