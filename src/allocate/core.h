/*
 * core: the exact integer remainder of optimal.h, a dynamic program over the players of the core.
 *
 * Numbers are relative to the Lagrangian choice: a state is a number of bits and the change in
 * distortion that it takes, and its distance d + λ·(b − bits of the Lagrangian choice) ≥ 0 is what
 * the players in it pay above their best at the price.
 */
#ifndef NS_ALLOCATE_CORE_H
#define NS_ALLOCATE_CORE_H

#include "allocate/game.h"

struct core {
    const struct game *game;
    const uint8_t *plain; /* [n] the Lagrangian choice at the price */
    double lambda;
    double plain_bits;
    double budget;   /* bits */
    double gap;      /* in: how far the solution known is above the bound; out: the one found */
    double rounding; /* differences of distortion that mean nothing */
};

/*
 * Searches for solutions above the bound by less than `gap`. If there is one, the best gets written
 * to choice[n] and its distance to c->gap; `choice` is left alone otherwise. *exact says whether
 * the search went to its end.
 */
int core_solve(struct core *c, uint8_t *choice, bool *exact, struct err *e);

#endif
