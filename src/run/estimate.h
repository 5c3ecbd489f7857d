/*
 * estimate: what the cells that would be run will take, as stored ones of the same model and method
 * did. Inside of run/ alone.
 *
 * Whichever cells the folder has count, whether the plan has them or not: first those of the same
 * name, then those of the model that the same allocator made under another name. What a solver took
 * is taken as it was; the rest of the seconds, and the losses of tokens on disk, grow with the
 * texts and with where they are cut. Few stored cells are read of each, so that huge plans stay
 * quick.
 */
#ifndef NS_RUN_ESTIMATE_H
#define NS_RUN_ESTIMATE_H

#include "results/listing.h"
#include "run/survey.h"

/* Fills the estimates of *v, whose plan and states are known. */
int estimate_make(struct survey *v, const struct spec *s, const struct store *store,
                  const struct listing *l, struct err *e);

#endif
