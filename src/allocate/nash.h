/*
 * nash: best replies until nobody gains by moving alone.
 *
 * A sweep has two halves. All players propose, in parallel, their best reply to the loads and the
 * neighbours as they stood; then the proposals are gone through in index order, each player's reply
 * being worked out afresh and taken only if it still gains. So every move lowers the potential of
 * game.h by what it gains, sweeps end at an equilibrium, and the bytes do not depend on threads. A
 * gain counts if it is more than the rounding errors of the two costs; at equal cost a player goes
 * to fewer bits, then to the lower index. Without couplings one sweep gives the Lagrangian optimum
 * of lagrangian.h from any start.
 *
 * What the couplings cost is measured: the result holds the distortion of the plain optimum at the
 * same budget beside that of the equilibrium.
 */
#ifndef NS_ALLOCATE_NASH_H
#define NS_ALLOCATE_NASH_H

#include "allocate/game.h"
#include "base/progress.h"

/* Sweeps a solve may take, and prices a budget may try; tolerance: share of the budget left over.
 */
enum { NASH_SWEEPS = 1000, NASH_PRICES = 40 };
#define NASH_TOLERANCE 1e-3

struct nash_result {
    double lambda; /* price, distortion a bit */
    struct game_totals total;
    bool settled;        /* false: the limit on sweeps was hit and somebody could still gain */
    double largest_gain; /* the certificate: the most that one player could save by moving alone */
    double *potential; /* [sweeps + 1], owned: Φ at the start and after each sweep, from scratch */
    size_t potential_capacity;
    size_t sweeps, moves;

    /* Of a budget only. */
    size_t prices;  /* tried */
    double left;    /* budget − bits: within NASH_TOLERANCE, or what no price came closer to */
    double optimum; /* distortion of the plain optimum at the same budget (lagrangian.h) */
    double bound;   /* least distortion that any choice within the budget can have */
};

void nash_release(struct nash_result *r);

/* Plays from choice[n] to an equilibrium at a price. `sweeps` limits; 0: NASH_SWEEPS. */
int nash_solve(uint8_t *choice, struct nash_result *out, const struct game *g, double lambda,
               size_t sweeps, struct err *e);

/*
 * The price that meets a budget, by bisection; at each price the game starts from the Lagrangian
 * optimum there, or, with congestion among many players, from everyone's best option at the charges
 * that small players would settle at (tariff.h), which also give the first price. Without couplings
 * this is the Lagrangian choice of the budget. With them bits may jump, and need not fall, as the
 * price rises: the search stops at a result that leaves at most NASH_TOLERANCE of the budget, and
 * otherwise keeps the one of least distortion among those within the budget, settled ones before
 * others.
 */
int nash_budget(uint8_t *choice, struct nash_result *out, const struct game *g, double budget,
                size_t sweeps, struct err *e);

/*
 * The same for who knows the plain optimum at the budget already. The progress (may be NULL) is
 * told of prices, of at most NASH_PRICES.
 */
int nash_budget_from(uint8_t *choice, struct nash_result *out, const struct game *g,
                     const struct game_result *plain, double budget, size_t sweeps,
                     const struct progress *progress, struct err *e);

#endif
