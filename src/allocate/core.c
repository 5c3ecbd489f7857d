#include "allocate/core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/optimal.h"
#include "base/mem.h"

/* A player with options that may be part of a better solution, and the least that one of them pays
 * above the best. */
struct member {
    double least;
    uint32_t player;
};

/* The least distortion known for so many bits; `origin` says by which moves, 0 by none. */
struct state {
    double bits, distortion;
    uint32_t origin;
};

struct origin {
    uint32_t before, player;
    uint8_t option;
};

struct search {
    struct core *c;
    struct member *member;
    size_t n_members;
    struct state *list, *next; /* ascending bits, falling distortion */
    size_t n, n_next, list_capacity, next_capacity;
    struct origin *trail; /* entry 0 is nobody's */
    size_t n_trail, trail_capacity;
    uint32_t best; /* origin of the best solution, when found */
    bool found;
    size_t work;
};

/* An option of the player at hand, relative to its Lagrangian one. */
struct shift {
    double bits, distortion;
    size_t cursor;
    uint8_t option;
    bool stays;
};

static int by_least(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->least != y->least) {
        return x->least < y->least ? -1 : 1;
    }
    return x->player < y->player ? -1 : x->player > y->player;
}

/* What the option pays above the player's best at the price. */
static double excess(const struct core *c, size_t i, int o)
{
    double cost[OPTIONS_MAX], bits[OPTIONS_MAX];
    game_plain_costs(cost, bits, c->game, i, c->lambda);
    return cost[o] - cost[c->plain[i]];
}

static double least_excess(const struct core *c, size_t i)
{
    double cost[OPTIONS_MAX], bits[OPTIONS_MAX], least = INFINITY;
    game_plain_costs(cost, bits, c->game, i, c->lambda);
    for (int o = 0; o < c->game->m; o++) {
        double above = cost[o] - cost[c->plain[i]];
        if (o != c->plain[i] && above < least) {
            least = above;
        }
    }
    return least;
}

static int find_members(struct search *s, struct err *e)
{
    size_t capacity = 0;
    for (size_t i = 0; i < s->c->game->n; i++) {
        double least = least_excess(s->c, i);
        if (least < s->c->gap) {
            if (mem_grow(&s->member, &capacity, s->n_members + 1, sizeof *s->member, e)) {
                return -1;
            }
            s->member[s->n_members++] = (struct member){least, (uint32_t)i};
        }
    }
    if (s->n_members > 1) {
        qsort(s->member, s->n_members, sizeof *s->member, by_least);
    }
    return 0;
}

static int shifts_of(struct shift *shift, const struct core *c, size_t i)
{
    const struct game *g = c->game;
    int n = 0, plain = c->plain[i];
    for (int o = 0; o < g->m; o++) {
        if (o == plain || excess(c, i, o) < c->gap) {
            shift[n++] = (struct shift){.bits = game_bits(g, i, o) - game_bits(g, i, plain),
                                        .distortion = (double)game_distortion(g, i, o) -
                                                      (double)game_distortion(g, i, plain),
                                        .option = (uint8_t)o,
                                        .stays = o == plain};
        }
    }
    return n;
}

/* The entry of fewest bits (ties: least distortion) among the shifted lists; −1 at their end. */
static int lowest(const struct search *s, const struct shift *shift, int n_shifts)
{
    int low = -1;
    double low_bits = 0, low_distortion = 0;
    for (int k = 0; k < n_shifts; k++) {
        if (shift[k].cursor < s->n) {
            const struct state *at = &s->list[shift[k].cursor];
            double bits = at->bits + shift[k].bits;
            double distortion = at->distortion + shift[k].distortion;
            if (low < 0 || bits < low_bits || (bits == low_bits && distortion < low_distortion)) {
                low = k;
                low_bits = bits;
                low_distortion = distortion;
            }
        }
    }
    return low;
}

/* Appends the state, unless it can lead nowhere; a move leaves its origin. */
static int add(struct search *s, struct state new, const struct shift *by, uint32_t player,
               struct err *e)
{
    struct core *c = s->c;
    if ((s->n_next > 0 && new.distortion >= s->next[s->n_next - 1].distortion) ||
        new.distortion + c->lambda *(new.bits - c->plain_bits) >= c->gap) {
        return 0;
    }
    if (!by->stays) {
        if (mem_grow(&s->trail, &s->trail_capacity, s->n_trail + 1, sizeof *s->trail, e)) {
            return -1;
        }
        s->trail[s->n_trail] = (struct origin){new.origin, player, by->option};
        new.origin = (uint32_t)s->n_trail++;
    }
    if (mem_grow(&s->next, &s->next_capacity, s->n_next + 1, sizeof *s->next, e)) {
        return -1;
    }
    s->next[s->n_next++] = new;
    double above = new.distortion + c->lambda *(c->budget - c->plain_bits);
    if (new.bits <= c->budget && above < c->gap) {
        c->gap = above;
        s->best = new.origin;
        s->found = true;
    }
    return 0;
}

static bool within_limits(const struct search *s)
{
    return s->work <= OPTIMAL_WORK && s->n_next <= OPTIMAL_LIST && s->n_trail <= OPTIMAL_TRAIL;
}

/* The list with one player more: its options merged, dominated states dropped. */
static int add_player(struct search *s, uint32_t player, struct err *e)
{
    struct shift shift[OPTIONS_MAX];
    int n_shifts = shifts_of(shift, s->c, player), k;
    s->n_next = 0;
    while ((k = lowest(s, shift, n_shifts)) >= 0 && within_limits(s)) {
        struct state new = s->list[shift[k].cursor++];
        new.bits += shift[k].bits;
        new.distortion += shift[k].distortion;
        s->work++;
        if (add(s, new, &shift[k], player, e)) {
            return -1;
        }
    }
    struct state *list = s->list;
    size_t capacity = s->list_capacity;
    s->list = s->next;
    s->list_capacity = s->next_capacity;
    s->n = s->n_next;
    s->next = list;
    s->next_capacity = capacity;
    return 0;
}

static int run(struct search *s, bool *exact, struct err *e)
{
    if (mem_grow(&s->list, &s->list_capacity, 1, sizeof *s->list, e) ||
        mem_grow(&s->trail, &s->trail_capacity, 1, sizeof *s->trail, e)) {
        return -1;
    }
    s->list[0] = (struct state){.bits = s->c->plain_bits};
    s->n = s->n_trail = 1;
    for (size_t k = 0; k < s->n_members; k++) {
        if (s->member[k].least >= s->c->gap || s->c->gap <= s->c->rounding) {
            break;
        }
        if (add_player(s, s->member[k].player, e)) {
            return -1;
        }
        if (!within_limits(s)) {
            *exact = false;
            return 0;
        }
    }
    *exact = true;
    return 0;
}

int core_solve(struct core *c, uint8_t *choice, bool *exact, struct err *e)
{
    struct search s = {.c = c};
    int status = find_members(&s, e);
    if (!status) {
        status = run(&s, exact, e);
    }
    if (!status && s.found) {
        memcpy(choice, c->plain, c->game->n);
        for (uint32_t at = s.best; at != 0; at = s.trail[at].before) {
            choice[s.trail[at].player] = s.trail[at].option;
        }
    }
    free(s.member);
    free(s.list);
    free(s.next);
    free(s.trail);
    return status;
}
