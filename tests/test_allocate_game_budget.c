/* Solvers of a budget without couplings: Lagrangian, greedy, optimal. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/greedy.h"
#include "allocate/lagrangian.h"
#include "allocate/nash.h"
#include "allocate/optimal.h"
#include "base/rng.h"
#include "made_game.h"

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * (1 + fabs(a) + fabs(b));
}

static struct game plain_game(size_t n, int m, const float *distortion, const double *rate)
{
    struct err e;
    struct game g = {.n = n, .m = m, .distortion_io = distortion, .size = 1};
    memcpy(g.rate_o, rate, (size_t)m * sizeof *rate);
    cr_assert(game_check(&g, &e) == 0, "%s", e.text);
    return g;
}

Test(allocate_game_lagrangian, ties_go_to_fewer_bits_then_to_the_lower_index)
{
    const float d[] = {4, 2, 2, 6};
    struct game g = plain_game(1, 4, d, (double[]){2, 4, 4, 0});
    uint8_t choice;
    lagrangian_choose(&choice, &g, 1); /* costs 6, 6, 6, 6 */
    cr_assert(choice == 3);
    lagrangian_choose(&choice, &g, 0.5); /* 5, 4, 4, 6 */
    cr_assert(choice == 1);
}

Test(allocate_game_lagrangian, price_is_the_slope_of_the_last_step_that_does_not_fit)
{
    const float d[] = {9, 4, 1, 8, 3, 2};
    struct game g = plain_game(2, 3, d, (double[]){1, 2, 3});
    uint8_t choice[2];
    struct game_result r;
    struct err e;
    cr_assert(lagrangian_budget(choice, &r, &g, 4, &e) == 0);
    /* Slopes 5, 3 and 5, 1: four bits pay for the two steps of slope 5. */
    cr_assert(choice[0] == 1 && choice[1] == 1 && near(r.lambda, 3) && r.exact);
    cr_assert(lagrangian_budget(choice, &r, &g, 5.5, &e) == 0);
    cr_assert(choice[0] == 2 && choice[1] == 1 && near(r.lambda, 1) && !r.exact);
    cr_assert(r.total.distortion == 4 && r.total.bits == 5 && near(r.bound, 3.5));
    cr_assert(lagrangian_budget(choice, &r, &g, 7, &e) == 0);
    cr_assert(choice[0] == 2 && choice[1] == 2 && r.lambda == 0 && r.exact);
    cr_assert(lagrangian_budget(choice, &r, &g, 1, &e) == -1);
}

Test(allocate_game_lagrangian, any_lower_price_breaks_the_budget)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct made_game made;
        made_game(&made, 1 + seed % 40, 2 + (int)(seed % 7), seed, MADE_PLAIN);
        double budget = made_budget(&made.game, seed);
        uint8_t choice[64], below[64];
        struct game_result r;
        struct err e;
        cr_assert(lagrangian_budget(choice, &r, &made.game, budget, &e) == 0, "%s", e.text);
        cr_assert(r.total.bits <= budget);
        lagrangian_choose(below, &made.game, r.lambda);
        cr_assert(memcmp(choice, below, made.game.n) == 0);
        if (r.lambda > 0) {
            lagrangian_choose(below, &made.game, r.lambda * (1 - 1e-14));
            cr_assert(game_total(&made.game, below).bits > budget, "seed %d", (int)seed);
        }
        cr_assert(r.bound <= r.total.distortion + 1e-12 * (1 + r.total.distortion));
        made_game_release(&made);
    }
}

Test(allocate_game_greedy, walks_the_hull_of_a_curve_that_is_not_convex)
{
    /* One player: one bit alone saves nothing, two save 8. The other saves 3 with its first bit. */
    const float d[] = {10, 10, 2, 5, 2, 1};
    struct game g = plain_game(2, 3, d, (double[]){0, 1, 2});
    uint8_t choice[2];
    struct game_result r;
    struct err e;
    cr_assert(greedy_budget(choice, &r, &g, 3, &e) == 0);
    cr_assert(choice[0] == 2 && choice[1] == 1 && r.total.distortion == 4);
    /* With one bit the hull step does not fit; the smaller step of the other does. */
    cr_assert(greedy_budget(choice, &r, &g, 1, &e) == 0);
    cr_assert(choice[0] == 0 && choice[1] == 1 && r.total.distortion == 12);
    cr_assert(greedy_budget(choice, &r, &g, -1, &e) == -1);
}

Test(allocate_game_optimal, beats_the_hull_where_the_remainder_matters)
{
    /* Two bits: greedy takes the steep bit (7) and then fits nothing; the optimum saves 10. */
    const float d[] = {7, 0, 0, 10, 10, 0};
    struct game g = plain_game(2, 3, d, (double[]){0, 1, 2});
    uint8_t choice[2];
    struct game_result r;
    struct err e;
    cr_assert(greedy_budget(choice, &r, &g, 2, &e) == 0);
    cr_assert(r.total.distortion == 10);
    cr_assert(optimal_budget(choice, &r, &g, 2, &e) == 0);
    cr_assert(choice[0] == 0 && choice[1] == 2 && r.total.distortion == 7 && r.exact);
    cr_assert(optimal_budget(choice, &r, &g, NAN, &e) == -1);
}

