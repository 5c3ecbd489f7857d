/*
 * swarm: a particle swarm (swarm.h) looks for the shares of the tiers in every tensor.
 *
 * A particle holds m − 1 numbers in [0, 1] for each tensor. Sorted, the highest first, they are
 * nested shares: the k-th is the share of the tensor's players, in the order of their importance
 * (ladder.h), that get tier k or higher. All shares are multiplied by one factor, none beyond 1,
 * the largest at which the stored bits keep the budget: more players in higher tiers never take
 * fewer bits, and the factor 0 is everyone at the cheapest option. What a particle costs is the
 * measured distortion of this choice. Nothing is done about what is left of the budget.
 *
 * Particle 0 starts at the study's split in every tensor, 30 % above the lowest of three tiers and
 * 10 % in the highest; with another number of tiers, share k of m − 1 is read off at k / (m − 1)
 * on the curve that is exponential between (0, 1), (½, 0.3) and (1, 0.1). The others start
 * anywhere.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/ladder.h"
#include "allocate/method.h"
#include "allocate/swarm.h"
#include "base/mem.h"

static const struct param params[] = {
    {"particles", PARAM_INT, "particles", "40", 1, SWARM_PARTICLES_MAX, NULL, "size of the swarm"},
    {"iterations", PARAM_INT, "iterations", "300", 0, 1e6, NULL, "moves of each particle at most"},
    {"patience", PARAM_INT, "iterations", "60", 0, 1e6, NULL,
     "stop after so many moves without a better place; 0: never"},
};

static bool always(const struct params *p)
{
    (void)p;
    return true;
}

/* Enough to place any cut of below 2^32 players: halvings of the factor's interval. */
enum { FACTOR_HALVINGS = 34 };
static const double factor_top = 0x1p34; /* any share but a vanishing one has reached 1 there */

struct decoder {
    const struct ladder *ladder;
    double budget;
    size_t dim;
};

/* One decoding: nested shares, and counts at a factor. */
struct decoded {
    double *share_tk;   /* [dim] */
    uint32_t *count_tk; /* [dim] */
};

static int decoded_make(struct decoded *d, size_t dim, struct err *e)
{
    *d = (struct decoded){.share_tk = mem_new(dim, sizeof *d->share_tk, e)};
    if (d->share_tk && (d->count_tk = mem_new(dim, sizeof *d->count_tk, e))) {
        return 0;
    }
    free(d->share_tk);
    return -1;
}

static void decoded_release(struct decoded *d)
{
    free(d->share_tk);
    free(d->count_tk);
}

static void nest(double *share, const double *x, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t at = k;
        for (; at > 0 && share[at - 1] < x[k]; at--) {
            share[at] = share[at - 1];
        }
        share[at] = x[k];
    }
}

static struct game_totals scale(struct decoded *d, const struct decoder *c, double factor)
{
    size_t cuts = (size_t)c->ladder->m - 1;
    for (size_t k = 0; k < c->dim; k++) {
        size_t tensor = k / cuts;
        double n = (double)c->ladder->part[tensor].n;
        d->count_tk[k] = (uint32_t)floor(fmin(d->share_tk[k] * factor, 1) * n);
    }
    return ladder_totals(c->ladder, d->count_tk);
}

/* The counts of a particle at the largest factor within the budget, and what they add up to. */
static struct game_totals decode(struct decoded *d, const struct decoder *c, const double *x)
{
    size_t cuts = (size_t)c->ladder->m - 1;
    for (size_t k = 0; k < c->dim; k += cuts) {
        nest(d->share_tk + k, x + k, cuts);
    }
    struct game_totals now = scale(d, c, factor_top);
    if (now.bits <= c->budget) {
        return now;
    }
    double low = 0, high = 1; /* within and beyond the budget */
    while (scale(d, c, high).bits <= c->budget) {
        low = high;
        high *= 2;
    }
    for (int k = 0; k < FACTOR_HALVINGS; k++) {
        double middle = low + (high - low) / 2;
        if (scale(d, c, middle).bits <= c->budget) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return scale(d, c, low);
}

static int cost(void *context, double *out, const double *x, struct err *e)
{
    const struct decoder *c = context;
    struct decoded d;
    if (decoded_make(&d, c->dim, e)) {
        return -1;
    }
    *out = decode(&d, c, x).distortion;
    decoded_release(&d);
    return 0;
}

/* The box of all particles, and where particle 0 starts: low, high, start are [dim] of one array.
 */
static double *make_box(struct swarm_problem *p, size_t cuts, struct err *e)
{
    double *low = mem_new(3 * p->dim, sizeof *low, e);
    if (!low) {
        return NULL;
    }
    double *high = low + p->dim, *start = high + p->dim;
    for (size_t k = 0; k < p->dim; k++) {
        double at = (double)(k % cuts + 1) / (double)cuts;
        high[k] = 1;
        start[k] = at <= 0.5 ? pow(0.3, 2 * at) : 0.3 * pow(0.1 / 0.3, 2 * at - 1);
    }
    p->low = low;
    p->high = high;
    p->start = start;
    return low;
}

static int fly(struct allocate_solution *out, struct decoder *c, const struct params *p,
               const struct allocate_problem *q, struct err *e)
{
    struct swarm_problem problem = {.cost = cost, .context = c, .dim = c->dim};
    struct swarm_settings settings = {.particles = (size_t)params_int(p, "particles"),
                                      .iterations = (size_t)params_int(p, "iterations"),
                                      .patience = (size_t)params_int(p, "patience"),
                                      .seed = q->seed,
                                      .progress = q->progress};
    struct swarm_result r;
    struct decoded d;
    progress_step(q->progress, "moves of the swarm", false);
    double *box = make_box(&problem, (size_t)c->ladder->m - 1, e);
    if (!box || swarm_minimise(&r, &problem, &settings, e)) {
        free(box);
        return -1;
    }
    int status = decoded_make(&d, c->dim, e);
    if (!status) {
        decode(&d, c, r.x);
        ladder_choose(out->choice, c->ladder, d.count_tk);
        decoded_release(&d);
        out->trace_name = "best cost";
        out->trace = r.trace;
        out->n_trace = r.iterations + 1;
        r.trace = NULL;
    }
    swarm_release(&r);
    free(box);
    return status;
}

static int solve(struct allocate_solution *out, const struct allocate_problem *q,
                 const struct params *p, struct err *e)
{
    struct ladder ladder;
    if (allocate_solution_start(out, q, e)) {
        return -1;
    }
    game_cheapest(out->choice, q->game);
    if (q->game->m > 1) {
        if (ladder_build(&ladder, q, e)) {
            return -1;
        }
        struct decoder c = {&ladder, q->budget, q->n_parts * ((size_t)q->game->m - 1)};
        int status = fly(out, &c, p, q, e);
        ladder_release(&ladder);
        if (status) {
            return -1;
        }
    }
    return allocate_solution_judge(out, q, e);
}

const struct allocate_method allocate_swarm = {
    .name = "swarm",
    .help = "shares of the tiers in every tensor, found by a particle swarm within a budget",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .uses_seed = always,
    .solve = solve,
};
