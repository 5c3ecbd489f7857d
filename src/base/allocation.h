/*
 * allocation: who has how many bits, as a type. Allocators make it, quantizers read it.
 *
 * The weights of one tensor are split into tiers; tier k codes its weights with bits[k] bits. Which
 * tier a weight is in is said in the cheapest form that can say it: one tier for all, cut points on
 * the magnitude (no map in memory at all), or a map of one byte a weight. Tier 0 is the most
 * important one.
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
};

struct allocation {
    size_t n; /* weights of the tensor */
    int n_tiers;
    int bits[TIERS_MAX];
    enum allocation_form form;
    float cut[TIERS_MAX]; /* falling; only the first n_tiers − 1 count; +∞ keeps a tier empty */
    uint8_t *map;         /* n bytes, owned; NULL unless ALLOCATION_MAP */
};

void allocation_release(struct allocation *a);

#endif
