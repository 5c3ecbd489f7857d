#include "allocate/optimal.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/core.h"
#include "allocate/greedy.h"
#include "allocate/lagrangian.h"
#include "allocate/method.h"
#include "base/mem.h"
#include "base/parallel.h"

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The greatest common divisor of all differences between options, in GAME_BIT_UNITs; 0: no
 * difference. */
static uint64_t unit_of(const struct game *g)
{
    uint64_t part_unit[GAME_PARTS], unit = 0;
    size_t n = g->bits_io || g->size_i ? g->n : 1;
#pragma omp parallel for schedule(static) if (n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        uint64_t mine = 0;
        for (size_t i = game_part_begin(part, n), end = game_part_begin(part + 1, n);
             i < end && mine != 1; i++) {
            for (int o = 1; o < g->m; o++) {
                double more = fabs(game_bits(g, i, o) - game_bits(g, i, 0)) / GAME_BIT_UNIT;
                mine = common_divisor((uint64_t)more, mine);
            }
        }
        part_unit[part] = mine;
    }
    for (size_t part = 0; part < GAME_PARTS; part++) {
        unit = common_divisor(unit, part_unit[part]);
    }
    return unit;
}

/* The budget without what is no multiple of the unit above `bits`. */
static double reachable(const struct game *g, double bits, double budget)
{
    double unit = (double)unit_of(g) * GAME_BIT_UNIT;
    return unit > 0 ? bits + floor((budget - bits) / unit) * unit : bits;
}

/* What a choice within the budget has above the bound at the price. Most terms are 0: it is far
 * more precise than the difference of two sums over all players. */
static double gap_of(const struct core *c, const uint8_t *choice)
{
    const struct game *g = c->game;
    double above[GAME_PARTS];
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        double cost[OPTIONS_MAX], bits[OPTIONS_MAX], sum = 0;
        for (size_t i = game_part_begin(part, g->n), end = game_part_begin(part + 1, g->n); i < end;
             i++) {
            if (choice[i] != c->plain[i]) {
                game_plain_costs(cost, bits, g, i, c->lambda);
                sum += cost[choice[i]] - cost[c->plain[i]];
            }
        }
        above[part] = sum;
    }
    return sum_ordered(above, GAME_PARTS) + c->lambda * (c->budget - game_total(g, choice).bits);
}

/* From the Lagrangian choice `plain` to the optimum in `choice`. */
static int finish(uint8_t *choice, const uint8_t *plain, struct game_result *out,
                  const struct game *g, double budget, struct err *e)
{
    struct core c = {.game = g,
                     .plain = plain,
                     .lambda = out->lambda,
                     .plain_bits = out->total.bits,
                     .budget = reachable(g, out->total.bits, budget)};
    memcpy(choice, plain, g->n);
    if (greedy_fill(choice, g, c.budget, e)) {
        return -1;
    }
    c.gap = gap_of(&c, choice);
    c.rounding = 4 * DBL_EPSILON * (fabs(out->total.distortion) + c.lambda * c.budget);
    out->bound = lagrangian_bound(g, c.lambda, c.budget);
    out->exact = c.gap <= c.rounding;
    if (!out->exact && core_solve(&c, choice, &out->exact, e)) {
        return -1;
    }
    out->total = game_total(g, choice);
    if (out->exact) {
        out->bound = out->total.distortion;
    }
    return 0;
}

int optimal_budget(uint8_t *choice, struct game_result *out, const struct game *g, double budget,
                   struct err *e)
{
    if (lagrangian_budget(choice, out, g, budget, e)) {
        return -1;
    }
    if (out->exact) {
        out->bound = out->total.distortion;
        return 0;
    }
    uint8_t *plain = mem_new(g->n, 1, e);
    if (!plain) {
        return -1;
    }
    memcpy(plain, choice, g->n);
    int status = finish(choice, plain, out, g, budget, e);
    free(plain);
    return status;
}

static int solve(struct allocate_solution *out, const struct allocate_problem *q,
                 const struct params *p, struct err *e)
{
    struct game_result r;
    (void)p;
    if (allocate_solution_start(out, q, e) ||
        optimal_budget(out->choice, &r, q->game, q->budget, e)) {
        return -1;
    }
    allocate_solution_take(out, &r);
    return 0;
}

const struct allocate_method allocate_optimal = {
    .name = "optimal",
    .help = "the least distortion within a budget of stored bits",
    .solve = solve,
};
