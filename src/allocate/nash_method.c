/*
 * nash: the budget as a game with couplings (nash.h), whose strengths are parameters.
 *
 * The strengths have no unit, so that they mean the same on every model and at every budget: they
 * are multiples of the distortion D* of the plain optimum at the budget. Loads being shares of all
 * weights, separation 1 charges one whole D* when everybody is in one tier. Alignment 1 charges one
 * whole D* when all neighbours differ: each of the edges costs its part of it. Neighbours are the
 * units left, right, above and below in the same tensor. If D* is 0 there is nothing to weigh a
 * coupling against, and none is charged.
 */
#include <math.h>
#include <stdlib.h>

#include "allocate/lagrangian.h"
#include "allocate/method.h"
#include "allocate/nash.h"
#include "base/mem.h"

static const char *const loads[] = {"weights", "bits", NULL}; /* in the order of enum game_load */

static const struct param params[] = {
    {"separation_base", PARAM_REAL, "optima", "0", 0, 1e6, NULL,
     "charge for the load of a tier, whatever it is, in distortions of the plain optimum"},
    {"separation", PARAM_REAL, "optima", "0", 0, 1e6, NULL,
     "charge that grows with the load of a tier, in distortions of the plain optimum"},
    {"separation_load", PARAM_CHOICE, NULL, "weights", 0, 0, loads,
     "what loads a tier: the share of the weights in it, or their stored bits a weight"},
    {"alignment", PARAM_REAL, "optima", "0", 0, 1e6, NULL,
     "charge when all neighbours differ, in distortions of the plain optimum"},
};

static double real(const struct params *p, const char *name)
{
    return params_list(p, name)->numbers[0];
}

static int neighbours(struct graph *out, const struct allocate_problem *q, struct err *e)
{
    struct lattice *shape = mem_new(q->n_parts, sizeof *shape, e);
    if (!shape) {
        return -1;
    }
    for (size_t k = 0; k < q->n_parts; k++) {
        shape[k] = (struct lattice){q->parts[k].rows, q->parts[k].cols};
    }
    int status = graph_of_lattices(out, shape, q->n_parts, e);
    free(shape);
    return status;
}

/* The game with its couplings, in the unit of distortion; `graph` is the caller's to release. */
static int couple(struct game *g, struct graph *graph, const struct allocate_problem *q,
                  const struct params *p, double optimum, struct err *e)
{
    double unit = fabs(optimum);
    *g = *q->game;
    g->base = real(p, "separation_base") * unit;
    g->congestion = real(p, "separation") * unit;
    g->load = (enum game_load)params_list(p, "separation_load")->choice;
    if (real(p, "alignment") > 0 && unit > 0) {
        if (neighbours(graph, q, e)) {
            return -1;
        }
        if (graph->begin[graph->n] > 0) {
            g->graph = graph;
            g->alignment = real(p, "alignment") * unit / (graph->begin[graph->n] / 2.0);
        }
    }
    return game_coupled(g) ? game_check(g, e) : 0;
}

static void report(struct allocate_solution *out, struct nash_result *r)
{
    out->total = r->total;
    out->lambda = r->lambda;
    out->bound = r->bound;
    out->exact = r->total.distortion <= r->bound;
    out->largest_gain = r->largest_gain;
    out->optimum = r->optimum;
    out->sweeps = r->sweeps;
    out->moves = r->moves;
    out->trace_name = "potential";
    out->trace = r->potential;
    out->n_trace = r->sweeps + 1;
    r->potential = NULL;
}

static int solve(struct allocate_solution *out, const struct allocate_problem *q,
                 const struct params *p, struct err *e)
{
    struct game g;
    struct graph graph = {0};
    struct game_result plain;
    struct nash_result r;
    int status = -1;
    progress_step(q->progress, "prices tried", false);
    if (!allocate_solution_start(out, q, e) &&
        !lagrangian_budget(out->choice, &plain, q->game, q->budget, e) &&
        !couple(&g, &graph, q, p, plain.total.distortion, e) &&
        !nash_budget_from(out->choice, &r, &g, &plain, q->budget, 0, q->progress, e)) {
        report(out, &r);
        out->exact = out->exact || (plain.exact && r.total.distortion <= r.optimum);
        nash_release(&r);
        status = 0;
    }
    graph_release(&graph);
    return status;
}

const struct allocate_method allocate_nash = {
    .name = "nash",
    .help = "players of a game who each choose their bits until none gains by moving alone",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .solve = solve,
};
