/*
 * optimal: the least distortion within a budget, proven where that is within reach.
 *
 * The problem is the multiple-choice knapsack (Sinha and Zoltners 1979). Three steps:
 *
 * 1. The Lagrangian optimum at the price λ of the budget (lagrangian.h): it lies on everyone's
 *    convex hull and bounds from below what any choice within the budget can reach. All bits are
 *    multiples of some unit, so the part of the budget that is no multiple is dropped first.
 * 2. Greedy steps (greedy.h) with what is left over: the first solution.
 * 3. The exact integer remainder. An option that costs r = D + λ·B − min(D + λ·B) more than its
 *    player's best can be part of a better solution only if bound + r is below the solution known
 *    (reduction, Dyer, Kayal and Walker 1984). Players with such options, the core, go through a
 *    dynamic program over bits in the order of their least r (Pisinger 1995): after each, the list
 *    holds for every number of bits that can be reached the least distortion, less those that
 * cannot end below the solution known, which improves on the way and shortens the core.
 *
 * The program looks at no more than OPTIMAL_WORK entries, about half a second, keeps no more than
 * OPTIMAL_LIST in a list and remembers no more than OPTIMAL_TRAIL of their origins (60 MiB in all).
 * Past that the best solution so far is returned with `exact` false, and total.distortion − bound
 * is how much better the optimum could be.
 */
#ifndef NS_ALLOCATE_OPTIMAL_H
#define NS_ALLOCATE_OPTIMAL_H

#include "allocate/game.h"

enum { OPTIMAL_WORK = 1 << 26, OPTIMAL_LIST = 1 << 18, OPTIMAL_TRAIL = 1 << 22 };

int optimal_budget(uint8_t *choice, struct game_result *out, const struct game *g, double budget,
                   struct err *e);

#endif
