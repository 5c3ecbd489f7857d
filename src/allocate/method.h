/*
 * method: the table of the ways of giving bits. Adding one is one file and one row.
 *
 * There are two kinds. A method of shares (`run`) gets one tensor at a time and says which tier
 * each of its weights is in. A method of a budget (`solve`) gets the measured costs of all players
 * of all tensors at once, and shares out stored bits (problem.h). Neither knows grids, files or
 * losses; each is a pure function of what it is given, its parameters and the seed, never of
 * threads.
 */
#ifndef NS_ALLOCATE_METHOD_H
#define NS_ALLOCATE_METHOD_H

#include <stdbool.h>
#include <stdint.h>

#include "allocate/problem.h"
#include "base/allocation.h"
#include "base/schema.h"

/* One tensor in scope: w_rc[rows][cols], a row being the contiguous one as stored. */
struct allocate_tensor {
    const float *w_rc;
    size_t rows, cols;
    uint32_t index; /* of the tensor in its model */
};

struct allocate_method {
    const char *name, *help;
    const struct param *params;
    size_t n_params;
    /* Checks values against each other; on −1, *which names the parameter to point at. May be NULL.
     */
    int (*check)(const struct params *p, const char **which, struct err *e);
    /* Whether the result depends on the seed. May be NULL: never. */
    bool (*uses_seed)(const struct params *p);
    bool groups;   /* its weights may be gridded in groups along a row */
    bool measures; /* it asks for losses on the calibration texts (problem.h) */
    /* Exactly one of the two. */
    int (*run)(struct allocation *out, const struct allocate_tensor *t, const struct params *p,
               uint64_t seed, struct err *e);
    /* Release *out (from allocate_solution_none()) either way. */
    int (*solve)(struct allocate_solution *out, const struct allocate_problem *q,
                 const struct params *p, struct err *e);
};

extern const struct allocate_method allocate_uniform, allocate_tiers, allocate_random;
extern const struct allocate_method allocate_optimal, allocate_greedy, allocate_nash,
    allocate_swarm, allocate_waterfill, allocate_shapley;

extern const struct allocate_method *const allocate_methods[]; /* ended by NULL */
const struct allocate_method *allocate_method_named(const char *name);

#endif
