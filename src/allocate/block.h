/*
 * block: what a few players pay for each option, side by side in lanes, so that the search for the
 * least runs in vectors and without branches. For the solvers' inner loops only: lagrangian.c and
 * survey.c. A single player is a block of one lane; the arithmetic, and so the bytes, are the same.
 */
#ifndef NS_ALLOCATE_BLOCK_H
#define NS_ALLOCATE_BLOCK_H

#include "allocate/game.h"

/* Every caller passes the number of lanes as a constant, which has to reach the loops. */
#define BLOCK_INLINE static inline __attribute__((always_inline))

struct block {
    double cost[OPTIONS_MAX][SIMD_LANES], bits[OPTIONS_MAX][SIMD_LANES];
    double size[SIMD_LANES]; /* weights */
    double best_cost[SIMD_LANES], best_bits[SIMD_LANES];
    int64_t best[SIMD_LANES];
};

/* The players of a block; the lanes past the end repeat the last one, and nobody looks at them. */
BLOCK_INLINE void block_players(uint32_t *player, const uint32_t *listed, size_t begin, size_t end)
{
    for (size_t k = 0; k < SIMD_LANES; k++) {
        size_t at = begin + k < end ? begin + k : end - 1;
        player[k] = listed ? listed[at] : (uint32_t)at;
    }
}

/* Bits, and distortion + λ·bits, of all options. */
BLOCK_INLINE void block_costs(struct block *b, const struct game *g, const uint32_t *player,
                              double lambda, int lanes)
{
    size_t at[SIMD_LANES];
    if (g->m < 1) {
        BUG("no option to choose");
    }
    for (int k = 0; k < lanes; k++) {
        at[k] = player[k] * (size_t)g->m;
        b->size[k] = g->size_i ? g->size_i[player[k]] : g->size;
    }
    for (int o = 0; o < g->m; o++) {
        if (g->bits_io) {
            for (int k = 0; k < lanes; k++) {
                b->bits[o][k] = g->bits_io[at[k] + (size_t)o];
            }
        } else {
            for (int k = 0; k < lanes; k++) {
                b->bits[o][k] = b->size[k] * g->rate_o[o] + g->side_o[o];
            }
        }
        for (int k = 0; k < lanes; k++) {
            b->cost[o][k] = g->distortion_io[at[k] + (size_t)o] + lambda * b->bits[o][k];
        }
    }
}

/* The least cost; ties: fewest bits, then lowest index. */
BLOCK_INLINE void block_best(struct block *b, int m, int lanes)
{
    for (int k = 0; k < lanes; k++) {
        b->best_cost[k] = b->cost[0][k];
        b->best_bits[k] = b->bits[0][k];
        b->best[k] = 0;
    }
    for (int o = 1; o < m; o++) {
        for (int k = 0; k < lanes; k++) {
            double cost = b->cost[o][k], bits = b->bits[o][k];
            bool better =
                (cost < b->best_cost[k]) | ((cost == b->best_cost[k]) & (bits < b->best_bits[k]));
            b->best_cost[k] = better ? cost : b->best_cost[k];
            b->best_bits[k] = better ? bits : b->best_bits[k];
            b->best[k] = better ? o : b->best[k];
        }
    }
}

#endif
