#include "allocate/game.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"

enum { TABULATE_RUNS = 1024 };

static const double bits_max = 0x1p36; /* in all: multiples of 2^-16 below it fit 52 bits */

void game_release(struct game *g)
{
    if (g->distortion_io == g->owned) {
        g->distortion_io = NULL;
    }
    free(g->owned);
    g->owned = NULL;
}

int game_tabulate(struct game *g,
                  int (*fill)(void *context, float *out_io, size_t begin, size_t end,
                              struct err *e),
                  void *context, struct err *e)
{
    size_t m = (size_t)g->m, count, runs = g->n < TABULATE_RUNS ? g->n : TABULATE_RUNS;
    if (g->m < 1 || g->m > OPTIONS_MAX || __builtin_mul_overflow(g->n, m, &count)) {
        return err_set(e, "a table of %zu players with %d options each cannot be made", g->n, g->m);
    }
    float *table = mem_floats(count, e);
    if (!table) {
        return -1;
    }
    size_t failed = runs;
#pragma omp parallel for schedule(dynamic)
    for (size_t run = 0; run < runs; run++) {
        struct err mine;
        size_t begin = (g->n / runs) * run + (g->n % runs) * run / runs;
        size_t end = (g->n / runs) * (run + 1) + (g->n % runs) * (run + 1) / runs, seen;
#pragma omp atomic read
        seen = failed;
        if (run < seen && fill(context, table + begin * m, begin, end, &mine)) {
#pragma omp critical(game_tabulate_error)
            if (run < failed) {
#pragma omp atomic write
                failed = run;
                *e = mine;
            }
        }
    }
    if (failed < runs) {
        free(table);
        return -1;
    }
    game_release(g);
    g->distortion_io = g->owned = table;
    return 0;
}

bool game_coupled(const struct game *g)
{
    return g->base != 0 || g->congestion != 0 || (g->graph && g->alignment != 0);
}

float game_round_bits(double bits)
{
    return (float)(rint(bits / GAME_BIT_UNIT) * GAME_BIT_UNIT);
}

static bool sound_bits(double bits)
{
    return bits >= 0 && bits <= bits_max && floor(bits / GAME_BIT_UNIT) == bits / GAME_BIT_UNIT;
}

/* The first option that no solver could work with, or m; *most gets the dearest one's bits. */
static int first_unsound(const struct game *g, size_t i, double *most)
{
    *most = 0;
    for (int o = 0; o < g->m; o++) {
        double bits = game_bits(g, i, o);
        if (!isfinite(game_distortion(g, i, o)) || !sound_bits(bits)) {
            return o;
        }
        *most = bits > *most ? bits : *most;
    }
    return g->m;
}

static int check_players(const struct game *g, struct err *e)
{
    double part_bits[GAME_PARTS] = {0};
    size_t first = g->n;
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        double most, sum = 0;
        for (size_t i = game_part_begin(part, g->n), end = game_part_begin(part + 1, g->n); i < end;
             i++) {
            if (first_unsound(g, i, &most) < g->m) {
#pragma omp critical(game_first_unsound)
                first = i < first ? i : first;
                break;
            }
            sum += most;
        }
        part_bits[part] = sum;
    }
    if (first < g->n) {
        double most;
        int o = first_unsound(g, first, &most);
        return err_set(e,
                       "player %zu, option %d: distortion %g and %.17g bits; the one must be "
                       "finite, the other a multiple of 2^-16 from 0 to 2^36",
                       first, o, (double)game_distortion(g, first, o), game_bits(g, first, o));
    }
    if (sum_ordered(part_bits, GAME_PARTS) > bits_max) {
        return err_set(e, "the dearest options take more than 2^36 bits together; split the game");
    }
    return 0;
}

int game_check(struct game *g, struct err *e)
{
    if (g->n < 1 || g->n > UINT32_MAX || g->m < 1 || g->m > OPTIONS_MAX) {
        return err_set(e, "a game has 1 to %u players and 1 to %d options, not %zu and %d",
                       UINT32_MAX, OPTIONS_MAX, g->n, g->m);
    }
    if (!g->distortion_io) {
        return err_set(e, "the game has no table of distortions");
    }
    if (!isfinite(g->base) || !isfinite(g->congestion) || !isfinite(g->alignment)) {
        return err_set(e, "separation %g and %g and alignment %g must be finite", g->base,
                       g->congestion, g->alignment);
    }
    if (check_players(g, e) || (g->graph && graph_check(g->graph, g->n, e))) {
        return -1;
    }
    g->weights = (double)g->size * (double)g->n;
    if (g->size_i) {
        g->weights = 0;
        for (size_t i = 0; i < g->n; i++) {
            g->weights += g->size_i[i];
        }
    }
    if (!(g->weights > 0) && (g->base != 0 || g->congestion != 0)) {
        return err_set(e, "players without weights cannot be kept apart; give their sizes");
    }
    return 0;
}

int game_check_budget(const struct game *g, double budget, struct err *e)
{
    double part_bits[GAME_PARTS];
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        double sum = 0;
        for (size_t i = game_part_begin(part, g->n), end = game_part_begin(part + 1, g->n); i < end;
             i++) {
            double least = game_bits(g, i, 0);
            for (int o = 1; o < g->m; o++) {
                double bits = game_bits(g, i, o);
                least = bits < least ? bits : least;
            }
            sum += least;
        }
        part_bits[part] = sum;
    }
    double least = sum_ordered(part_bits, GAME_PARTS);
    if (!(budget >= least)) {
        return err_set(e, "a budget of %.12g bits is too small: the cheapest options take %.12g",
                       budget, least);
    }
    return 0;
}

void game_cheapest(uint8_t *choice, const struct game *g)
{
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t i = 0; i < g->n; i++) {
        int best = 0;
        for (int o = 1; o < g->m; o++) {
            double less = game_bits(g, i, best) - game_bits(g, i, o);
            if (less > 0 || (less == 0 && game_distortion(g, i, o) < game_distortion(g, i, best))) {
                best = o;
            }
        }
        choice[i] = (uint8_t)best;
    }
}

struct game_totals game_total(const struct game *g, const uint8_t *choice)
{
    double distortion[GAME_PARTS], bits[GAME_PARTS];
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        double d = 0, b = 0;
        for (size_t i = game_part_begin(part, g->n), end = game_part_begin(part + 1, g->n); i < end;
             i++) {
            d += game_distortion(g, i, choice[i]);
            b += game_bits(g, i, choice[i]);
        }
        distortion[part] = d;
        bits[part] = b;
    }
    return (struct game_totals){sum_ordered(distortion, GAME_PARTS), sum_ordered(bits, GAME_PARTS)};
}
