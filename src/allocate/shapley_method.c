/*
 * shapley: the tensors' shares of the measured loss say how much their distortion matters.
 *
 * The tensors are players of a cooperative game: a coalition is worth the loss on the calibration
 * text with exactly these tensors quantized, at the plain optimum of a reference budget, which is
 * the same for all budgets, so that a sweep over these measures nothing twice. Their Shapley
 * values v_k (shapley.h) share the whole change of the loss out among them. A tensor's row of the
 * table is multiplied by v_k / D_k, D_k being its distortion there, so that the table predicts what
 * was measured; the optimum of the re-weighted table is the result. A value below its standard
 * error, or below VALUE_FLOOR of the mean |v_k|, counts as that: noise must not make a tensor free,
 * since errors there are cheap only while they are small. Factors are
 * relative to the one of all tensors together, so that they stay near 1. Tensors without distortion
 * have nothing to multiply and keep the factor 1.
 *
 * Totals and bound are in the distortion of the table as measured; the price is in the re-weighted
 * one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/lagrangian.h"
#include "allocate/method.h"
#include "allocate/optimal.h"
#include "allocate/shapley.h"
#include "base/mem.h"

#define VALUE_FLOOR 0.1

static const struct param params[] = {
    {"reference", PARAM_REAL, "bits/weight", "3", 0.01, 32, NULL,
     "stored bits at which the losses are measured, whatever the budget"},
    {"permutations", PARAM_INT, "permutations", "8", 2, SHAPLEY_PERMUTATIONS_MAX, NULL,
     "orders of the tensors to measure at most, an even number"},
    {"tolerance", PARAM_REAL, NULL, "0.05", 0, 1, NULL,
     "stop when no standard error is above this share of the whole change of the loss"},
};

static bool always(const struct params *p)
{
    (void)p;
    return true;
}

static int check(const struct params *p, const char **which, struct err *e)
{
    *which = "permutations";
    if (params_int(p, "permutations") % 2 != 0) {
        return err_set(e, "permutations come in pairs, so %ld should be even",
                       params_int(p, "permutations"));
    }
    return 0;
}

struct measured {
    const struct allocate_problem *problem;
    const uint8_t *choice;
};

static int value(void *context, double *out, const bool *in, struct err *e)
{
    const struct measured *m = context;
    return m->problem->loss(m->problem->context, out, m->choice, in, e);
}

static size_t part_end(const struct allocate_part *part)
{
    return part->first + part->rows * part->cols;
}

static double part_distortion(const struct allocate_problem *q, size_t k, const uint8_t *choice)
{
    double sum = 0;
    for (size_t i = q->parts[k].first; i < part_end(&q->parts[k]); i++) {
        sum += game_distortion(q->game, i, choice[i]);
    }
    return sum;
}

/* factor_k[n_parts] of the tensors' distortions. */
static void find_factors(double *factor_k, const struct shapley_result *r,
                         const struct allocate_problem *q, const uint8_t *choice)
{
    double mean = 0, distortions = 0, values = 0;
    for (size_t k = 0; k < q->n_parts; k++) {
        mean += fabs(r->value[k]) / (double)q->n_parts;
    }
    for (size_t k = 0; k < q->n_parts; k++) {
        double distortion = part_distortion(q, k, choice);
        double worth = fmax(r->value[k], fmax(r->error[k], VALUE_FLOOR * mean));
        factor_k[k] = distortion > 0 ? worth / distortion : 0;
        values += distortion > 0 ? worth : 0;
        distortions += distortion > 0 ? distortion : 0;
    }
    for (size_t k = 0; k < q->n_parts; k++) {
        double relative = factor_k[k] / (values / distortions);
        factor_k[k] = relative > 0 && isfinite(relative) ? relative : 1;
    }
}

/* The optimum of the re-weighted table. */
static int optimise(struct allocate_solution *out, const struct allocate_problem *q,
                    const double *factor_k, struct err *e)
{
    struct game g = *q->game;
    struct game_result r;
    size_t m = (size_t)g.m;
    float *table = mem_floats(g.n * m, e);
    if (!table) {
        return -1;
    }
    for (size_t k = 0; k < q->n_parts; k++) {
        for (size_t at = q->parts[k].first * m; at < part_end(&q->parts[k]) * m; at++) {
            table[at] = (float)(factor_k[k] * (double)g.distortion_io[at]);
        }
    }
    g.distortion_io = table;
    int status = game_check(&g, e) || optimal_budget(out->choice, &r, &g, q->budget, e) ? -1 : 0;
    if (!status) {
        out->lambda = r.lambda;
        out->total = game_total(q->game, out->choice);
    }
    free(table);
    return status;
}

/* The reference budget, or what the cheapest options take if that is more; `scratch` is [n]. */
static double reference_bits(const struct allocate_problem *q, const struct params *p,
                             uint8_t *scratch)
{
    game_cheapest(scratch, q->game);
    return fmax(params_list(p, "reference")->numbers[0] * q->game->weights,
                game_total(q->game, scratch).bits);
}

static int solve(struct allocate_solution *out, const struct allocate_problem *q,
                 const struct params *p, struct err *e)
{
    struct game_result plain, at_reference;
    struct shapley_result r = {0};
    double *factor_k = NULL;
    int status = -1;
    if (!q->loss) {
        return err_set(e, "shapley measures losses on a calibration text, and there is none: give "
                          "one, or choose a method that needs the table of costs alone");
    }
    if (allocate_solution_start(out, q, e) ||
        lagrangian_budget(out->choice, &plain, q->game, q->budget, e) ||
        lagrangian_budget(out->choice, &at_reference, q->game, reference_bits(q, p, out->choice),
                          e)) {
        return -1;
    }
    struct measured m = {q, out->choice};
    struct shapley_game game = {q->n_parts, value, &m};
    struct shapley_settings settings = {.permutations = (size_t)params_int(p, "permutations"),
                                        .tolerance = params_list(p, "tolerance")->numbers[0],
                                        .seed = q->seed,
                                        .progress = q->progress};
    progress_step(q->progress, "losses", true);
    if ((factor_k = mem_new(q->n_parts, sizeof *factor_k, e)) &&
        !shapley_values(&r, &game, &settings, e)) {
        find_factors(factor_k, &r, q, out->choice);
        status = optimise(out, q, factor_k, e);
        out->bound = plain.bound;
        out->value = r.value;
        out->value_error = r.error;
    }
    free(factor_k);
    return status;
}

const struct allocate_method allocate_shapley = {
    .name = "shapley",
    .help = "tensors weighted by their Shapley values of the measured loss, within a budget",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .check = check,
    .uses_seed = always,
    .measures = true,
    .solve = solve,
};