static void compare(uint64_t seed, size_t n, int m)
{
    struct made_game made;
    made_game(&made, n, m, seed, MADE_PLAIN);
    const struct game *g = &made.game;
    double budget = made_budget(g, seed), least = brute_force(g, budget);
    uint8_t choice[16];
    struct game_result r, greedy;
    struct err e;
    cr_assert(optimal_budget(choice, &r, g, budget, &e) == 0, "%s", e.text);
    struct game_totals total = game_total(g, choice);
    cr_assert(total.bits <= budget && total.distortion == r.total.distortion);
    cr_assert(r.exact && near(r.total.distortion, least), "seed %d: %.17g instead of %.17g",
              (int)seed, r.total.distortion, least);
    cr_assert(greedy_budget(choice, &greedy, g, budget, &e) == 0);
    cr_assert(greedy.total.bits <= budget && greedy.total.distortion >= least);
    cr_assert(greedy.bound <= least + 1e-12 * (1 + least), "seed %d", (int)seed);
    made_game_release(&made);
}

Test(allocate_game_optimal, equals_brute_force_on_a_thousand_games)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        compare(seed, 1 + seed % 8, 2 + (int)(seed / 8 % 2));
    }
}

Test(allocate_game_optimal, equals_brute_force_on_twelve_players)
{
    for (uint64_t seed = 0; seed < 12; seed++) {
        compare(seed, 12, 3);
    }
}

Test(allocate_game_optimal, is_never_worse_than_greedy_or_an_equilibrium)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct made_game made;
        made_game(&made, 1 + seed % 60, 2 + (int)(seed % 7), seed, MADE_COUPLED);
        const struct game *g = &made.game;
        double budget = made_budget(g, seed);
        uint8_t choice[64];
        struct game_result best, greedy;
        struct nash_result nash;
        struct err e;
        cr_assert(optimal_budget(choice, &best, g, budget, &e) == 0, "%s", e.text);
        cr_assert(greedy_budget(choice, &greedy, g, budget, &e) == 0, "%s", e.text);
        cr_assert(nash_budget(choice, &nash, g, budget, 0, &e) == 0, "%s", e.text);
        double slack = 1e-12 * (1 + best.total.distortion);
        cr_assert(best.exact, "seed %d", (int)seed);
        cr_assert(best.total.distortion <= greedy.total.distortion + slack, "seed %d", (int)seed);
        cr_assert(best.total.distortion <= nash.total.distortion + slack, "seed %d", (int)seed);
        nash_release(&nash);
        made_game_release(&made);
    }
}

Test(allocate_game_optimal, is_proven_for_many_players)
{
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct made_game made;
        made_game(&made, 20000, 8, seed, MADE_PLAIN);
        double budget = made_budget(&made.game, seed);
        uint8_t *choice = malloc(20000);
        struct game_result r, plain;
        struct err e;
        cr_assert(lagrangian_budget(choice, &plain, &made.game, budget, &e) == 0);
        cr_assert(optimal_budget(choice, &r, &made.game, budget, &e) == 0, "%s", e.text);
        cr_assert(r.exact, "seed %d: %g above the bound", (int)seed, r.total.distortion - r.bound);
        cr_assert(r.total.bits <= budget && r.total.distortion <= plain.total.distortion);
        cr_assert(r.total.distortion >= plain.bound - 1e-12 * plain.total.distortion);
        free(choice);
        made_game_release(&made);
    }
}

Test(allocate_game_optimal, no_thread_count_changes_the_bytes)
{
    struct made_game made;
    enum { N = 20011 };
    made_game(&made, N, 7, 5, MADE_PLAIN);
    double budget = made_budget(&made.game, 5);
    static uint8_t choice[N], first[N], greedy[N], first_greedy[N];
    for (int threads = 1; threads <= 16; threads = threads == 3 ? 16 : threads + 1) {
        struct game_result r, q;
        static struct game_result first_r, first_q;
        struct err e;
        omp_set_num_threads(threads);
        cr_assert(optimal_budget(choice, &r, &made.game, budget, &e) == 0);
        cr_assert(greedy_budget(greedy, &q, &made.game, budget, &e) == 0);
        if (threads == 1) {
            memcpy(first, choice, N);
            memcpy(first_greedy, greedy, N);
            first_r = r;
            first_q = q;
        }
        cr_assert(memcmp(choice, first, N) == 0 && memcmp(greedy, first_greedy, N) == 0);
        cr_assert(r.lambda == first_r.lambda && r.bound == first_r.bound &&
                  r.total.distortion == first_r.total.distortion);
        cr_assert(q.lambda == first_q.lambda && q.bound == first_q.bound);
    }
    made_game_release(&made);
}
