/*
 * survey: what each player would do, and what that says of the whole (declared in game.h).
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "allocate/game.h"
#include "base/parallel.h"

/* What player i brings to the load of a tier in which it takes `bits`, in weights or in bits. */
static inline double load_of(const struct game *g, size_t i, double bits)
{
    if (g->load == GAME_LOAD_BITS) {
        return bits;
    }
    return g->size_i ? g->size_i[i] : g->size;
}

static bool separated(const struct game *g)
{
    return g->base != 0 || g->congestion != 0;
}

void game_state_init(struct game_state *s, const struct game *g, uint8_t *choice, double lambda)
{
    double load[GAME_PARTS][OPTIONS_MAX] = {{0}};
    *s = (struct game_state){.game = g, .choice = choice, .lambda = lambda};
    if (!separated(g)) {
        return;
    }
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t part = 0; part < GAME_PARTS; part++) {
        for (size_t i = game_part_begin(part, g->n), end = game_part_begin(part + 1, g->n); i < end;
             i++) {
            load[part][choice[i]] += load_of(g, i, game_bits(g, i, choice[i]));
        }
    }
    for (size_t part = 0; part < GAME_PARTS; part++) {
        for (int o = 0; o < g->m; o++) {
            s->load[o] += load[part][o];
        }
    }
}

void game_state_move(struct game_state *s, size_t i, uint8_t to)
{
    const struct game *g = s->game;
    if (separated(g)) {
        s->load[s->choice[i]] -= load_of(g, i, game_bits(g, i, s->choice[i]));
        s->load[to] += load_of(g, i, game_bits(g, i, to));
    }
    s->choice[i] = to;
}

/* p·(a + c·L), the own load counted in L whether the player is there already or would come. */
static void add_separation(struct game_row *row, const struct game_state *s, size_t i)
{
    const struct game *g = s->game;
    for (int o = 0; o < g->m; o++) {
        double own = load_of(g, i, row->bits[o]);
        double load = o == s->choice[i] ? s->load[o] : s->load[o] + own;
        double share = own / g->weights;
        row->cost[o] += share * (g->base + g->congestion * (load / g->weights));
        row->coupling += share * (fabs(g->base) + fabs(g->congestion) * (load / g->weights));
    }
}

static void add_alignment(struct game_row *row, const struct game_state *s, size_t i)
{
    const struct game *g = s->game;
    const struct graph *graph = g->graph;
    double agree[OPTIONS_MAX] = {0}, all = 0, magnitude = 0;
    size_t begin = graph->begin[i], end = graph->begin[i + 1];
    for (size_t k = begin; k < end; k++) {
        double weight = graph->weight ? graph->weight[k] : 1;
        agree[s->choice[graph->neighbour[k]]] += weight;
        all += weight;
        magnitude += fabs(weight);
    }
    for (int o = 0; o < g->m; o++) {
        row->cost[o] += g->alignment * (all - agree[o]);
    }
    row->aligned = g->alignment * (all - agree[s->choice[i]]);
    row->coupling += fabs(g->alignment) * magnitude * (double)(1 + end - begin);
}

void game_row(struct game_row *row, const struct game_state *s, size_t i)
{
    const struct game *g = s->game;
    game_plain_costs(row->cost, row->bits, g, i, s->lambda);
    row->aligned = row->coupling = 0;
    if (separated(g)) {
        add_separation(row, s, i);
    }
    if (g->graph && g->alignment != 0) {
        add_alignment(row, s, i);
    }
}

/*
 * Without couplings the costs of a player never change, so that the least one as computed is final
 * and any difference counts. With them, a gain within rounding could be taken back and forth
 * forever.
 */
static double rounding(const struct game_row *row, double present, double best)
{
    if (row->coupling == 0) {
        return 0;
    }
    return 8 * DBL_EPSILON * (fabs(present) + fabs(best) + row->coupling);
}

static uint8_t reply_of(const struct game_row *row, int m, uint8_t present, double *gain)
{
    int best = game_best(row->cost, row->bits, m);
    *gain = row->cost[present] - row->cost[best];
    bool moves = *gain == 0 || *gain > rounding(row, row->cost[present], row->cost[best]);
    return moves ? (uint8_t)best : present;
}

uint8_t game_reply(const struct game_row *row, int m, uint8_t present)
{
    double gain;
    return reply_of(row, m, present, &gain);
}

/* What one part of the players adds to the survey. */
struct part {
    double distortion, bits, aligned, squares, gain;
    size_t proposals;
};

static struct part survey_part(const struct game_state *s, uint8_t *reply, size_t begin, size_t end)
{
    const struct game *g = s->game;
    struct part sum = {0};
    struct game_row row;
    for (size_t i = begin; i < end; i++) {
        uint8_t present = s->choice[i];
        double gain;
        game_row(&row, s, i);
        uint8_t to = reply_of(&row, g->m, present, &gain);
        sum.proposals += to != present;
        if (reply) {
            reply[i] = to;
        }
        sum.gain = gain > sum.gain ? gain : sum.gain;
        sum.distortion += game_distortion(g, i, present);
        sum.bits += row.bits[present];
        sum.aligned += row.aligned;
        if (g->congestion != 0) {
            double share = load_of(g, i, row.bits[present]) / g->weights;
            sum.squares += share * share;
        }
    }
    return sum;
}

struct game_survey game_survey(const struct game_state *s, uint8_t *reply)
{
    const struct game *g = s->game;
    struct part part[GAME_PARTS], all = {0};
#pragma omp parallel for schedule(dynamic) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t k = 0; k < GAME_PARTS; k++) {
        part[k] = survey_part(s, reply, game_part_begin(k, g->n), game_part_begin(k + 1, g->n));
    }
    for (size_t k = 0; k < GAME_PARTS; k++) {
        all.distortion += part[k].distortion;
        all.bits += part[k].bits;
        all.aligned += part[k].aligned;
        all.squares += part[k].squares;
        all.gain = part[k].gain > all.gain ? part[k].gain : all.gain;
        all.proposals += part[k].proposals;
    }
    struct game_survey out = {
        .total = {all.distortion, all.bits}, .largest_gain = all.gain, .proposals = all.proposals};
    /* Each edge was met at both its ends. */
    out.potential = all.distortion + s->lambda * all.bits + all.aligned / 2;
    if (separated(g)) {
        out.potential += g->congestion / 2 * all.squares;
        for (int o = 0; o < g->m; o++) {
            double load = s->load[o] / g->weights;
            out.potential += g->base * load + g->congestion / 2 * load * load;
        }
    }
    return out;
}
