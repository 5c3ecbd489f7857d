/*
 * gpt2_packed: tensors in codes, in a model file: the group /packed/NAME of each (data/README.md).
 *
 * Reading checks every attribute and size against the model's configuration and against each other;
 * the bytes stay where they are mapped, and are decoded by gpt2_load().
 */
#ifndef NS_MODEL_GPT2_PACKED_H
#define NS_MODEL_GPT2_PACKED_H

#include <stdbool.h>

#include "base/h5.h"
#include "coding/packed.h"
#include "model/gpt2.h"

/* Does the file have this tensor in codes? */
bool gpt2_packed_has(const struct h5 *h, const char *name);

/* Fills m->packed[t] from the open file that m has mapped, and points tensor t at it. */
int gpt2_packed_open(struct gpt2 *m, int t, const struct h5 *h, struct err *e);

/* Writes the group; the group /packed is there. */
int gpt2_packed_put(struct h5 *h, const char *name, const struct packed_tensor *p, struct err *e);

#endif
