/*
 * waterfill: theory put to use. Every player is taken for a Gaussian source of its variance;
 * reverse water-filling at a level θ gives it the rate max(0, ½·log2(σ²_i / θ)) bits a weight
 * (waterfill.h). It takes the option whose stored bits a weight are nearest to its rate (ties:
 * fewest bits, least distortion, lowest index), and θ is the lowest level, to the last bit of
 * ½·log2 θ, at which all together keep the budget: bits fall as the level rises. The measured table
 * is only asked what the result costs.
 */
#include <math.h>
#include <stdlib.h>

#include "allocate/method.h"
#include "base/mem.h"
#include "base/parallel.h"

/* log_i[n]: ½·log2 σ²_i, −∞ where nothing varies. */
static int logarithms(double *log_i, const struct allocate_problem *q, struct err *e)
{
    for (size_t i = 0; i < q->game->n; i++) {
        double variance = q->variance_i[i];
        if (!(variance >= 0) || isinf(variance)) {
            return err_set(
                e, "player %zu has variance %g, but water-filling needs finite ones of 0 or more",
                i, variance);
        }
        log_i[i] = log2(variance) / 2;
    }
    return 0;
}

/* The option whose bits are nearest to those wanted. */
static int nearest(const struct game *g, size_t i, double wanted)
{
    int best = 0;
    double bits = game_bits(g, i, 0);
    for (int o = 1; o < g->m; o++) {
        double now = game_bits(g, i, o), closer = fabs(bits - wanted) - fabs(now - wanted);
        bool fewer =
            now < bits || (now == bits && game_distortion(g, i, o) < game_distortion(g, i, best));
        if (closer > 0 || (closer == 0 && fewer)) {
            best = o;
            bits = now;
        }
    }
    return best;
}

/* Everyone's option at ½·log2 θ = level; their bits are the result. */
static double choose(uint8_t *choice, const struct game *g, const double *log_i, double level)
{
    double bits[GAME_PARTS];
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        double sum = 0;
        for (size_t i = game_part_begin(part, g->n), end = game_part_begin(part + 1, g->n); i < end;
             i++) {
            double size = g->size_i ? g->size_i[i] : g->size;
            int o = nearest(g, i, log_i[i] > level ? size * (log_i[i] - level) : 0);
            choice[i] = (uint8_t)o;
            sum += game_bits(g, i, o);
        }
        bits[part] = sum;
    }
    return sum_ordered(bits, GAME_PARTS);
}

/* Levels below which everyone has the dearest option, and from which on everyone is under water. */
static void ends(double *low, double *high, const struct game *g, const double *log_i)
{
    double least = INFINITY, most = -INFINITY, rate = 0;
    for (size_t i = 0; i < g->n; i++) {
        double size = g->size_i ? g->size_i[i] : g->size;
        most = log_i[i] > most ? log_i[i] : most;
        least = log_i[i] < least && isfinite(log_i[i]) ? log_i[i] : least;
        for (int o = 0; o < g->m && size > 0; o++) {
            rate = fmax(rate, game_bits(g, i, o) / size);
        }
    }
    *high = isfinite(most) ? most : 0;
    *low = isfinite(least) ? least - rate - 1 : 0;
}

static int solve(struct allocate_solution *out, const struct allocate_problem *q,
                 const struct params *p, struct err *e)
{
    const struct game *g = q->game;
    double *log_i = NULL, low, high, middle;
    int status = -1;
    (void)p;
    if (!q->variance_i) {
        return err_set(e, "water-filling needs the variance of every player, and none is known");
    }
    if (allocate_solution_start(out, q, e) || !(log_i = mem_new(g->n, sizeof *log_i, e)) ||
        logarithms(log_i, q, e)) {
        goto out;
    }
    ends(&low, &high, g, log_i);
    if (choose(out->choice, g, log_i, low) > q->budget) {
        while ((middle = low + (high - low) / 2) > low && middle < high) {
            if (choose(out->choice, g, log_i, middle) <= q->budget) {
                high = middle;
            } else {
                low = middle;
            }
        }
        choose(out->choice, g, log_i, high);
    }
    status = allocate_solution_judge(out, q, e);
out:
    free(log_i);
    return status;
}

const struct allocate_method allocate_waterfill = {
    .name = "waterfill",
    .help = "rates by reverse water-filling, as if all weights were Gaussian, within a budget",
    .solve = solve,
};
