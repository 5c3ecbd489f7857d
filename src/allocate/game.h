/*
 * game: players that each choose a number of bits, as data; the solvers are other files.
 *
 * Player i of n is a unit of weights (a weight, group, row or tensor) and picks one of m options,
 * the same list for all. One table holds its weighted distortion D_io at every option, another form
 * of table the stored bits B_io. A player's own cost of option o at a price λ per bit, given what
 * the others chose, is
 *
 *     D_io + λ·B_io + p_io·(a + c·L_o) + Σ_j s·w_ij·[o ≠ o_j]
 *
 * with the load L_o = Σ_j p_jo over all who chose o, i's own included (separation: a crowded tier
 * is dearer), and with j over i's neighbours, w_ij = w_ji and a strength s (alignment: differing
 * from a neighbour is charged). D, a, c and s·w have one unit, that of the distortion; λ is in that
 * unit per bit; p is in shares or in bits a weight (enum game_load).
 *
 * The game has an exact potential (Rosenthal 1973; Monderer and Shapley 1996; loads weighted as in
 * Fotakis, Kontogiannis and Spirakis 2005):
 *
 *     Φ = Σ_i (D_i + λ·B_i) + Σ_t [a·L_t + (c/2)·(L_t² + Σ_{i in t} p_it²)] + Σ_edges s·w·[o_i ≠
 * o_j]
 *
 * Proof. Let i leave s for t, and R be the loads without it. The first sum changes by i's own terms
 * and the last by i's own edges, each counted once in Φ. In the middle, joining t adds
 * a·p + (c/2)·((R + p)² + p² − R²) = a·p + c·p·(R + p) = p·(a + c·L_t), which is the charge that i
 * pays in t; leaving s takes away the charge that it paid there. So ΔΦ is the change of i's own
 * cost, for any p_it. Hence a minimum of Φ is an equilibrium, and moves that gain end at one. With
 * unequal loads no other form of increasing charge has such a function.
 *
 * Exactness. B_io are multiples of GAME_BIT_UNIT whose sum stays below 2^36, so sums of bits and of
 * loads are exact in double and depend on no order. Sums of distortions run over GAME_PARTS parts
 * whose bounds depend on n alone. No result here depends on the number of threads.
 */
#ifndef NS_ALLOCATE_GAME_H
#define NS_ALLOCATE_GAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocate/graph.h"
#include "base/err.h"
#include "base/simd.h"

enum { OPTIONS_MAX = 16, GAME_PARTS = 64, GAME_PARALLEL_FROM = 4096 /* players */ };

#define GAME_BIT_UNIT 0x1p-16 /* bits */

/* p_io: what a player brings to the load of a tier. */
enum game_load {
    GAME_LOAD_WEIGHTS, /* its share of all weights, the same in every tier: Σ_t L_t = 1 */
    GAME_LOAD_BITS,    /* B_io over the number of all weights: Σ_t L_t = bits a weight */
};

/*
 * Fill in a struct that is {0}, then call game_tabulate() (or set distortion_io), then
 * game_check(); what is not set is off. Arrays are borrowed, but for the table of game_tabulate().
 */
struct game {
    size_t n; /* players, below 2^32 */
    int m;    /* options */

    const float *distortion_io; /* [n][m], weighted by the sensitivity */
    float *owned;               /* the same when game_tabulate() made it; game_release() frees it */

    /* Stored bits: B_io = bits_io[i][o] if there is such a table, else size_i·rate_o + side_o. */
    const float *bits_io;       /* [n][m], or NULL */
    double rate_o[OPTIONS_MAX]; /* bits a weight */
    double side_o[OPTIONS_MAX]; /* bits a player: scale, zero, width */
    const uint32_t *size_i;     /* [n] weights of each player, or NULL: `size` each */
    uint32_t size;

    double base, congestion; /* a and c of separation; 0 is off */
    enum game_load load;
    const struct graph *graph; /* neighbours, or NULL */
    double alignment;          /* s; 0 is off */

    double weights; /* of all players; set by game_check() */
};

struct game_totals {
    double distortion, bits;
};

/* What a solver of a budget reports beside the choices. */
struct game_result {
    double lambda; /* price, distortion a bit; 0 when bits are to spare */
    struct game_totals total;
    double bound; /* no choice within the budget has less distortion than this, to rounding */
    bool exact;   /* `total.distortion` is the least within the budget, to rounding */
};

