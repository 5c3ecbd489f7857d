/* Games of bits: what they cost, their potential, and what is refused. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/game.h"
#include "base/mem.h"
#include "base/rng.h"
#include "made_game.h"

static bool near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * (1 + fabs(a) + fabs(b));
}

/* Three players in a row, sizes 1, 2 and 1, options of 1 and 3 bits a weight. */
static const float hand_distortion[] = {8, 2, 16, 4, 4, 1};
static const uint32_t hand_size[] = {1, 2, 1};
static uint32_t hand_begin[] = {0, 1, 3, 4}, hand_neighbour[] = {1, 0, 2, 1};
static float hand_weight[] = {1, 1, 2, 2};
static const struct graph hand_graph = {3, hand_begin, hand_neighbour, hand_weight};

static struct game by_hand(void)
{
    struct err e;
    struct game g = {.n = 3,
                     .m = 2,
                     .distortion_io = hand_distortion,
                     .rate_o = {1, 3},
                     .side_o = {0, 1},
                     .size_i = hand_size,
                     .base = 4,
                     .congestion = 8,
                     .graph = &hand_graph,
                     .alignment = 0.5};
    cr_assert(game_check(&g, &e) == 0, "%s", e.text);
    return g;
}

Test(allocate_game, totals_costs_and_potential_by_hand)
{
    struct game g = by_hand();
    uint8_t choice[] = {0, 1, 0};
    struct game_totals total = game_total(&g, choice);
    cr_assert(total.distortion == 8 + 4 + 4 && total.bits == 1 + 7 + 1);
    struct game_state s;
    game_state_init(&s, &g, choice, 0.25);
    struct game_survey survey = game_survey(&s, NULL);
    /* Loads: ½ in either tier; squares ¼² + ¼² + ½²; both edges are charged. */
    double potential = 16 + 0.25 * 9 + 4 * 1 + 4 * (0.25 + 0.25 + 0.375) + 0.5 * 3;
    cr_assert(near(survey.potential, potential, 1e-15), "%.17g", survey.potential);
    double cost[OPTIONS_MAX];
    game_costs(cost, &s, 1);
    cr_assert(near(cost[0], 16 + 0.25 * 2 + 0.5 * (4 + 8 * 1), 1e-15), "%.17g", cost[0]);
    cr_assert(near(cost[1], 4 + 0.25 * 7 + 0.5 * (4 + 8 * 0.5) + 1.5, 1e-15), "%.17g", cost[1]);
    cr_assert(game_reply(&s, 1) == 1);
}

Test(allocate_game, survey_finds_what_the_formulas_say)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct made_game made;
        made_game(&made, 2 + seed % 23, 2 + (int)(seed % 7), seed, MADE_COUPLED);
        const struct game *g = &made.game;
        struct rng r = rng_stream(seed, 2, RNG_TEST);
        uint8_t choice[32], reply[32];
        double lambda = 0.1 * rng_uniform(&r), scale;
        for (size_t i = 0; i < g->n; i++) {
            choice[i] = (uint8_t)rng_below(&r, (uint64_t)g->m);
        }
        struct game_state s;
        game_state_init(&s, g, choice, lambda);
        struct game_survey survey = game_survey(&s, reply);
        cr_assert(near(survey.potential, naive_potential(g, choice, lambda), 1e-12));
        cr_assert(near(survey.largest_gain, naive_gain(g, choice, lambda, &scale), 1e-12));
        size_t proposals = 0;
        for (size_t i = 0; i < g->n; i++) {
            cr_assert(game_reply(&s, i) == reply[i], "seed %d, player %zu", (int)seed, i);
            proposals += reply[i] != choice[i];
        }
        cr_assert(proposals == survey.proposals);
        made_game_release(&made);
    }
}

Test(allocate_game, potential_changes_by_what_the_mover_saves)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct made_game made;
        made_game(&made, 2 + seed % 11, 4, seed, MADE_COUPLED);
        struct rng r = rng_stream(seed, 3, RNG_TEST);
        uint8_t choice[16] = {0};
        struct game_state s;
        game_state_init(&s, &made.game, choice, 0.05);
        for (int k = 0; k < 20; k++) {
            size_t i = (size_t)rng_below(&r, made.game.n);
            uint8_t to = (uint8_t)rng_below(&r, 4);
            double cost[OPTIONS_MAX], before = game_survey(&s, NULL).potential;
            game_costs(cost, &s, i);
            double change = cost[to] - cost[choice[i]];
            game_state_move(&s, i, to);
            double after = game_survey(&s, NULL).potential;
            cr_assert(fabs(after - before - change) <= 1e-12 * (fabs(before) + fabs(after)),
                      "seed %d: %g instead of %g", (int)seed, after - before, change);
        }
        made_game_release(&made);
    }
}

