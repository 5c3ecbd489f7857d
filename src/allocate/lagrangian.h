/*
 * lagrangian: the plain optimum at a price, and the price that meets a budget.
 *
 * At a price λ ≥ 0 (distortion a bit) every player takes the option that minimises D + λ·B; ties go
 * to the fewest bits, then to the lowest index. No other choice that spends at most as many bits
 * has less distortion (Everett 1963; Shoham and Gersho 1988). Players see no couplings here.
 */
#ifndef NS_ALLOCATE_LAGRANGIAN_H
#define NS_ALLOCATE_LAGRANGIAN_H

#include "allocate/game.h"

/* choice[n] at the price. */
void lagrangian_choose(uint8_t *choice, const struct game *g, double lambda);

/*
 * The choice at the lowest price whose bits do not exceed the budget. Bits fall in steps as the
 * price rises, so what is left over is less than all steps at that one price (one player's step,
 * unless several players have the very same slope). The price is found to the last bit of a double,
 * by bisection over players who still waver between its two ends. out->exact when nothing is left
 * over (or λ = 0).
 */
int lagrangian_budget(uint8_t *choice, struct game_result *out, const struct game *g, double budget,
                      struct err *e);

/* Σ min(D + λ·B) − λ·budget: no choice within the budget has less distortion, whatever λ ≥ 0 is. */
double lagrangian_bound(const struct game *g, double lambda, double budget);

#endif
