#include "allocate/lagrangian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/block.h"
#include "base/mem.h"
#include "base/parallel.h"

/*
 * A price at which bits alone matter: distortions are 32-bit floats, below 2^128, and two options
 * differ by 2^-16 bit at least.
 */
static const double lambda_top = 0x1p200;

/* What a run of players takes at a price: its bits and its costs. */
struct taken {
    double bits, cost;
};

/*
 * Players begin … end − 1 of a list, or of all when it is NULL; to[k] (may be NULL) gets the option
 * of the k-th of the list.
 */
SIMD_CLONES static struct taken take(uint8_t *to, const struct game *g, const uint32_t *listed,
                                     size_t begin, size_t end, double lambda)
{
    struct block b;
    struct taken sum = {0, 0};
    uint32_t player[SIMD_LANES];
    for (size_t at = begin; at < end; at += SIMD_LANES) {
        block_players(player, listed, at, end);
        block_costs(&b, g, player, lambda, SIMD_LANES);
        block_best(&b, g->m, SIMD_LANES);
        for (size_t k = 0; k < SIMD_LANES && at + k < end; k++) {
            if (to) {
                to[at + k] = (uint8_t)b.best[k];
            }
            sum.bits += b.best_bits[k];
            sum.cost += b.best_cost[k];
        }
    }
    return sum;
}

static struct taken take_all(uint8_t *to, const struct game *g, const uint32_t *listed, size_t n,
                             double lambda)
{
    double bits[GAME_PARTS], cost[GAME_PARTS];
#pragma omp parallel for schedule(dynamic) if (n >= GAME_PARALLEL_FROM)
    for (size_t k = 0; k < GAME_PARTS; k++) {
        struct taken part =
            take(to, g, listed, game_part_begin(k, n), game_part_begin(k + 1, n), lambda);
        bits[k] = part.bits;
        cost[k] = part.cost;
    }
    return (struct taken){sum_ordered(bits, GAME_PARTS), sum_ordered(cost, GAME_PARTS)};
}

void lagrangian_choose(uint8_t *choice, const struct game *g, double lambda)
{
    take_all(choice, g, NULL, g->n, lambda);
}

double lagrangian_bound(const struct game *g, double lambda, double budget)
{
    return take_all(NULL, g, NULL, g->n, lambda).cost - lambda * budget;
}

/*
 * The price lies in (low, high]: bits at `low` exceed the budget, those at `high` do not. A player
 * who chooses the same at both ends does so in between, and is settled.
 */
struct search {
    const struct game *g;
    double low, high, settled; /* settled: bits of those who no longer waver */
    uint32_t *wavering;        /* players, ascending */
    size_t n;                  /* of them */
    uint8_t *at_low, *at_high; /* [g->n] */
    uint8_t *at_middle;        /* [n], in the order of `wavering` */
};

/* Half-way between two positive doubles in the order of all doubles; low if there is none. */
static double between(double low, double high)
{
    uint64_t a, b;
    memcpy(&a, &low, sizeof a);
    memcpy(&b, &high, sizeof b);
    a += (b - a) / 2;
    memcpy(&low, &a, sizeof low);
    return low;
}

/* Moves one end to the middle and settles those who now choose the same at both. */
static void narrow(struct search *s, uint8_t *end)
{
    size_t kept = 0;
    for (size_t k = 0; k < s->n; k++) {
        uint32_t i = s->wavering[k];
        end[i] = s->at_middle[k];
        if (s->at_low[i] == s->at_high[i]) {
            s->settled += game_bits(s->g, i, s->at_high[i]);
        } else {
            s->wavering[kept++] = i;
        }
    }
    s->n = kept;
}

static void test(struct search *s, double middle, double budget)
{
    double bits = take_all(s->at_middle, s->g, s->wavering, s->n, middle).bits;
    if (s->settled + bits <= budget) {
        s->high = middle;
        narrow(s, s->at_high);
    } else {
        s->low = middle;
        narrow(s, s->at_low);
    }
}

/* From the mean slope between the dearest and the cheapest choice, by factors that are squared. */
static void gallop(struct search *s, double budget)
{
    struct game_totals dear = game_total(s->g, s->at_low), cheap = game_total(s->g, s->at_high);
    double guess = (cheap.distortion - dear.distortion) / (dear.bits - cheap.bits);
    for (double factor = 16; s->low < guess && guess < s->high; factor *= factor) {
        test(s, guess, budget);
        guess = s->high == guess ? guess / factor : guess * factor;
        if (s->low > 0 && s->high < lambda_top) {
            return;
        }
    }
}

static void bisect(struct search *s, double budget)
{
    double middle;
    while (s->n > 0 && (middle = between(s->low, s->high)) > s->low) {
        test(s, middle, budget);
    }
}

/* The lowest price that keeps the budget; `choice` is scratch. */
static int find_price(double *lambda, uint8_t *choice, const struct game *g, double budget,
                      struct err *e)
{
    int status = -1;
    struct search s = {.g = g, .low = 0, .high = lambda_top, .n = g->n, .at_high = choice};
    if (!(s.at_low = mem_new(g->n, 1, e)) || !(s.at_middle = mem_new(g->n, 1, e)) ||
        !(s.wavering = mem_new(g->n, sizeof *s.wavering, e))) {
        goto out;
    }
    lagrangian_choose(s.at_low, g, s.low);
    lagrangian_choose(s.at_high, g, s.high);
    for (size_t i = 0; i < g->n; i++) {
        s.wavering[i] = (uint32_t)i;
    }
    gallop(&s, budget);
    bisect(&s, budget);
    *lambda = s.high;
    status = 0;
out:
    free(s.at_low);
    free(s.at_middle);
    free(s.wavering);
    return status;
}

int lagrangian_budget(uint8_t *choice, struct game_result *out, const struct game *g, double budget,
                      struct err *e)
{
    *out = (struct game_result){0};
    if (game_check_budget(g, budget, e)) {
        return -1;
    }
    lagrangian_choose(choice, g, 0);
    out->total = game_total(g, choice);
    if (out->total.bits > budget) {
        if (find_price(&out->lambda, choice, g, budget, e)) {
            return -1;
        }
        lagrangian_choose(choice, g, out->lambda);
        out->total = game_total(g, choice);
    }
    /* Choices at nearly equal costs may jump by rounding next to the price; go past the jumps. */
    for (double step = out->lambda * 0x1p-52; out->total.bits > budget; step *= 2) {
        out->lambda += step;
        lagrangian_choose(choice, g, out->lambda);
        out->total = game_total(g, choice);
    }
    out->bound = lagrangian_bound(g, out->lambda, budget);
    out->exact = out->lambda == 0 || out->total.bits == budget;
    return 0;
}
