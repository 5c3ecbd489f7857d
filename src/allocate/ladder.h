/*
 * ladder: the players of a problem ranked within their tensors, and what every share of the first
 * ones costs at every tier, so that a split of a tensor into tiers is priced in a few look-ups.
 *
 * A player's tier k is the option of least distortion among its k + 1 cheapest (ties: fewest bits,
 * lowest index): bits rise and distortions fall with the tier whatever its curve looks like, and
 * tier 0 is its cheapest option. Players rank by importance, the distortion a weight at tier 0, the
 * highest first, ties by index. Sums over the first r players of a tensor, for every r and tier,
 * are taken in that order: 16 bytes a player and option.
 */
#ifndef NS_ALLOCATE_LADDER_H
#define NS_ALLOCATE_LADDER_H

#include "allocate/problem.h"

struct ladder {
    size_t n_parts;
    int m;              /* tiers */
    uint8_t *option_ik; /* [players][m] option of each tier */
    uint32_t *ranked;   /* [players] tensor after tensor */
    struct ladder_part {
        size_t first, n;            /* players */
        struct game_totals *sum_kr; /* [m][n + 1], in `sums` */
    } * part;                       /* [n_parts] */
    struct game_totals *sums;
};

int ladder_build(struct ladder *l, const struct allocate_problem *q, struct err *e);
void ladder_release(struct ladder *l);

/*
 * count_tk[n_parts][m − 1], falling along k: the first count_tk[t][k] players of tensor t have a
 * tier above k.
 */
struct game_totals ladder_totals(const struct ladder *l, const uint32_t *count_tk);
void ladder_choose(uint8_t *choice, const struct ladder *l, const uint32_t *count_tk);

#endif
