/*
 * agreement: whether a stored table is of the spec as it is now.
 *
 * The cells that the spec asks for are set against the rows by their names, and against the
 * resolved spec that was stored with the table (store.h) by their canonical texts. Where that is
 * gone, names alone decide. Titles and `report:` are part of no cell and do not count, nor does the
 * order, nor a row that a run left out of its table. Of models models_changed.h tells; a file of
 * texts is looked at, by its digest, where it is there and cells say what they were scored on.
 */
#ifndef NS_RESULTS_AGREEMENT_H
#define NS_RESULTS_AGREEMENT_H

#include "results/store.h"

/*
 * Appends "results/mine/table.json is of another spec: method fish is not in mine.yaml any more",
 * or nothing when the rows, which are those of the stored table, are of the spec.
 */
int agreement_check(struct buf *differences, const struct store *s, const struct spec *spec,
                    const struct record *rows, size_t n, struct err *e);

#endif
