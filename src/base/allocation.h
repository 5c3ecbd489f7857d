/*
 * allocation: who has how many bits, as a type. Allocators make it, quantizers read it.
 *
 * The weights of one tensor are split into tiers; tier k codes its weights with bits[k] bits, or,
 * for entropy coding, in multiples of step[k]. Which tier a weight is in is said in the cheapest
 * form that can say it: one tier for all, cut points on the magnitude (no map in memory at all), a
 * map of one byte a weight, or one of a byte for each unit of weights along a row.
 */
#ifndef NS_BASE_ALLOCATION_H
#define NS_BASE_ALLOCATION_H

#include <stddef.h>
#include <stdint.h>

enum { TIERS_MAX = 16, TIER_BITS_MAX = 8 };

enum allocation_form {
    ALLOCATION_ONE, /* every weight is in tier 0 */
    ALLOCATION_CUT, /* tier of w = the first k with |w| ≥ cut[k]; the last tier takes the rest */
    ALLOCATION_MAP, /* tier of weight i = map[i] */
    ALLOCATION_UNITS, /* tier of the weights of unit u = map[u]: the players of a budget */
};

/* A unit as large as the tensor. */
#define UNIT_TENSOR SIZE_MAX

struct allocation {
    size_t n; /* weights of the tensor */
    int n_tiers;
    int bits[TIERS_MAX];   /* 0 to TIER_BITS_MAX; 0 stores nothing: the weights become 0 */
    float step[TIERS_MAX]; /* absolute; only where grids are steps */
    enum allocation_form form;
    float cut[TIERS_MAX]; /* falling; only the first n_tiers − 1 count; +∞ keeps a tier empty */
    uint8_t *map;         /* owned: a byte a weight (ALLOCATION_MAP) or a unit (ALLOCATION_UNITS) */
    size_t unit; /* ALLOCATION_UNITS: weights of a unit along a row, the last of a row may have
                    fewer; UNIT_TENSOR: all weights */
};

/* Number of units of a tensor of this shape. */
size_t allocation_units(size_t rows, size_t cols, size_t unit);

void allocation_release(struct allocation *a);

#endif