/*
 * Makes the table of distortions: fill(context, out_io, begin, end, e) writes the rows of players
 * [begin, end) to out_io[end − begin][m]. Runs are cut by n alone and filled in parallel, so `fill`
 * must be safe for several threads. On failure the error is the one of the lowest run.
 */
int game_tabulate(struct game *g,
                  int (*fill)(void *context, float *out_io, size_t begin, size_t end,
                              struct err *e),
                  void *context, struct err *e);
void game_release(struct game *g);

/*
 * Refuses what the solvers cannot work with (a distortion that is not finite, bits that are
 * negative or no multiples of GAME_BIT_UNIT, too many in all, edges that are not symmetric, …), and
 * counts the weights. Every solver expects a game that passed.
 */
int game_check(struct game *g, struct err *e);

/* Do choices of others matter to a player? */
bool game_coupled(const struct game *g);

/* A budget in bits must be a number and at least the fewest bits that the options allow. */
int game_check_budget(const struct game *g, double budget, struct err *e);

/* The nearest number of bits that a table may hold. */
float game_round_bits(double bits);

/* Sums over all players of what they chose; choice[n], each below m. */
struct game_totals game_total(const struct game *g, const uint8_t *choice);

/* Everyone's option of the fewest bits (ties: least distortion, then lowest index). */
void game_cheapest(uint8_t *choice, const struct game *g);

/* Choices in a game, with what a player must know of the others. */
struct game_state {
    const struct game *game;
    uint8_t *choice; /* [n], borrowed */
    double lambda;
    double load[OPTIONS_MAX]; /* Σ p before the division by the number of all weights: exact */
};

void game_state_init(struct game_state *s, const struct game *g, uint8_t *choice, double lambda);

/* Player i takes option `to`: its choice and the loads change. */
void game_state_move(struct game_state *s, size_t i, uint8_t to);

/* Player i's own cost of each option, all others staying where they are. */
void game_costs(double *cost_o, const struct game_state *s, size_t i);

/*
 * Where player i would move: to the option of the least cost if that gains more than rounding; at
 * equal cost to fewer bits, then to the lower index. Its present option otherwise.
 */
uint8_t game_reply(const struct game_state *s, size_t i);

/* One look at all players, in parallel. */
struct game_survey {
    struct game_totals total;
    double potential;    /* Φ */
    double largest_gain; /* the most that any one player could save by moving alone; ≥ 0 */
    size_t proposals;    /* players who would move */
};

/* `reply` (may be NULL) gets game_reply() of every player. */
struct game_survey game_survey(const struct game_state *s, uint8_t *reply);

/* Where a part of n things begins: parts are whole vectors, but for the end of the last one. */
static inline size_t game_part_begin(size_t part, size_t n)
{
    size_t vectors = (n + SIMD_LANES - 1) / SIMD_LANES;
    size_t begin =
        (vectors / GAME_PARTS * part + vectors % GAME_PARTS * part / GAME_PARTS) * SIMD_LANES;
    return begin < n ? begin : n;
}

static inline double game_bits(const struct game *g, size_t i, int o)
{
    if (g->bits_io) {
        return g->bits_io[i * (size_t)g->m + (size_t)o];
    }
    return (g->size_i ? g->size_i[i] : g->size) * g->rate_o[o] + g->side_o[o];
}

static inline float game_distortion(const struct game *g, size_t i, int o)
{
    return g->distortion_io[i * (size_t)g->m + (size_t)o];
}

/* Bits, and distortion + λ·bits, of all options of player i. */
static inline void game_plain_costs(double *cost_o, double *bits_o, const struct game *g, size_t i,
                                    double lambda)
{
    const float *distortion = g->distortion_io + i * (size_t)g->m;
    if (g->bits_io) {
        for (int o = 0; o < g->m; o++) {
            bits_o[o] = g->bits_io[i * (size_t)g->m + (size_t)o];
        }
    } else {
        double size = g->size_i ? g->size_i[i] : g->size;
        for (int o = 0; o < g->m; o++) {
            bits_o[o] = size * g->rate_o[o] + g->side_o[o];
        }
    }
    for (int o = 0; o < g->m; o++) {
        cost_o[o] = distortion[o] + lambda * bits_o[o];
    }
}

#endif
