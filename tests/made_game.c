#include "made_game.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

static void *new (size_t count, size_t size)
{
    struct err e;
    void *p = mem_new(count, size, &e);
    if (!p) {
        abort();
    }
    return p;
}

static void made_bits(struct made_game *made, struct rng *r, uint64_t form)
{
    struct game *g = &made->game;
    size_t m = (size_t)g->m;
    g->size = 1 + (uint32_t)rng_below(r, 64);
    for (size_t o = 0; o < m; o++) {
        g->rate_o[o] = (double)o + (double)rng_below(r, 2);
        g->side_o[o] = rng_below(r, 2) ? 16 : 0;
    }
    if (form == 1) {
        g->size_i = made->size;
        for (size_t i = 0; i < g->n; i++) {
            made->size[i] = 1 + (uint32_t)rng_below(r, 100);
        }
    } else if (form >= 2) {
        g->bits_io = made->bits;
        for (size_t k = 0; k < g->n * m; k++) {
            double bits = 40.0 * (double)(k % m) + (double)rng_below(r, 60);
            made->bits[k] = game_round_bits(form == 2 ? bits : bits + rng_uniform(r));
        }
    }
}

static void made_distortions(struct made_game *made, struct rng *r, uint64_t form)
{
    const struct game *g = &made->game;
    for (size_t i = 0; i < g->n; i++) {
        double scale = exp(4 * rng_uniform(r)), at = scale;
        for (int o = 0; o < g->m; o++) {
            float *d = &made->distortion[i * (size_t)g->m + (size_t)o];
            if (form == 0) {
                *d = (float)(scale * pow(4, -o));
            } else if (form == 1) {
                *d = (float)at;
                at *= rng_uniform(r);
            } else {
                *d = (float)rng_below(r, 6);
            }
        }
    }
}

static void made_edges(struct made_game *made, struct rng *r)
{
    struct graph *graph = &made->graph;
    size_t n = graph->n;
    graph->begin = new (n + 1, sizeof *graph->begin);
    graph->neighbour = new (n * n, sizeof *graph->neighbour);
    graph->weight = new (n * n, sizeof *graph->weight);
    float *w = new (n * n, sizeof *w);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            float weight = rng_below(r, 3) ? 0 : (float)(1 + rng_below(r, 8)) / 4;
            w[i * n + j] = w[j * n + i] = weight;
        }
    }
    uint32_t end = 0;
    for (size_t i = 0; i < n; i++) {
        graph->begin[i] = end;
        for (size_t j = 0; j < n; j++) {
            if (w[i * n + j] > 0) {
                graph->neighbour[end] = (uint32_t)j;
                graph->weight[end++] = w[i * n + j];
            }
        }
    }
    graph->begin[n] = end;
    free(w);
}

void made_game(struct made_game *made, size_t n, int options, uint64_t seed,
               enum made_coupling coupling)
{
    struct rng r = rng_stream(seed, 0, RNG_TEST);
    struct err e;
    *made = (struct made_game){.game = {.n = n, .m = options}, .graph = {.n = n}};
    made->distortion = new (n * (size_t)options, sizeof *made->distortion);
    made->bits = new (n * (size_t)options, sizeof *made->bits);
    made->size = new (n, sizeof *made->size);
    made->game.distortion_io = made->distortion;
    made_bits(made, &r, seed % 4);
    made_distortions(made, &r, seed / 4 % 3);
    if (coupling == MADE_COUPLED) {
        uint64_t kind = rng_below(&r, 3);
        if (kind != 0) {
            made->game.base = 4 * rng_uniform(&r);
            made->game.congestion = 40 * rng_uniform(&r);
            made->game.load = rng_below(&r, 2) ? GAME_LOAD_BITS : GAME_LOAD_WEIGHTS;
        }
        if (kind != 1) {
            made_edges(made, &r);
            made->game.graph = &made->graph;
            made->game.alignment = 4 * rng_uniform(&r);
        }
    }
    if (game_check(&made->game, &e)) {
        abort();
    }
}

