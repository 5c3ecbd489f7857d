/*
 * coded_bill: what a coded tensor costs, before or without making its bytes.
 *
 * Packed lines are those of plain coding, the bytes that packed.h writes (entropy coding replaces
 * them by the real ones). Ideal lines are entropies: of codes or levels within their options, of
 * the options of units; grids and codebooks count in full, on the line of the grids.
 */
#ifndef NS_QUANTIZE_CODED_BILL_H
#define NS_QUANTIZE_CODED_BILL_H

#include "coding/packed.h"
#include "quantize/bill.h"

/* Numbers of a codebook of this many bits; 0 but with GRID_CODEBOOK. */
size_t coded_book_numbers(enum grid_kind kind, int bits);

/*
 * *bill = payload, map, grids, code_bits and scope_weights of *c; the sums of squares are 0. Levels
 * of GRID_STEP have no fixed width: payload.packed_bits and code_bits are 0.
 */
int bill_of_coded(struct bill *bill, const struct coded_tensor *c, struct err *e);

/* Puts the bytes on the packed lines; those of levels are their code_bits too. */
void bill_set_packed(struct bill *bill, const struct packed_tensor *p);

#endif