static int fill_numbers(void *context, float *out_io, size_t begin, size_t end, struct err *e)
{
    size_t bad = *(const size_t *)context;
    for (size_t i = begin; i < end; i++) {
        if (i >= bad) {
            return err_set(e, "player %zu cannot be measured", i);
        }
        for (size_t o = 0; o < 3; o++) {
            *out_io++ = (float)(3 * i + o);
        }
    }
    return 0;
}

Test(allocate_game, table_is_the_same_for_any_number_of_threads)
{
    enum { N = 10007 };
    size_t none = SIZE_MAX;
    struct err e;
    for (int threads = 1; threads <= 16; threads = threads == 3 ? 16 : threads + 1) {
        struct game g = {.n = N, .m = 3};
        omp_set_num_threads(threads);
        cr_assert(game_tabulate(&g, fill_numbers, &none, &e) == 0);
        for (size_t i = 0; i < N; i++) {
            for (int o = 0; o < 3; o++) {
                cr_assert(game_distortion(&g, i, o) == (float)(3 * i + (size_t)o));
            }
        }
        game_release(&g);
        size_t bad = 4321;
        cr_assert(game_tabulate(&g, fill_numbers, &bad, &e) == -1);
        cr_assert(strcmp(e.text, "player 4321 cannot be measured") == 0, "%s", e.text);
        cr_assert(g.distortion_io == NULL);
    }
}

static void refused(struct game g, const char *word)
{
    struct err e;
    cr_assert(game_check(&g, &e) == -1, "accepted, without \"%s\"", word);
    cr_assert(strstr(e.text, word) != NULL, "\"%s\" is not in: %s", word, e.text);
}

Test(allocate_game, bad_games_are_named)
{
    float broken[6];
    memcpy(broken, hand_distortion, sizeof broken);
    broken[3] = NAN;
    struct game g = by_hand();
    g.distortion_io = broken;
    refused(g, "player 1, option 1");
    g = by_hand();
    g.rate_o[0] = -1;
    refused(g, "player 0, option 0");
    g = by_hand();
    g.rate_o[1] = 1.0 / 3;
    refused(g, "2^-16");
    g = by_hand();
    g.rate_o[1] = 0x1p35;
    g.side_o[1] = 0;
    refused(g, "2^36");
    g = by_hand();
    g.m = OPTIONS_MAX + 1;
    refused(g, "options");
    g = by_hand();
    g.n = 0;
    refused(g, "players");
    g = by_hand();
    g.congestion = INFINITY;
    refused(g, "finite");
    g = by_hand();
    g.distortion_io = NULL;
    refused(g, "table");
    g = by_hand();
    g.size_i = NULL;
    g.side_o[0] = 1;
    refused(g, "sizes");
}

static void graph_refused(uint32_t *neighbour, float *weight, size_t n, const char *word)
{
    struct graph graph = {n, hand_begin, neighbour, weight};
    struct game g = by_hand();
    g.graph = &graph;
    refused(g, word);
}

Test(allocate_game, bad_graphs_are_named)
{
    graph_refused(hand_neighbour, hand_weight, 2, "2 players");
    graph_refused((uint32_t[]){1, 0, 3, 1}, hand_weight, 3, "neighbours of player 1");
    graph_refused((uint32_t[]){1, 2, 0, 1}, hand_weight, 3, "neighbours of player 1");
    graph_refused((uint32_t[]){0, 0, 2, 1}, hand_weight, 3, "neighbours of player 0");
    graph_refused((uint32_t[]){2, 0, 2, 1}, hand_weight, 3, "other end");
    graph_refused(hand_neighbour, (float[]){1, 1, 2, 3}, 3, "other end");
    graph_refused(hand_neighbour, (float[]){1, 1, NAN, NAN}, 3, "finite");
}

Test(allocate_game, budgets_too_small_are_refused)
{
    struct game g = by_hand();
    struct err e;
    cr_assert(game_check_budget(&g, 4, &e) == 0);
    cr_assert(game_check_budget(&g, 3.9, &e) == -1);
    cr_assert(strstr(e.text, "3.9") != NULL, "%s", e.text);
    cr_assert(game_check_budget(&g, NAN, &e) == -1);
}

Test(allocate_game, lattices_stand_side_by_side)
{
    struct graph graph;
    struct err e;
    const struct lattice shapes[] = {{2, 3}, {1, 1}, {0, 5}, {1, 2}};
    cr_assert(graph_of_lattices(&graph, shapes, 4, &e) == 0);
    const uint32_t begin[] = {0, 2, 5, 7, 9, 12, 14, 14, 15, 16};
    const uint32_t neighbour[] = {1, 3, 0, 2, 4, 1, 5, 0, 4, 1, 3, 5, 2, 4, 8, 7};
    cr_assert(graph.n == 9 && memcmp(graph.begin, begin, sizeof begin) == 0);
    cr_assert(memcmp(graph.neighbour, neighbour, sizeof neighbour) == 0);
    cr_assert(graph_check(&graph, 9, &e) == 0);
    graph_release(&graph);
    const struct lattice huge = {SIZE_MAX, 2};
    cr_assert(graph_of_lattices(&graph, &huge, 1, &e) == -1);
}
