#include "allocate/lagrangian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

/*
 * A price at which bits alone matter: distortions are 32-bit floats, below 2^128, and two options
 * differ by 2^-16 bit at least.
 */
static const double lambda_top = 0x1p200;

static inline uint8_t choose(const struct game *g, size_t i, double lambda)
{
    double cost[OPTIONS_MAX], bits[OPTIONS_MAX];
    game_plain_costs(cost, bits, g, i, lambda);
    return (uint8_t)game_best(cost, bits, g->m);
}

void lagrangian_choose(uint8_t *choice, const struct game *g, double lambda)
{
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t i = 0; i < g->n; i++) {
        choice[i] = choose(g, i, lambda);
    }
}

double lagrangian_bound(const struct game *g, double lambda, double budget)
{
    double sum[GAME_PARTS];
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        double cost[OPTIONS_MAX], bits[OPTIONS_MAX], all = 0;
        for (size_t i = game_part_begin(part, g->n), end = game_part_begin(part + 1, g->n); i < end;
             i++) {
            game_plain_costs(cost, bits, g, i, lambda);
            all += cost[game_best(cost, bits, g->m)];
        }
        sum[part] = all;
    }
    return sum_ordered(sum, GAME_PARTS) - lambda * budget;
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

/* Chooses for all who waver; returns the bits of everybody. */
static double bits_at(struct search *s, double lambda)
{
    double sum[GAME_PARTS];
#pragma omp parallel for schedule(static) if (s->n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        double bits = 0;
        for (size_t k = game_part_begin(part, s->n), end = game_part_begin(part + 1, s->n); k < end;
             k++) {
            s->at_middle[k] = choose(s->g, s->wavering[k], lambda);
            bits += game_bits(s->g, s->wavering[k], s->at_middle[k]);
        }
        sum[part] = bits;
    }
    return s->settled + sum_ordered(sum, GAME_PARTS);
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

static void bisect(struct search *s, double budget)
{
    for (;;) {
        double middle = between(s->low, s->high);
        if (middle == s->low || s->n == 0) {
            return;
        }
        if (bits_at(s, middle) <= budget) {
            s->high = middle;
            narrow(s, s->at_high);
        } else {
            s->low = middle;
            narrow(s, s->at_low);
        }
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
