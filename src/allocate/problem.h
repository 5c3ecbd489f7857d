/*
 * problem: a budget of stored bits to be shared out over all tensors in scope, and its solution.
 *
 * Every method of a budget gets the same problem: players (units of weights, tensor after tensor,
 * row-major within one), the measured table of costs as a game without couplings, and the bits that
 * may be spent. Methods that want couplings add them to a copy of the game. Nothing here knows
 * models; what a choice does to a measured loss is asked through a function.
 */
#ifndef NS_ALLOCATE_PROBLEM_H
#define NS_ALLOCATE_PROBLEM_H

#include <stdbool.h>

#include "allocate/game.h"
#include "base/progress.h"

/* The players of one tensor, as they lie in it. */
struct allocate_part {
    uint32_t tensor;   /* index in the model */
    size_t first;      /* its first player */
    size_t rows, cols; /* players a column and a row of the tensor; rows · cols of them */
};

struct allocate_problem {
    const struct game *game; /* checked; bits are what each option would be stored in */
    const struct allocate_part *parts;
    size_t n_parts;
    double budget;            /* bits of all players together */
    const double *variance_i; /* [n] mean square of a player's weights times its sensitivity */
    uint64_t seed;
    /*
     * Mean loss, in nats, on the calibration text when the tensors with in_part[k] are quantized as
     * `choice` says and all others are left as they are. NULL when it cannot be measured.
     */
    int (*loss)(void *context, double *nats, const uint8_t *choice, const bool *in_part,
                struct err *e);
    void *context;
    const struct progress *progress; /* of what takes long; borrowed, may be NULL */
};

/* What is not known is NaN, NULL or 0. */
struct allocate_solution {
    uint8_t *choice; /* [n], owned */
    struct game_totals total;
    double lambda; /* price, distortion a bit */
    double bound;  /* no choice within the budget has less distortion */
    bool exact;    /* total.distortion is the least within the budget */

    /* Games alone. */
    double largest_gain; /* the certificate: what one player could save by moving alone */
    double optimum;      /* distortion of the plain optimum at the same budget */
    size_t sweeps, moves;

    /* A series to look at: the potential after each sweep, the swarm's best cost, … */
    const char *trace_name; /* borrowed, static */
    double *trace;          /* [n_trace], owned */
    size_t n_trace;

    /* Shapley values of the tensors, in nats, and their standard errors: [n_parts], owned. */
    double *value, *value_error;
};

/* Everything unknown. */
struct allocate_solution allocate_solution_none(void);

/*
 * Room for the choices in *s (from allocate_solution_none()), for a problem that can be solved: its
 * parts follow one another and hold all players, and the budget pays for the cheapest options.
 */
int allocate_solution_start(struct allocate_solution *s, const struct allocate_problem *q,
                            struct err *e);

/* Takes over what a solver of a budget reports. */
void allocate_solution_take(struct allocate_solution *s, const struct game_result *r);

/* For choices made without a price: totals, and the bound that the plain optimum gives. */
int allocate_solution_judge(struct allocate_solution *s, const struct allocate_problem *q,
                            struct err *e);

void allocate_solution_release(struct allocate_solution *s);

#endif
