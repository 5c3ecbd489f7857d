/*
 * bill_output: the bit bill in print and in JSON, for every command that shows one.
 */
#ifndef NS_COMMANDS_BILL_OUTPUT_H
#define NS_COMMANDS_BILL_OUTPUT_H

#include "base/buf.h"
#include "base/json_out.h"
#include "quantize/bill.h"

/* Bits per weight at their prices, then the four lines in both forms. */
void bill_print(struct buf *out, const struct bill *b);

/* The same as an object under the key "bill". */
void bill_json(struct json_out *j, const struct bill *b);

#endif
