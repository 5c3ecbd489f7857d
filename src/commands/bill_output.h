/*
 * bill_output: the bit bill in print and in JSON, for every command that shows one.
 */
#ifndef NS_COMMANDS_BILL_OUTPUT_H
#define NS_COMMANDS_BILL_OUTPUT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json_out.h"
#include "model/gpt2.h"
#include "quantize/bill.h"

/*
 * Bits per weight at their prices, then the four lines in both forms. Levels of `steps` have no
 * fixed width, so that the price of plain codes and the study's count are left out.
 */
void bill_print(struct buf *out, const struct bill *b, bool steps);

/*
 * What the file of the model takes, whole: beside what the bill counts it has the tokenizer and
 * HDF5's own structures. b is NULL for a dequantized file, which does not hold what is billed.
 */
void bill_print_file(struct buf *out, const struct bill *b, const struct gpt2 *m, size_t bytes);

/* The bill as an object under the key "bill"; what `steps` have not is null. */
void bill_json(struct json_out *j, const struct bill *b, bool steps);

#endif
