#include "allocate/nash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/lagrangian.h"
#include "allocate/tariff.h"
#include "base/mem.h"

/* A first price is looked for within this factor of the plain optimum's. */
#define GUESS_WITHIN 1e6

/* Below the one bits cost nothing, above the other nothing else matters. */
static const double lambda_least = 0x1p-200, lambda_most = 0x1p200;

void nash_release(struct nash_result *r)
{
    free(r->potential);
    *r = (struct nash_result){0};
}

/* Goes through the proposals in index order and returns how many were still worth it. */
static size_t apply(struct game_state *s, const uint8_t *reply)
{
    const struct game *g = s->game;
    size_t moves = 0;
    for (size_t i = 0; i < g->n; i++) {
        if (reply[i] != s->choice[i]) {
            uint8_t to = game_reply(s, i);
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
    struct tariff tariff; /* of the last price, where congestion is charged for */
};

static bool better(const struct nash_result *a, const struct nash_result *b)
{
    if (a->settled != b->settled) {
        return a->settled;
    }
    return a->total.distortion < b->total.distortion ||
           (a->total.distortion == b->total.distortion && a->total.bits < b->total.bits);
}

/* Is there congestion, of players who are small? A few are soon through with their best replies. */
static bool crowded(const struct game *g)
{
    return g->congestion > 0 && g->n >= GAME_PARALLEL_FROM;
}

/* Where the game starts at a price. */
static void start(struct search *s, double lambda)
{
    if (crowded(s->g)) {
        if (s->tariff.lambda != lambda) {
            s->tariff.lambda = lambda;
            tariff_climb(&s->tariff, s->g, -1);
        }
        tariff_choose(s->choice, s->g, &s->tariff);
    } else {
        lagrangian_choose(s->choice, s->g, lambda);
    }
}

/* Plays at a price and keeps the result if it is the best so far. */
static int try_price(struct search *s, double lambda, struct err *e)
{
    start(s, lambda);
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

/* The two nearest prices that do not and do keep the budget, while known, and their bits. */
struct ends {
    double low, low_bits;   /* low < 0: none yet */
    double high, high_bits; /* infinite: none yet */
    double stride;          /* of ln λ, while one end is unknown */
};

/*
 * Where one end is unknown, strides that double, the first one by the law of Gaussian weights at
 * high rates: a bit a weight quarters the price. Between two ends, the line through bits against
 * ln λ, kept away from the ends; half-way every third time, for bits that jump.
 */
static double next_price(const struct search *s, struct ends *ends, double lambda)
{
    double target = s->budget * (1 - NASH_TOLERANCE / 2);
    if (ends->low >= 0 && isfinite(ends->high)) {
        double share = (ends->low_bits - target) / (ends->low_bits - ends->high_bits);
        share = s->prices % 3 == 0 ? 0.5 : fmin(fmax(share, 0.05), 0.95);
        return exp(log(ends->low) * (1 - share) + log(ends->high) * share);
    }
    if (ends->stride == 0) {
        double bits = fabs(s->now.total.bits - target);
        double law = s->g->weights > 0 ? 2 * log(2) * bits / s->g->weights : 0;
        ends->stride = fmin(fmax(1.5 * law, 1e-3), 10);
    }
    double factor = exp(ends->stride);
    ends->stride *= 2;
    if (isfinite(ends->high)) {
        return lambda / factor > lambda_least ? lambda / factor : 0;
    }
    return fmin(lambda * factor, lambda_most);
}

/* The price that small players would need; `lambda` where they would need none, or it is not known.
 */
static double guess_price(struct search *s, double lambda)
{
    const struct game *g = s->g;
    if (!crowded(g)) {
        return lambda;
    }
    struct tariff even = {.lambda = lambda}, top;
    for (int o = 0; o < g->m; o++) {
        even.charge_o[o] = (g->base + g->congestion / g->m) / g->weights;
    }
    top = even;
    tariff_climb(&top, g, s->budget * (1 - NASH_TOLERANCE / 2));
    if (top.lambda > lambda / GUESS_WITHIN && top.lambda < lambda * GUESS_WITHIN) {
        s->tariff = top;
        return top.lambda;
    }
    s->tariff = even;
    tariff_climb(&s->tariff, g, -1);
    return lambda;
}

static int search(struct search *s, double lambda, const struct progress *progress, struct err *e)
{
    struct ends ends = {.low = -1, .high = INFINITY};
    lambda = guess_price(s, lambda);
    for (;;) {
        if (try_price(s, lambda, e) || progress_tell(progress, s->prices, NASH_PRICES, e)) {
            return -1;
        }
        if (s->now.total.bits <= s->budget) {
            ends.high = lambda;
            ends.high_bits = s->now.total.bits;
        } else {
            ends.low = lambda;
            ends.low_bits = s->now.total.bits;
        }
        /* With bits to spare at no price at all, or too many at any, there is nothing to look for.
         */
        if (close_enough(s) || ends.high == 0 || ends.low == lambda_most || ends.low == 0 ||
            (ends.low > 0 && ends.high / ends.low < 1 + 1e-9) || s->prices >= NASH_PRICES) {
            return 0;
        }
        lambda = next_price(s, &ends, lambda);
    }
}

/* A price to begin with where the plain optimum has none: the mean distortion a bit, or 1. */
static double first_price(const struct game_result *plain)
{
    double mean = plain->total.distortion / plain->total.bits;
    return mean > 0 && isfinite(mean) ? mean : 1;
}

int nash_budget_from(uint8_t *choice, struct nash_result *out, const struct game *g,
                     const struct game_result *plain, double budget, size_t sweeps,
                     const struct progress *progress, struct err *e)
{
    int status = -1;
    struct search s = {
        .g = g, .budget = budget, .sweeps = sweeps ? sweeps : NASH_SWEEPS, .best_choice = choice};
    *out = (struct nash_result){0};
    if (!(s.choice = mem_new(g->n, 1, e)) || !(s.reply = mem_new(g->n, 1, e))) {
        goto out;
    }
    /* Without couplings the first price has the plain optimum, and no other price a better one. */
    if (!game_coupled(g)) {
        status = try_price(&s, plain->lambda, e);
    } else {
        status = search(&s, plain->lambda > 0 ? plain->lambda : first_price(plain), progress, e);
    }
    if (!status && !s.found) {
        status = err_set(e,
                         "no equilibrium was found within %.12g bits: the couplings outweigh any "
                         "price; make alignment or separation weaker, or the budget larger",
                         budget);
    }
    if (!status) {
        *out = s.best;
        out->prices = s.prices;
        out->left = budget - out->total.bits;
        out->optimum = plain->total.distortion;
        out->bound = plain->bound;
        s.best = (struct nash_result){0};
    }
out:
    nash_release(&s.now);
    nash_release(&s.best);
    free(s.choice);
    free(s.reply);
    return status;
}

int nash_budget(uint8_t *choice, struct nash_result *out, const struct game *g, double budget,
                size_t sweeps, struct err *e)
{
    struct game_result plain;
    *out = (struct nash_result){0};
    if (lagrangian_budget(choice, &plain, g, budget, e)) {
        return -1;
    }
    return nash_budget_from(choice, out, g, &plain, budget, sweeps, NULL, e);
}
