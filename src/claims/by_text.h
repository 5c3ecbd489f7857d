/*
 * by_text: how far apart the changes of two stored cells are, compared text by text.
 *
 * Two methods on one model, or two protocols, mostly find the same texts harmed: an interval made
 * of their two intervals is too wide or too narrow (stats/paired_changes.h). Inside of claims/
 * alone.
 */
#ifndef NS_CLAIMS_BY_TEXT_H
#define NS_CLAIMS_BY_TEXT_H

#include "claims/deciding.h"

/*
 * The change of the first in % of the loss less that of the second, in points, with its 95 %
 * interval. *paired is false, and *out as it was, unless both are one cell each with tokens of the
 * same number of texts. −1: tokens cannot be read or are not those of the rows; the answer says so.
 */
int by_text_difference(struct estimate *out, bool *paired, struct answer *a,
                       const struct question *q, const struct cells *first,
                       const struct cells *second);

#endif
