/*
 * made_game: small random games for tests, and what they cost written out naively from the formulas
 * of allocate/game.h, so that the solvers' own arithmetic is not its own witness.
 */
#ifndef NS_TESTS_MADE_GAME_H
#define NS_TESTS_MADE_GAME_H

#include "allocate/game.h"

enum made_coupling { MADE_PLAIN, MADE_COUPLED };

struct made_game {
    struct game game;
    struct graph graph;
    float *distortion, *bits; /* owned */
    uint32_t *size;
};

/*
 * A game drawn from the seed. By turns bits are a row for all, a row times each player's size, a
 * table of whole numbers or a table of fractions; distortions fall convexly with bits, fall anyhow,
 * or are small whole numbers full of ties. With MADE_COUPLED it has separation, alignment on a
 * random graph with weights, or both.
 */
void made_game(struct made_game *m, size_t n, int options, uint64_t seed,
               enum made_coupling coupling);
void made_game_release(struct made_game *m);

/* A budget between the cheapest and the dearest choice, drawn from the seed. */
double made_budget(const struct game *g, uint64_t seed);

/* Player i's cost of option o, and Φ, from the formulas. */
double naive_cost(const struct game *g, const uint8_t *choice, double lambda, size_t i, int o);
double naive_potential(const struct game *g, const uint8_t *choice, double lambda);

/* The most that one player could save by moving alone, and the largest cost seen on the way. */
double naive_gain(const struct game *g, const uint8_t *choice, double lambda, double *scale);

/* The least distortion within the budget over all m^n choices. */
double brute_force(const struct game *g, double budget);

#endif
