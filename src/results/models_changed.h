/*
 * models_changed: whether the models that stored results are of are still those files.
 *
 * Results keep the digest of the model that they were made from; it is set against that of the file
 * which the spec names now, which is cached where files are big (base/digest_cache.h). A model that
 * is not there, or cannot be read, tells nothing: tables are made without models too.
 */
#ifndef NS_RESULTS_MODELS_CHANGED_H
#define NS_RESULTS_MODELS_CHANGED_H

#include "results/store.h"

/*
 * Appends "the results are not of these models as they are now: big.h5, small.h5", or nothing when
 * no model of a row has changed. The rows are those of the stored table.
 */
int models_changed(struct buf *sentence, const struct store *s, const struct spec *spec,
                   const struct record *rows, size_t n, struct err *e);

#endif
