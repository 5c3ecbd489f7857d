/* Best replies: equilibria with certificates. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/lagrangian.h"
#include "allocate/nash.h"
#include "base/rng.h"
#include "made_game.h"

Test(allocate_game_nash, equal_players_share_two_tiers)
{
    /* Nothing but congestion: six equal players settle three and three. */
    const float d[12] = {0};
    struct game g = {.n = 6, .m = 2, .distortion_io = d, .size = 1, .congestion = 1};
    struct err e;
    struct nash_result r;
    uint8_t choice[6] = {0};
    cr_assert(game_check(&g, &e) == 0);
    cr_assert(nash_solve(choice, &r, &g, 0, 0, &e) == 0);
    int high = 0;
    for (int i = 0; i < 6; i++) {
        high += choice[i];
    }
    cr_assert(r.settled && high == 3 && r.moves == 3, "%d, %zu moves", high, r.moves);
    nash_release(&r);
}

Test(allocate_game_nash, the_heavy_player_has_a_tier_for_itself)
{
    /* Loads 3, 1, 1, 1 of 6: the only equilibrium sets the heavy one against the three. */
    const float d[8] = {0};
    const uint32_t size[] = {3, 1, 1, 1};
    struct game g = {.n = 4, .m = 2, .distortion_io = d, .size_i = size, .congestion = 1};
    struct err e;
    cr_assert(game_check(&g, &e) == 0);
    for (unsigned start = 0; start < 16; start++) {
        struct nash_result r;
        uint8_t choice[4];
        for (unsigned i = 0; i < 4; i++) {
            choice[i] = start >> i & 1;
        }
        cr_assert(nash_solve(choice, &r, &g, 0, 0, &e) == 0 && r.settled);
        for (int i = 1; i < 4; i++) {
            cr_assert(choice[i] != choice[0], "start %u", start);
        }
        nash_release(&r);
    }
}

Test(allocate_game_nash, neighbours_agree_when_differing_is_dear)
{
    /* A row of five; alone the middle one wants option 1 (gain 1), which two edges forbid. */
    const float d[] = {0, 3, 0, 3, 1, 0, 0, 3, 0, 3};
    struct graph graph;
    struct err e;
    cr_assert(graph_of_lattices(&graph, &(struct lattice){1, 5}, 1, &e) == 0);
    struct game g = {.n = 5, .m = 2, .distortion_io = d, .size = 1, .graph = &graph};
    for (int dear = 0; dear <= 1; dear++) {
        struct nash_result r;
        uint8_t choice[5] = {0, 0, 1, 0, 0};
        g.alignment = dear ? 0.75 : 0.25;
        cr_assert(game_check(&g, &e) == 0);
        cr_assert(nash_solve(choice, &r, &g, 0, 0, &e) == 0);
        cr_assert(r.settled && choice[2] == !dear && r.moves == (size_t)dear);
        cr_assert(r.potential[r.sweeps] == (dear ? 1 : 0.5));
        nash_release(&r);
    }
    graph_release(&graph);
}

Test(allocate_game_nash, nobody_gains_by_moving_in_a_thousand_games)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct made_game made;
        made_game(&made, 1 + seed % 50, 2 + (int)(seed % 7), seed, MADE_COUPLED);
        const struct game *g = &made.game;
        struct rng r = rng_stream(seed, 4, RNG_TEST);
        uint8_t choice[64];
        double lambda = rng_uniform(&r) * 0.2, scale;
        for (size_t i = 0; i < g->n; i++) {
            choice[i] = (uint8_t)rng_below(&r, (uint64_t)g->m);
        }
        struct nash_result n;
        struct err e;
        cr_assert(nash_solve(choice, &n, g, lambda, 0, &e) == 0, "%s", e.text);
        double gain = naive_gain(g, choice, lambda, &scale);
        cr_assert(n.settled && gain <= 1e-12 * scale, "seed %d: %g", (int)seed, gain);
        cr_assert(n.largest_gain <= 1e-12 * scale);
        for (size_t k = 1; k <= n.sweeps; k++) {
            cr_assert(n.potential[k] <= n.potential[k - 1] + 1e-13 * fabs(n.potential[k]),
                      "seed %d, sweep %zu: %.17g after %.17g", (int)seed, k, n.potential[k],
                      n.potential[k - 1]);
        }
        double potential = naive_potential(g, choice, lambda);
        cr_assert(fabs(potential - n.potential[n.sweeps]) <= 1e-12 * (1 + fabs(potential)));
        nash_release(&n);
        made_game_release(&made);
    }
}

Test(allocate_game_nash, without_couplings_it_is_the_lagrangian_optimum_from_any_start)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct made_game made;
        made_game(&made, 1 + seed % 50, 2 + (int)(seed % 7), seed, MADE_PLAIN);
        const struct game *g = &made.game;
        struct rng r = rng_stream(seed, 5, RNG_TEST);
        double budget = made_budget(g, seed);
        uint8_t choice[64], plain[64];
        struct game_result l;
        struct nash_result n;
        struct err e;
        for (size_t i = 0; i < g->n; i++) {
            choice[i] = (uint8_t)rng_below(&r, (uint64_t)g->m);
        }
        cr_assert(lagrangian_budget(plain, &l, g, budget, &e) == 0);
        cr_assert(nash_solve(choice, &n, g, l.lambda, 0, &e) == 0);
        cr_assert(n.settled && n.sweeps <= 1 && n.largest_gain == 0);
        cr_assert(memcmp(choice, plain, g->n) == 0, "seed %d", (int)seed);
        nash_release(&n);
        cr_assert(nash_budget(choice, &n, g, budget, 0, &e) == 0);
        cr_assert(memcmp(choice, plain, g->n) == 0 && n.lambda == l.lambda);
        cr_assert(n.total.distortion == n.optimum && n.left == budget - l.total.bits);
        nash_release(&n);
        made_game_release(&made);
    }
}

