/*
 * greedy: the best step first.
 *
 * Everyone starts at the cheapest option. Of all steps that still fit the budget, the one that
 * saves the most distortion a bit is taken, again and again (Fox 1966). A player's step goes to the
 * option of the steepest slope from where it stands, so that from the cheapest option up it walks
 * along its lower convex hull whatever its curve looks like; only when that step does not fit any
 * more are the smaller ones off the hull tried. Ties: fewest bits, lowest index, lowest player.
 */
#ifndef NS_ALLOCATE_GREEDY_H
#define NS_ALLOCATE_GREEDY_H

#include "allocate/game.h"

/* From the cheapest options; `out` bounds how far the result may be from the optimum. */
int greedy_budget(uint8_t *choice, struct game_result *out, const struct game *g, double budget,
                  struct err *e);

/*
 * The same steps from choices that keep the budget, for what another method left over. *slope (may
 * be NULL) gets the slope (distortion a bit) of the first step that did not fit, 0 if all did.
 */
int greedy_fill(uint8_t *choice, double *slope, const struct game *g, double budget, struct err *e);

#endif
