#include "allocate/ladder.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"

/* Tier by tier the next cheapest option, or the one before if it is no better. */
static void find_tiers(uint8_t *option_k, const struct game *g, size_t i)
{
    uint8_t by_bits[OPTIONS_MAX] = {0};
    for (int o = 0; o < g->m; o++) {
        int at = o;
        for (; at > 0; at--) {
            int below = by_bits[at - 1];
            double more = game_bits(g, i, below) - game_bits(g, i, o);
            if (more < 0 ||
                (more == 0 && game_distortion(g, i, below) <= game_distortion(g, i, o))) {
                break;
            }
            by_bits[at] = by_bits[at - 1];
        }
        by_bits[at] = (uint8_t)o;
    }
    option_k[0] = by_bits[0];
    for (int k = 1; k < g->m; k++) {
        bool better = game_distortion(g, i, by_bits[k]) < game_distortion(g, i, option_k[k - 1]);
        option_k[k] = better ? by_bits[k] : option_k[k - 1];
    }
}

struct ranked {
    double importance;
    uint32_t player;
};

static int by_importance(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->importance != y->importance) {
        return x->importance > y->importance ? -1 : 1;
    }
    return x->player < y->player ? -1 : x->player > y->player;
}

/* `scratch` holds the part's players. */
static void rank(struct ladder *l, const struct ladder_part *part, struct ranked *scratch,
                 const struct game *g)
{
    for (size_t r = 0; r < part->n; r++) {
        size_t i = part->first + r;
        double size = g->size_i ? g->size_i[i] : g->size;
        double distortion = game_distortion(g, i, l->option_ik[i * (size_t)l->m]);
        scratch[r] = (struct ranked){distortion / (size > 0 ? size : 1), (uint32_t)i};
    }
    if (part->n > 1) {
        qsort(scratch, part->n, sizeof *scratch, by_importance);
    }
    for (size_t r = 0; r < part->n; r++) {
        l->ranked[part->first + r] = scratch[r].player;
    }
}

static void add_up(struct ladder *l, const struct ladder_part *part, size_t k, const struct game *g)
{
    struct game_totals *sum = part->sum_kr + k * (part->n + 1);
    sum[0] = (struct game_totals){0, 0};
    for (size_t r = 0; r < part->n; r++) {
        size_t i = l->ranked[part->first + r];
        int o = l->option_ik[i * (size_t)l->m + k];
        sum[r + 1].distortion = sum[r].distortion + game_distortion(g, i, o);
        sum[r + 1].bits = sum[r].bits + game_bits(g, i, o);
    }
}

static int make(struct ladder *l, const struct allocate_problem *q, struct err *e)
{
    size_t n = q->game->n, m = (size_t)q->game->m;
    *l = (struct ladder){.n_parts = q->n_parts, .m = q->game->m};
    if (!(l->option_ik = mem_new(n, m, e)) || !(l->ranked = mem_new(n, sizeof *l->ranked, e)) ||
        !(l->part = mem_new(q->n_parts, sizeof *l->part, e)) ||
        !(l->sums = mem_new(n + q->n_parts, m * sizeof *l->sums, e))) {
        return -1;
    }
    struct game_totals *sums = l->sums;
    for (size_t t = 0; t < q->n_parts; t++) {
        l->part[t] = (struct ladder_part){
            .first = q->parts[t].first, .n = q->parts[t].rows * q->parts[t].cols, .sum_kr = sums};
        sums += m * (l->part[t].n + 1);
    }
    return 0;
}

int ladder_build(struct ladder *l, const struct allocate_problem *q, struct err *e)
{
    const struct game *g = q->game;
    size_t m = (size_t)g->m;
    struct ranked *scratch = NULL;
    if (make(l, q, e) || !(scratch = mem_new(g->n, sizeof *scratch, e))) {
        ladder_release(l);
        return -1;
    }
#pragma omp parallel for schedule(static) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t i = 0; i < g->n; i++) {
        find_tiers(l->option_ik + i * m, g, i);
    }
#pragma omp parallel for schedule(dynamic) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t t = 0; t < l->n_parts; t++) {
        rank(l, &l->part[t], scratch + l->part[t].first, g);
    }
#pragma omp parallel for collapse(2) schedule(dynamic) if (g->n >= GAME_PARALLEL_FROM)
    for (size_t t = 0; t < l->n_parts; t++) {
        for (size_t k = 0; k < m; k++) {
            add_up(l, &l->part[t], k, g);
        }
    }
    free(scratch);
    return 0;
}

void ladder_release(struct ladder *l)
{
    free(l->option_ik);
    free(l->ranked);
    free(l->part);
    free(l->sums);
    *l = (struct ladder){0};
}

struct game_totals ladder_totals(const struct ladder *l, const uint32_t *count_tk)
{
    struct game_totals all = {0, 0};
    size_t tiers = (size_t)l->m;
    for (size_t t = 0; t < l->n_parts; t++) {
        const struct ladder_part *part = &l->part[t];
        size_t from = part->n;
        for (size_t k = 0; k < tiers; k++) {
            size_t to = k + 1 < tiers ? count_tk[t * (tiers - 1) + k] : 0;
            const struct game_totals *sum = part->sum_kr + k * (part->n + 1);
            all.distortion += sum[from].distortion - sum[to].distortion;
            all.bits += sum[from].bits - sum[to].bits;
            from = to;
        }
    }
    return all;
}

void ladder_choose(uint8_t *choice, const struct ladder *l, const uint32_t *count_tk)
{
    size_t tiers = (size_t)l->m;
    for (size_t t = 0; t < l->n_parts; t++) {
        const struct ladder_part *part = &l->part[t];
        const uint32_t *count = count_tk + t * (tiers - 1);
        size_t k = tiers - 1;
        for (size_t r = 0; r < part->n; r++) {
            while (k > 0 && r >= count[k - 1]) {
                k--;
            }
            size_t i = l->ranked[part->first + r];
            choice[i] = l->option_ik[i * tiers + k];
        }
    }
}
