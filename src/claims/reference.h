/*
 * reference: the verdicts that were reached before, in a small file that is kept with the source.
 *
 * An entry is an id, a verdict and our number in four significant digits. A claim that was
 * reproduced, in full or in direction, and is less so now has been lost; so has one that is no
 * longer in the ledger. One whose results are not stored is passed over, unless they are those that
 * must be there.
 */
#ifndef NS_CLAIMS_REFERENCE_H
#define NS_CLAIMS_REFERENCE_H

#include "claims/verdicts.h"

/*
 * Appends one line a claim that was lost, and counts them. `required`: names of the ledger's
 * results whose claims must be measured, ended by NULL. *there is false when the file does not
 * exist.
 */
int reference_compare(const struct verdicts *v, const char *path, const char *const *required,
                      struct buf *lost, size_t *n_lost, bool *there, struct err *e);

/* Writes the file anew; claims that are not measured now keep what it says of them. */
int reference_update(const struct verdicts *v, const char *path, struct err *e);

#endif
