/*
 * swarm: particle swarm optimisation of a function of a few real numbers within a box.
 *
 * A particle at x with velocity v remembers its best place p; the swarm's best is g. Each iteration
 *
 *     v ← χ·(v + c1·r1·(p − x) + c2·r2·(g − x)),   x ← x + v
 *
 * in every coordinate, r1 and r2 fresh and uniform in [0, 1), with the constriction coefficient
 * χ = 2 / |2 − φ − √(φ² − 4φ)| for c1 = c2 = 2.05, φ = 4.1: χ = 0.7298 and χ·c = 1.49618 (Clerc and
 * Kennedy 2002). A coordinate that leaves the box is reflected at the wall and its velocity turned
 * round. First places are uniform in the box, first velocities half-way to another uniform place.
 *
 * All particles move and are measured against the bests of the iteration before, in parallel; bests
 * are then updated in index order, ties to the lowest. Each particle draws from a stream of its own
 * (seed, number, RNG_SWARM). So the bytes depend on the seed but not on the threads.
 */
#ifndef NS_ALLOCATE_SWARM_H
#define NS_ALLOCATE_SWARM_H

#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"

enum { SWARM_DIM_MAX = 4096, SWARM_PARTICLES_MAX = 4096 };

/* What is minimised: `cost` is called from several threads at once. A cost that is not a number
 * counts as infinite. */
struct swarm_problem {
    int (*cost)(void *context, double *out, const double *x, struct err *e);
    void *context;
    size_t dim;
    const double *low, *high; /* [dim] the box; low = high holds a coordinate */
    const double *start;      /* [dim] first place of particle 0, in the box; or NULL */
};

struct swarm_settings {
    size_t particles, iterations;
    size_t patience; /* stop after so many iterations without a better place; 0: never */
    uint64_t seed;
    const struct progress *progress; /* in iterations; may be NULL */
};

struct swarm_result {
    double *x;   /* [dim], owned: the best place */
    double cost; /* there */
    double
        *trace; /* [iterations + 1], owned: the best cost at the start and after each iteration */
    size_t iterations;
    size_t evaluations;
};

/* On failure the error is the one of the lowest particle, and there is nothing to release. */
int swarm_minimise(struct swarm_result *out, const struct swarm_problem *p,
                   const struct swarm_settings *settings, struct err *e);
void swarm_release(struct swarm_result *r);

#endif
