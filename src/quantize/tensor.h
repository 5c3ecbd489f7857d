/*
 * tensor: the two ways of gridding one tensor; quantize.h chooses between them. Both add to an
 * empty *bill its ideal lines, its grids and its sums, and put the codes at their fixed widths on
 * the packed lines. With `coded`, they also fill that in: its shape is set, its arrays are not.
 */
#ifndef NS_QUANTIZE_TENSOR_H
#define NS_QUANTIZE_TENSOR_H

#include "quantize/quantize.h"

enum { BLOCK = 512, CODES = 1 << TIER_BITS_MAX };

/* One min-max grid for each tier of the allocation. */
int quantize_tiers(float *out, struct bill *bill, struct coded_tensor *coded, const float *w,
                   const struct allocation *a, const struct grid_options *o, const char *what,
                   struct err *e);

/* One min-max grid for each group of o->group weights along a row, all of `bits` bits. */
int quantize_groups(float *out_rc, struct bill *bill, struct coded_tensor *coded, const float *w_rc,
                    size_t rows, size_t cols, int bits, const struct grid_options *o,
                    const char *what, struct err *e);

#endif