void made_game_release(struct made_game *made)
{
    free(made->distortion);
    free(made->bits);
    free(made->size);
    graph_release(&made->graph);
}

double made_budget(const struct game *g, uint64_t seed)
{
    struct rng r = rng_stream(seed, 1, RNG_TEST);
    double least = 0, most = 0;
    for (size_t i = 0; i < g->n; i++) {
        double low = INFINITY, high = 0;
        for (int o = 0; o < g->m; o++) {
            low = fmin(low, game_bits(g, i, o));
            high = fmax(high, game_bits(g, i, o));
        }
        least += low;
        most += high;
    }
    return floor(least + rng_uniform(&r) * 1.1 * (most - least));
}

static double naive_share(const struct game *g, size_t i, int o)
{
    double all = 0;
    for (size_t j = 0; j < g->n; j++) {
        all += g->size_i ? g->size_i[j] : g->size;
    }
    return (g->load == GAME_LOAD_BITS ? game_bits(g, i, o)
            : g->size_i               ? g->size_i[i]
                                      : g->size) /
           all;
}

double naive_cost(const struct game *g, const uint8_t *choice, double lambda, size_t i, int o)
{
    double load = naive_share(g, i, o), cost = game_distortion(g, i, o);
    for (size_t j = 0; j < g->n; j++) {
        if (j != i && choice[j] == o) {
            load += naive_share(g, j, o);
        }
    }
    cost += lambda * game_bits(g, i, o);
    cost += naive_share(g, i, o) * (g->base + g->congestion * load);
    for (size_t k = g->graph ? g->graph->begin[i] : 0; g->graph && k < g->graph->begin[i + 1];
         k++) {
        if (choice[g->graph->neighbour[k]] != o) {
            cost += g->alignment * (g->graph->weight ? g->graph->weight[k] : 1);
        }
    }
    return cost;
}

double naive_potential(const struct game *g, const uint8_t *choice, double lambda)
{
    double all = 0, load[OPTIONS_MAX] = {0}, squares[OPTIONS_MAX] = {0};
    for (size_t i = 0; i < g->n; i++) {
        int o = choice[i];
        double p = naive_share(g, i, o);
        all += game_distortion(g, i, o) + lambda * game_bits(g, i, o);
        load[o] += p;
        squares[o] += p * p;
        for (size_t k = g->graph ? g->graph->begin[i] : 0; g->graph && k < g->graph->begin[i + 1];
             k++) {
            size_t j = g->graph->neighbour[k];
            if (j > i && choice[j] != o) {
                all += g->alignment * (g->graph->weight ? g->graph->weight[k] : 1);
            }
        }
    }
    for (int o = 0; o < g->m; o++) {
        all += g->base * load[o] + g->congestion / 2 * (load[o] * load[o] + squares[o]);
    }
    return all;
}

double naive_gain(const struct game *g, const uint8_t *choice, double lambda, double *scale)
{
    double gain = 0;
    *scale = 0;
    for (size_t i = 0; i < g->n; i++) {
        double present = naive_cost(g, choice, lambda, i, choice[i]);
        for (int o = 0; o < g->m; o++) {
            gain = fmax(gain, present - naive_cost(g, choice, lambda, i, o));
        }
        *scale = fmax(*scale, fabs(present));
    }
    return gain;
}

double brute_force(const struct game *g, double budget)
{
    uint8_t *choice = new (g->n, 1);
    double best = INFINITY;
    for (size_t i = 0; i < g->n;) {
        double bits = 0, distortion = 0;
        for (i = 0; i < g->n; i++) {
            bits += game_bits(g, i, choice[i]);
            distortion += game_distortion(g, i, choice[i]);
        }
        if (bits <= budget && distortion < best) {
            best = distortion;
        }
        for (i = 0; i < g->n && ++choice[i] == g->m; i++) {
            choice[i] = 0;
        }
    }
    free(choice);
    return best;
}
