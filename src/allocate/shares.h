/*
 * shares: tiers given as shares of the weights, for the methods that have these two parameters.
 */
#ifndef NS_ALLOCATE_SHARES_H
#define NS_ALLOCATE_SHARES_H

#include "base/allocation.h"
#include "base/schema.h"

/* The row of each tier's bits. */
#define SHARES_BITS_PARAM                                                                          \
    {                                                                                              \
        "bits", PARAM_INTS, "bits", "8,4,2", 1, TIER_BITS_MAX, NULL, "bits of each tier"           \
    }

/* Shares in percent must add up to 100 and have a bit width each, which does not rise. */
int shares_check(const struct params *p, const char **which, struct err *e);

#endif