Test(allocate_game_nash, budgets_are_kept_with_couplings)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct made_game made;
        made_game(&made, 1 + seed % 50, 2 + (int)(seed % 7), seed, MADE_COUPLED);
        const struct game *g = &made.game;
        double budget = made_budget(g, seed), scale;
        uint8_t choice[64];
        struct nash_result n;
        struct err e;
        cr_assert(nash_budget(choice, &n, g, budget, 0, &e) == 0, "seed %d: %s", (int)seed, e.text);
        struct game_totals total = game_total(g, choice);
        cr_assert(total.bits <= budget && n.left == budget - total.bits);
        cr_assert(fabs(total.distortion - n.total.distortion) <= 1e-12 * (1 + total.distortion));
        cr_assert(n.settled && naive_gain(g, choice, n.lambda, &scale) <= 1e-12 * scale);
        cr_assert(n.bound <= total.distortion + 1e-12 * (1 + total.distortion));
        nash_release(&n);
        made_game_release(&made);
    }
}

/* Groups of a matrix with curves of their own, coupled in both ways. */
static void large_game(struct made_game *made, struct graph *graph, size_t rows, size_t cols)
{
    struct err e;
    made_game(made, rows * cols, 6, 12, MADE_PLAIN);
    cr_assert(graph_of_lattices(graph, &(struct lattice){rows, cols}, 1, &e) == 0);
    made->game.graph = graph;
    made->game.alignment = 0.02;
    made->game.congestion = 400;
    cr_assert(game_check(&made->game, &e) == 0, "%s", e.text);
}

Test(allocate_game_nash, large_games_meet_the_budget_within_a_thousandth)
{
    struct made_game made;
    struct graph graph;
    large_game(&made, &graph, 500, 24);
    for (int k = 1; k <= 4; k++) {
        double most = game_bits(&made.game, 0, 5), least = game_bits(&made.game, 0, 0);
        double budget = (double)made.game.n * (least + 0.2 * k * (most - least));
        uint8_t *choice = malloc(made.game.n);
        struct nash_result n;
        struct err e;
        cr_assert(nash_budget(choice, &n, &made.game, budget, 0, &e) == 0, "%s", e.text);
        cr_assert(n.settled && n.moves > 0 && n.prices < 10, "%zu prices", n.prices);
        cr_assert(n.left >= 0 && n.left <= NASH_TOLERANCE * budget, "%g", n.left / budget);
        cr_assert(n.total.distortion >= n.bound && n.total.distortion >= n.optimum * 0.99);
        nash_release(&n);
        free(choice);
    }
    made_game_release(&made);
    graph_release(&graph);
}

Test(allocate_game_nash, no_thread_count_changes_the_bytes)
{
    struct made_game made;
    struct graph graph;
    large_game(&made, &graph, 400, 24);
    double budget = made_budget(&made.game, 1);
    uint8_t *choice = malloc(made.game.n), *first = malloc(made.game.n);
    struct nash_result n, n1 = {0};
    for (int threads = 1; threads <= 16; threads = threads == 3 ? 16 : threads + 1) {
        struct err e;
        omp_set_num_threads(threads);
        cr_assert(nash_budget(choice, &n, &made.game, budget, 0, &e) == 0, "%s", e.text);
        if (threads == 1) {
            memcpy(first, choice, made.game.n);
            n1 = n;
            continue;
        }
        cr_assert(memcmp(choice, first, made.game.n) == 0, "%d threads", threads);
        cr_assert(n.sweeps == n1.sweeps && n.moves == n1.moves && n.lambda == n1.lambda);
        cr_assert(memcmp(n.potential, n1.potential, (n.sweeps + 1) * sizeof *n.potential) == 0);
        nash_release(&n);
    }
    nash_release(&n1);
    free(choice);
    free(first);
    made_game_release(&made);
    graph_release(&graph);
}

Test(allocate_game_nash, a_limit_on_sweeps_is_said)
{
    struct made_game made;
    struct graph graph;
    large_game(&made, &graph, 50, 24);
    uint8_t *choice = calloc(made.game.n, 1);
    struct nash_result n;
    struct err e;
    cr_assert(nash_solve(choice, &n, &made.game, 0.01, 1, &e) == 0);
    cr_assert(!n.settled && n.sweeps == 1 && n.largest_gain > 0 && n.moves > 0);
    cr_assert(n.potential[1] < n.potential[0]);
    nash_release(&n);
    cr_assert(nash_solve(choice, &n, &made.game, 0.01, 0, &e) == 0);
    cr_assert(n.settled && n.sweeps < NASH_SWEEPS);
    nash_release(&n);
    free(choice);
    made_game_release(&made);
    graph_release(&graph);
}
