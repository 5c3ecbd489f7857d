/*
 * greedy: the best step first.
 *
 * Everyone starts at the cheapest option. Of all steps that still fit the budget, the one that
 * saves the most distortion a bit is taken, again and again (Fox 1966). A player's step goes to the
 * option of the steepest slope from where it stands, so that from the cheapest option up it walks
 * along its lower convex hull whatever its curve looks like; only when that step does not fit any
 * more are the smaller ones off the hull tried. Ties: fewest bits, lowest index, lowest player.
 *
 * Slopes fall along a hull. So until the first step does not fit, the steps taken are those steeper
 * than a price, and where they lead is the Lagrangian choice at it (lagrangian.h), which takes no
 * heap to find. Steps are gone through one by one only from there.
 */
#ifndef NS_ALLOCATE_GREEDY_H
#define NS_ALLOCATE_GREEDY_H

#include "allocate/game.h"

/* From the cheapest options. out->lambda is the slope of the first step that did not fit; the bound
 * is the one at this price. */
int greedy_budget(uint8_t *choice, struct game_result *out, const struct game *g, double budget,
                  struct err *e);

/* The same steps from choices that keep the budget, for what another method left over. */
int greedy_fill(uint8_t *choice, const struct game *g, double budget, struct err *e);

#endif
