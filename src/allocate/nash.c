#include "allocate/nash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/lagrangian.h"
#include "base/mem.h"

void nash_release(struct nash_result *r)
{
    free(r->potential);
    *r = (struct nash_result){0};
}

/* Goes through the proposals in index order and returns how many were still worth it. */
static size_t apply(struct game_state *s, const uint8_t *reply)
{
    const struct game *g = s->game;
    struct game_row row;
    size_t moves = 0;
    for (size_t i = 0; i < g->n; i++) {
        if (reply[i] != s->choice[i]) {
            game_row(&row, s, i);
            uint8_t to = game_reply(&row, g->m, s->choice[i]);
            if (to != s->choice[i]) {
                game_state_move(s, i, to);
                moves++;
            }
        }
    }
    return moves;
}

static int note_potential(struct nash_result *r, double potential, struct err *e)
{
    if (mem_grow(&r->potential, &r->potential_capacity, r->sweeps + 1, sizeof *r->potential, e)) {
        return -1;
    }
    r->potential[r->sweeps] = potential;
    return 0;
}

/* Like nash_solve; `out` may hold a result before, whose memory is used again. */
static int play(uint8_t *choice, uint8_t *reply, struct nash_result *out, const struct game *g,
                double lambda, size_t sweeps, struct err *e)
{
    struct game_state s;
    game_state_init(&s, g, choice, lambda);
    out->lambda = lambda;
    out->sweeps = out->moves = 0;
    for (;;) {
        struct game_survey survey = game_survey(&s, reply);
        out->total = survey.total;
        out->largest_gain = survey.largest_gain;
        out->settled = survey.proposals == 0;
        if (note_potential(out, survey.potential, e)) {
            return -1;
        }
        if (out->settled || out->sweeps == sweeps) {
            return 0;
        }
        out->moves += apply(&s, reply);
        out->sweeps++;
    }
}

int nash_solve(uint8_t *choice, struct nash_result *out, const struct game *g, double lambda,
               size_t sweeps, struct err *e)
{
    *out = (struct nash_result){0};
    uint8_t *reply = mem_new(g->n, 1, e);
    if (!reply) {
        return -1;
    }
    int status = play(choice, reply, out, g, lambda, sweeps ? sweeps : NASH_SWEEPS, e);
    if (status) {
        nash_release(out);
    }
    free(reply);
    return status;
}

/* The search for a price. */
struct search {
    const struct game *g;
    double budget;
    size_t sweeps;
    uint8_t *choice, *reply; /* scratch */
    uint8_t *best_choice;
    struct nash_result now, best;
    bool found;
    size_t prices;
};

static bool better(const struct nash_result *a, const struct nash_result *b)
{
    if (a->settled != b->settled) {
        return a->settled;
    }
    return a->total.distortion < b->total.distortion ||
           (a->total.distortion == b->total.distortion && a->total.bits < b->total.bits);
}

/* Plays at a price and keeps the result if it is the best so far. */
static int try_price(struct search *s, double lambda, struct err *e)
{
    lagrangian_choose(s->choice, s->g, lambda);
    if (play(s->choice, s->reply, &s->now, s->g, lambda, s->sweeps, e)) {
        return -1;
    }
    s->prices++;
    if (s->now.total.bits <= s->budget && (!s->found || better(&s->now, &s->best))) {
        struct nash_result kept = s->best;
        s->best = s->now;
        s->now = kept;
        memcpy(s->best_choice, s->choice, s->g->n);
        /* The totals of the price just tried are still asked for. */
        s->now.total = s->best.total;
        s->now.settled = s->best.settled;
        s->found = true;
    }
    return 0;
}

static bool close_enough(const struct search *s)
{
    double left = s->budget - s->now.total.bits;
    return s->now.settled && left >= 0 && left <= NASH_TOLERANCE * s->budget;
}

/*
 * Doubles or halves the price, by ever larger factors, until one end keeps the budget and the other
 * does not. At the highest price bits alone matter, and the budget was checked against the fewest.
 */
static int bracket(struct search *s, double *low, double *high, double lambda, struct err *e)
{
    *low = 0;
    *high = INFINITY;
    for (double factor = 1.0625; *low == 0 || isinf(*high); factor *= factor) {
        if (try_price(s, lambda, e)) {
            return -1;
        }
        if (s->now.total.bits <= s->budget) {
            *high = lambda;
        } else {
            *low = lambda;
        }
        if (close_enough(s) || lambda == 0 || lambda > 0x1p300) {
            return 0;
        }
        if (*low == 0) {
            lambda = lambda / factor > 0x1p-300 ? lambda / factor : 0;
        } else if (isinf(*high)) {
            lambda *= factor;
        }
    }
    return 0;
}

static int search(struct search *s, double lambda, struct err *e)
{
    double low, high;
    if (bracket(s, &low, &high, lambda, e)) {
        return -1;
    }
    while (!close_enough(s) && low > 0 && high / low > 1 + 1e-9 && s->prices < NASH_PRICES) {
        lambda = sqrt(low) * sqrt(high);
        if (try_price(s, lambda, e)) {
            return -1;
        }
        if (s->now.total.bits <= s->budget) {
            high = lambda;
        } else {
            low = lambda;
        }
    }
    return 0;
}

/* A price to begin with where the plain optimum has none: the mean distortion a bit, or 1. */
static double first_price(const struct game_result *plain)
{
    double mean = plain->total.distortion / plain->total.bits;
    return mean > 0 && isfinite(mean) ? mean : 1;
}

int nash_budget(uint8_t *choice, struct nash_result *out, const struct game *g, double budget,
                size_t sweeps, struct err *e)
{
    int status = -1;
    struct game_result plain;
    struct search s = {
        .g = g, .budget = budget, .sweeps = sweeps ? sweeps : NASH_SWEEPS, .best_choice = choice};
    *out = (struct nash_result){0};
    if (!(s.choice = mem_new(g->n, 1, e)) || !(s.reply = mem_new(g->n, 1, e)) ||
        lagrangian_budget(s.choice, &plain, g, budget, e)) {
        goto out;
    }
    status = try_price(&s, plain.lambda, e);
    if (!status && game_coupled(g) && !close_enough(&s)) {
        double lambda = plain.lambda > 0 ? plain.lambda : first_price(&plain);
        status = search(&s, lambda, e);
    }
    if (!status && !s.found) {
        status = err_set(e,
                         "no equilibrium was found within %.17g bits: the couplings outweigh any "
                         "price; make alignment or congestion weaker, or the budget larger",
                         budget);
    }
    if (!status) {
        *out = s.best;
        out->prices = s.prices;
        out->left = budget - out->total.bits;
        out->optimum = plain.total.distortion;
        out->bound = plain.bound;
        s.best = (struct nash_result){0};
    }
out:
    nash_release(&s.now);
    nash_release(&s.best);
    free(s.choice);
    free(s.reply);
    return status;
}
