/*
 * tariff: what the tiers of a separated game charge when no player is large enough to matter.
 *
 * A player that takes the charge τ_o of a unit of load as given minimises D + λ·B + p_io·τ_o. The
 * charges at which the loads that follow are the ones charged for, τ_o = a + c·L_o, maximise
 *
 *     Σ_i min_o (D_io + λ·B_io + p_io·τ_o) − λ·bits − Σ_o (τ_o − a)² / (2c),
 *
 * a concave function of τ and λ (the dual of the potential of game.h with real loads; equilibria of
 * small players: Wardrop 1952). It is climbed by Newton's method. The minimum has kinks where a
 * player wavers between its two best options, so within a margin it is smoothed to a parabola, and
 * the margin shrinks on the way, the wide ones being climbed over a sample. A few passes over all
 * players replace most sweeps of best replies, which are slow to sort out who belongs where when
 * the charges are steep; what is left for them is the size of single players. Neighbours are not
 * looked at. The result is a start only: no certificate rests on it.
 */
#ifndef NS_ALLOCATE_TARIFF_H
#define NS_ALLOCATE_TARIFF_H

#include "allocate/game.h"

struct tariff {
    double lambda;                /* price, distortion a bit */
    double charge_o[OPTIONS_MAX]; /* of a weight or a bit (enum game_load) in the tier */
};

/* The game must have congestion > 0. *t is where to start from; the price stays as it is unless
 * bits ≥ 0 are given to be met. */
void tariff_climb(struct tariff *t, const struct game *g, double bits);

/* Everyone's least cost at the tariff; ties: fewest bits, then lowest index. */
void tariff_choose(uint8_t *choice, const struct game *g, const struct tariff *t);

#endif
