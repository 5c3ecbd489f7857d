#include "run/budget.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

void workshop_release(struct workshop *w)
{
    for (size_t i = 0; i < WORKSHOP_TABLES; i++) {
        players_release(&w->tables[i]);
        w->used[i] = 0;
    }
    w->uses = 0;
    w->players = NULL;
    coalitions_release(&w->coalitions);
    calibration_close(&w->calibration);
}

/* Bytes of all tables but one. */
static size_t bytes_beside(const struct workshop *w, const struct players *one)
{
    size_t bytes = 0;
    for (size_t i = 0; i < WORKSHOP_TABLES; i++) {
        bytes += &w->tables[i] == one ? 0 : players_bytes(&w->tables[i]);
    }
    return bytes;
}

/* The table that was not asked for the longest. */
static struct players *oldest(struct workshop *w)
{
    struct players *found = &w->tables[0];
    for (size_t i = 1; i < WORKSHOP_TABLES; i++) {
        found = w->used[i] < w->used[found - w->tables] ? &w->tables[i] : found;
    }
    return found;
}

int workshop_players(struct workshop *w, const struct params *p, struct err *e)
{
    w->players = NULL;
    for (size_t i = 0; i < WORKSHOP_TABLES && !w->players; i++) {
        w->players = players_match(&w->tables[i], p) ? &w->tables[i] : NULL;
    }
    if (!w->players) {
        w->players = oldest(w);
        if (players_make(w->players, w->base, p, &w->calibration, e)) {
            return -1;
        }
    }
    w->used[w->players - w->tables] = ++w->uses;
    size_t own = players_bytes(w->players);
    for (size_t i = 0; i < WORKSHOP_TABLES; i++) {
        if (&w->tables[i] != w->players && own + bytes_beside(w, w->players) > WORKSHOP_BYTES) {
            players_release(&w->tables[i]);
            w->used[i] = 0;
        }
    }
    return 0;
}

void quantized_release(struct quantized *q)
{
    gpt2_close(&q->variant);
    allocate_solution_release(&q->solution);
    free(q->bills_t);
    *q = (struct quantized){0};
}

int workshop_moments(void *context, const struct gpt2_tensor *t, int index,
                     const double **moment_kk, struct err *e)
{
    struct workshop *w = context;
    (void)t;
    return calibration_full(moment_kk, &w->calibration, index, e);
}

int budget_allocate(void *context, const struct gpt2_tensor *t, int index, struct allocation *out,
                    struct err *e)
{
    const struct budget_allocator *a = context;
    const struct players *p = a->workshop->players;
    const struct progress *progress = a->workshop->calibration.progress;
    (void)t;
    for (size_t k = 0; k < p->n_parts; k++) {
        if (p->tensors[k].index == index) {
            progress_step(progress, "tensors quantized", false);
            return progress_tell(progress, k, p->n_parts, e)
                       ? -1
                       : players_allocation(out, p, a->workshop->base, a->choice, k, e);
        }
    }
    BUG("tensor %d has no players", index);
}

int budget_moments(void *context, const struct gpt2_tensor *t, int index, const double **moment_kk,
                   struct err *e)
{
    const struct budget_allocator *a = context;
    return workshop_moments(a->workshop, t, index, moment_kk, e);
}

int budget_apply(struct gpt2 *variant, struct bill *bill, struct bill *bills_t, struct workshop *w,
                 const struct params *p, const uint8_t *choice, struct err *e)
{
    struct budget_allocator allocator = {.workshop = w, .choice = choice};
    struct quantize_allocator a = {
        .allocate = budget_allocate, .moments = budget_moments, .context = &allocator};
    return quantize_model(variant, bill, bills_t, w->base, p, &a, e);
}

static double stored(const struct bill *b)
{
    return (double)(b->payload.packed_bits + b->map.packed_bits + b->grid.packed_bits);
}

