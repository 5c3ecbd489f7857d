/*
 * packed_output: the form that a packed tensor has, as a line and as JSON.
 */
#ifndef NS_COMMANDS_PACKED_OUTPUT_H
#define NS_COMMANDS_PACKED_OUTPUT_H

#include <stdbool.h>

#include "base/json_out.h"
#include "model/gpt2.h"

/* A table of the tensors in codes: kind of grid, coding, units, bits and shares of the options. */
void packed_print(struct buf *out, const struct gpt2 *m);

/* Whether its codes are levels of steps, which have no fixed width. */
bool packed_steps(const struct gpt2 *m);

/* The key "packed" with the same of one tensor. */
void packed_json(struct json_out *j, const struct gpt2_tensor *t);

#endif
