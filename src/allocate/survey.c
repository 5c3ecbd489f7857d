/*
 * survey: what each player would do, and what that says of the whole (declared in game.h).
 */
#include <float.h>
#include <math.h>

#include "allocate/block.h"
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

/* What the couplings add to a block, and how exact it is. */
struct coupled {
    double aligned[SIMD_LANES]; /* alignment charge of the present option */
    double scale[SIMD_LANES];   /* of the rounding errors of coupled costs; 0 without couplings */
};

/* p·(a + c·L), the own load counted in L whether the player is there already or would come. */
BLOCK_INLINE void add_separation(struct block *b, struct coupled *coupled,
                                 const struct game_state *s, const int64_t *present, int lanes)
{
    const struct game *g = s->game;
    double base = g->base / g->weights, congestion = g->congestion / g->weights / g->weights;
    for (int o = 0; o < g->m; o++) {
        const double *own = g->load == GAME_LOAD_BITS ? b->bits[o] : b->size;
        for (int k = 0; k < lanes; k++) {
            double load = s->load[o] + (present[k] == o ? 0 : own[k]);
            b->cost[o][k] += own[k] * (base + congestion * load);
            coupled->scale[k] += own[k] * (fabs(base) + fabs(congestion) * load);
        }
    }
}

BLOCK_INLINE void add_alignment(struct block *b, struct coupled *coupled,
                                const struct game_state *s, const uint32_t *player,
                                const int64_t *present, int lanes)
{
    const struct graph *graph = s->game->graph;
    double strength = s->game->alignment, agree[OPTIONS_MAX][SIMD_LANES], all[SIMD_LANES];
    for (int o = 0; o < s->game->m; o++) {
        for (int k = 0; k < lanes; k++) {
            agree[o][k] = 0;
        }
    }
    for (int k = 0; k < lanes; k++) {
        uint32_t begin = graph->begin[player[k]], end = graph->begin[player[k] + 1];
        double sum = 0, magnitude = 0;
        for (uint32_t j = begin; j < end; j++) {
            double weight = graph->weight ? graph->weight[j] : 1;
            agree[s->choice[graph->neighbour[j]]][k] += weight;
            sum += weight;
            magnitude += fabs(weight);
        }
        all[k] = sum;
        coupled->aligned[k] = strength * (sum - agree[present[k]][k]);
        coupled->scale[k] += fabs(strength) * magnitude * (1 + end - begin);
    }
    for (int o = 0; o < s->game->m; o++) {
        for (int k = 0; k < lanes; k++) {
            b->cost[o][k] += strength * (all[k] - agree[o][k]);
        }
    }
}

BLOCK_INLINE void costs(struct block *b, struct coupled *coupled, const struct game_state *s,
                        const uint32_t *player, const int64_t *present, int lanes)
{
    const struct game *g = s->game;
    block_costs(b, g, player, s->lambda, lanes);
    for (int k = 0; k < lanes; k++) {
        coupled->aligned[k] = coupled->scale[k] = 0;
    }
    if (separated(g)) {
        add_separation(b, coupled, s, present, lanes);
    }
    if (g->graph && g->alignment != 0) {
        add_alignment(b, coupled, s, player, present, lanes);
    }
    block_best(b, g->m, lanes);
}

/*
 * Does the player in a lane move? Without couplings its costs never change, so that the least one
 * as computed is final and any difference counts. With them, a gain within rounding could be taken
 * back and forth forever.
 */
BLOCK_INLINE bool moves(const struct block *b, const struct coupled *coupled, int k,
                        double present_cost)
{
    double gain = present_cost - b->best_cost[k];
    double rounding =
        coupled->scale[k] > 0
            ? 8 * DBL_EPSILON * (fabs(present_cost) + fabs(b->best_cost[k]) + coupled->scale[k])
            : 0;
    return gain == 0 || gain > rounding;
}

void game_costs(double *cost_o, const struct game_state *s, size_t i)
{
    struct block b;
    struct coupled coupled;
    uint32_t player = (uint32_t)i;
    int64_t present = s->choice[i];
    costs(&b, &coupled, s, &player, &present, 1);
    for (int o = 0; o < s->game->m; o++) {
        cost_o[o] = b.cost[o][0];
    }
}

uint8_t game_reply(const struct game_state *s, size_t i)
{
    struct block b;
    struct coupled coupled;
    uint32_t player = (uint32_t)i;
    int64_t present = s->choice[i];
    costs(&b, &coupled, s, &player, &present, 1);
    return moves(&b, &coupled, 0, b.cost[present][0]) ? (uint8_t)b.best[0] : (uint8_t)present;
}

/* What one part of the players adds to the survey. */
struct part {
    double distortion, bits, aligned, squares, gain;
    size_t proposals;
};

/* Adds the first n lanes; their replies go to reply[n], if anybody asks. */
BLOCK_INLINE void add_lanes(struct part *sum, uint8_t *reply, const struct block *b,
                            const struct coupled *coupled, const struct game *g,
                            const uint32_t *player, const int64_t *present, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        double cost = b->cost[present[k]][k], bits = b->bits[present[k]][k];
        double gain = cost - b->best_cost[k], load = g->load == GAME_LOAD_BITS ? bits : b->size[k];
        int64_t to = moves(b, coupled, (int)k, cost) ? b->best[k] : present[k];
        if (reply) {
            reply[k] = (uint8_t)to;
        }
        sum->proposals += to != present[k];
        sum->gain = gain > sum->gain ? gain : sum->gain;
        sum->distortion += game_distortion(g, player[k], (int)present[k]);
        sum->bits += bits;
        sum->aligned += coupled->aligned[k];
        sum->squares += load * load;
    }
}

SIMD_CLONES static void survey_part(struct part *sum, const struct game_state *s, uint8_t *reply,
                                    size_t begin, size_t end)
{
    struct block b;
    struct coupled coupled;
    uint32_t player[SIMD_LANES];
    int64_t present[SIMD_LANES];
    for (size_t i = begin; i < end; i += SIMD_LANES) {
        block_players(player, NULL, i, end);
        for (int k = 0; k < SIMD_LANES; k++) {
            present[k] = s->choice[player[k]];
        }
        costs(&b, &coupled, s, player, present, SIMD_LANES);
        add_lanes(sum, reply ? reply + i : NULL, &b, &coupled, s->game, player, present,
                  end - i < SIMD_LANES ? end - i : SIMD_LANES);
    }
}

struct game_survey game_survey(const struct game_state *s, uint8_t *reply)
{
    const struct game *g = s->game;
    struct part part[GAME_PARTS] = {{0}}, all = {0};
#pragma omp parallel for schedule(dynamic) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t k = 0; k < GAME_PARTS; k++) {
        survey_part(&part[k], s, reply, game_part_begin(k, g->n), game_part_begin(k + 1, g->n));
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
        double squares = all.squares / g->weights / g->weights;
        for (int o = 0; o < g->m; o++) {
            double load = s->load[o] / g->weights;
            out.potential += g->base * load;
            squares += load * load;
        }
        out.potential += g->congestion / 2 * squares;
    }
    return out;
}
