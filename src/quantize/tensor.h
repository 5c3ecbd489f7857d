/*
 * tensor: the two ways of gridding one tensor; quantize.h chooses between them. Both overwrite
 * *bill but for its untouched line.
 */
#ifndef NS_QUANTIZE_TENSOR_H
#define NS_QUANTIZE_TENSOR_H

#include "quantize/quantize.h"

enum { BLOCK = 512, CODES = 1 << TIER_BITS_MAX };

/* One min-max grid for each tier of the allocation. */
int quantize_tiers(float *out, struct bill *bill, const float *w, const struct allocation *a,
                   const struct grid_options *o, const char *what, struct err *e);

/* One min-max grid for each group of o->group weights along a row, all of `bits` bits. */
int quantize_groups(float *out_rc, struct bill *bill, const float *w_rc, size_t rows, size_t cols,
                    int bits, const struct grid_options *o, const char *what, struct err *e);

#endif