/* Solves for `ask` bits and quantizes accordingly. */
static int attempt(struct quantized *out, struct workshop *w, const struct allocate_method *method,
                   const struct params *p, struct allocate_problem *q, double ask, struct err *e)
{
    double start = clock_s();
    gpt2_close(&out->variant);
    allocate_solution_release(&out->solution);
    q->budget = ask;
    int status = method->solve(&out->solution, q, p, e);
    out->solve_s += clock_s() - start;
    return status ? -1
                  : budget_apply(&out->variant, &out->bill, out->bills_t, w, p,
                                 out->solution.choice, e);
}

/* What whole bytes can cost: those of each option's codes and of the map, tensor by tensor. */
static double rounding_bits(const struct players *p)
{
    return 8.0 * (double)p->n_parts * (p->game.m + 1);
}

/*
 * Asks for more or fewer bits until what is stored fits. The best of what fitted is remembered by
 * what was asked for, and made again if it was not the last.
 */
static int meet_budget(struct quantized *out, struct workshop *w,
                       const struct allocate_method *method, const struct params *p,
                       struct allocate_problem *q, double budget, struct err *e)
{
    double ask = budget - rounding_bits(w->players), best_ask = 0, best = -1, last = 0;
    for (int i = 0; i < BUDGET_TRIES; i++) {
        if (attempt(out, w, method, p, q, ask, e)) {
            return -1;
        }
        double bits = stored(&out->bill), next = ask + 0.999 * (budget - bits);
        last = ask;
        if (bits <= budget && bits > best) {
            best = bits;
            best_ask = ask;
        }
        next = bits > budget ? fmin(next, ask - 1e-4 * budget) : next;
        if (bits <= budget &&
            (bits >= (1 - BUDGET_TOLERANCE) * budget || out->solution.total.bits < 0.9 * ask ||
             fabs(bits - out->solution.total.bits) < 1e-4 * budget)) {
            break; /* near enough, or the players' steps allow no more */
        }
        ask = next;
    }
    if (best < 0) {
        return err_set(e,
                       "%s cannot be stored in %g bits a weight with this method and these options",
                       w->base->path, budget / w->players->game.weights);
    }
    return best_ask == last ? 0 : attempt(out, w, method, p, q, best_ask, e);
}

/* A budget below what the cheapest options take is refused in the words that it was given in. */
static int check_budget(const struct workshop *w, double bits_per_weight, struct err *e)
{
    const struct game *g = &w->players->game;
    uint8_t *choice = mem_new(g->n, 1, e);
    if (!choice) {
        return -1;
    }
    game_cheapest(choice, g);
    double least = game_total(g, choice).bits / g->weights;
    free(choice);
    return least <= bits_per_weight
               ? 0
               : err_set(e,
                         "bits_per_weight: %g is too little for %s: the cheapest options take %.4f "
                         "stored bits a weight; give more, or cheaper options or larger units",
                         bits_per_weight, w->base->path, least);
}

int budget_quantize(struct quantized *out, struct workshop *w, const struct allocate_method *method,
                    const struct params *p, uint64_t seed, struct err *e)
{
    double start = clock_s();
    *out = (struct quantized){.solved = true,
                              .solution = allocate_solution_none(),
                              .budget = params_list(p, "bits_per_weight")->numbers[0],
                              .predicted_nats = (double)NAN};
    if (!(out->bills_t = mem_new((size_t)w->base->n_tensors, sizeof *out->bills_t, e)) ||
        workshop_players(w, p, e) || check_budget(w, out->budget, e)) {
        return -1;
    }
    out->solve_s = clock_s() - start;
    struct coalition_request coalition = {.workshop = w, .params = p};
    struct allocate_problem q = {.game = &w->players->game,
                                 .parts = w->players->parts,
                                 .n_parts = w->players->n_parts,
                                 .variance_i = w->players->variance_i,
                                 .seed = seed,
                                 .progress = w->calibration.progress,
                                 .loss = w->calibration.model ? coalition_loss : NULL,
                                 .context = &coalition};
    int status = meet_budget(out, w, method, p, &q, out->budget * w->players->game.weights, e);
    if (!status) {
        out->predicted_nats =
            players_predicted_nats(w->players, w->base, &out->variant, &w->calibration);
    }
    return status;
}
