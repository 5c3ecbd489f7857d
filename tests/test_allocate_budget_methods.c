/* The methods of a budget, through their table. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/lagrangian.h"
#include "made_problem.h"

static const struct {
    const char *name, *params;
} ways[] = {
    {"optimal", ""},
    {"greedy", ""},
    {"nash", ""},
    {"nash", "separation=0.5 alignment=0.3"},
    {"nash", "separation_base=0.2 separation=1 separation_load=bits"},
    {"swarm", "particles=6 iterations=8"},
    {"waterfill", ""},
    {"shapley", "permutations=4"},
};
enum { WAYS = sizeof ways / sizeof *ways };

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-11 * (1 + fabs(a) + fabs(b));
}

static void check_solution(const struct allocate_solution *s, const struct allocate_problem *q,
                           double least, const char *name, uint64_t seed)
{
    struct game_totals total = game_total(q->game, s->choice);
    cr_assert(total.bits <= q->budget, "%s, seed %d: over the budget", name, (int)seed);
    cr_assert(near(total.distortion, s->total.distortion) && total.bits == s->total.bits, "%s",
              name);
    cr_assert(s->total.distortion >= least - 1e-11 * (1 + least), "%s, seed %d: %g below %g", name,
              (int)seed, s->total.distortion, least);
    cr_assert(s->bound <= least + 1e-11 * (1 + least), "%s, seed %d", name, (int)seed);
    cr_assert(!s->exact || near(s->total.distortion, least), "%s, seed %d", name, (int)seed);
}

Test(allocate_budget, every_method_keeps_the_budget_and_none_beats_brute_force)
{
    omp_set_num_threads(1); /* games too small to be worth a team */
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct made_problem m;
        made_problem(&m, 2 + seed % 7, 2 + (int)(seed / 7 % 2), 1 + seed % 2, seed);
        double least = brute_force(m.problem.game, m.problem.budget);
        for (int k = 0; k < WAYS; k++) {
            struct allocate_solution s;
            struct err e;
            cr_assert(solve_by_name(&s, &m.problem, ways[k].name, ways[k].params, &e) == 0,
                      "%s %s, seed %d: %s", ways[k].name, ways[k].params, (int)seed, e.text);
            check_solution(&s, &m.problem, least, ways[k].name, seed);
            cr_assert(k > 0 || (s.exact && near(s.total.distortion, least)), "seed %d", (int)seed);
            allocate_solution_release(&s);
        }
        made_problem_release(&m);
    }
}

Test(allocate_budget, optimal_is_never_worse_than_any_other)
{
    omp_set_num_threads(1); /* games too small to be worth a team */
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct made_problem m;
        made_problem(&m, 20 + seed % 60, 2 + (int)(seed % 7), 1 + seed % 4, seed);
        struct allocate_solution best, s;
        struct err e;
        cr_assert(solve_by_name(&best, &m.problem, "optimal", "", &e) == 0, "%s", e.text);
        cr_assert(best.exact, "seed %d", (int)seed);
        for (int k = 1; k < WAYS; k++) {
            cr_assert(solve_by_name(&s, &m.problem, ways[k].name, ways[k].params, &e) == 0,
                      "%s, seed %d: %s", ways[k].name, (int)seed, e.text);
            check_solution(&s, &m.problem, best.total.distortion, ways[k].name, seed);
            allocate_solution_release(&s);
        }
        allocate_solution_release(&best);
        made_problem_release(&m);
    }
}

Test(allocate_budget, a_budget_below_the_cheapest_options_is_refused)
{
    struct made_problem m;
    made_problem(&m, 10, 3, 2, 1);
    m.problem.budget = -1;
    for (int k = 0; k < WAYS; k++) {
        struct allocate_solution s;
        struct err e;
        cr_assert(solve_by_name(&s, &m.problem, ways[k].name, ways[k].params, &e) == -1);
        cr_assert(strstr(e.text, "too small"), "%s: %s", ways[k].name, e.text);
        allocate_solution_release(&s);
    }
    made_problem_release(&m);
}

Test(allocate_budget, parts_must_hold_all_players)
{
    struct made_problem m;
    made_problem(&m, 10, 3, 2, 1);
    for (int k = 0; k < 2; k++) {
        struct allocate_solution s;
        struct err e;
        m.problem.n_parts = k == 0 ? 1 : 2;
        m.part[1].rows += k == 1;
        cr_assert(solve_by_name(&s, &m.problem, "nash", "", &e) == -1);
        cr_assert(strstr(e.text, "part"), "%s", e.text);
        allocate_solution_release(&s);
    }
    made_problem_release(&m);
}

Test(allocate_budget, nash_without_couplings_is_the_plain_optimum)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct made_problem m;
        made_problem(&m, 1 + seed % 50, 2 + (int)(seed % 7), 1, seed);
        uint8_t choice[64];
        struct game_result plain;
        struct allocate_solution s;
        struct err e;
        cr_assert(lagrangian_budget(choice, &plain, m.problem.game, m.problem.budget, &e) == 0);
        cr_assert(solve_by_name(&s, &m.problem, "nash", "", &e) == 0, "%s", e.text);
        cr_assert(memcmp(choice, s.choice, m.problem.game->n) == 0, "seed %d", (int)seed);
        cr_assert(s.lambda == plain.lambda && s.largest_gain == 0 && s.moves == 0);
        cr_assert(s.optimum == plain.total.distortion && s.exact == plain.exact);
        allocate_solution_release(&s);
        made_problem_release(&m);
    }
}

/* The game that the parameters of nash describe, written out again. */
static struct game coupled_game(struct graph *graph, const struct made_problem *m, double a,
                                double c, double s, double optimum)
{
    struct game g = m->made.game;
    struct lattice shape[MADE_PARTS_MAX];
    struct err e;
    for (size_t k = 0; k < m->problem.n_parts; k++) {
        shape[k] = (struct lattice){m->part[k].rows, m->part[k].cols};
    }
    cr_assert(graph_of_lattices(graph, shape, m->problem.n_parts, &e) == 0);
    double edges = graph->begin[graph->n] / 2.0;
    g.base = a * optimum;
    g.congestion = c * optimum;
    g.graph = graph;
    g.alignment = edges > 0 ? s * optimum / edges : 0;
    return g;
}

Test(allocate_budget, nobody_gains_by_moving_in_a_thousand_coupled_games)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct made_problem m;
        made_problem(&m, 2 + seed % 40, 2 + (int)(seed % 5), 1 + seed % 2, seed);
        struct allocate_solution s;
        struct graph graph;
        struct err e;
        double scale;
        cr_assert(solve_by_name(&s, &m.problem, "nash",
                                "separation_base=0.25 separation=0.5 alignment=0.75", &e) == 0,
                  "seed %d: %s", (int)seed, e.text);
        struct game g = coupled_game(&graph, &m, 0.25, 0.5, 0.75, s.optimum);
        double gain = naive_gain(&g, s.choice, s.lambda, &scale);
        cr_assert(gain <= 1e-11 * scale && s.largest_gain <= 1e-11 * scale, "seed %d: %g",
                  (int)seed, gain);
        for (size_t k = 1; k < s.n_trace; k++) {
            cr_assert(s.trace[k] <= s.trace[k - 1] + 1e-12 * fabs(s.trace[k]), "seed %d",
                      (int)seed);
        }
        cr_assert(near(s.trace[s.n_trace - 1], naive_potential(&g, s.choice, s.lambda)));
        graph_release(&graph);
        allocate_solution_release(&s);
        made_problem_release(&m);
    }
}

Test(allocate_budget, couplings_of_a_game_without_distortion_charge_nothing)
{
    const float d[8] = {0};
    struct game g = {.n = 4, .m = 2, .distortion_io = d, .size = 2, .rate_o = {1, 2}};
    const struct allocate_part part = {0, 0, 2, 2};
    struct allocate_problem q = {.game = &g, .parts = &part, .n_parts = 1, .budget = 12};
    struct allocate_solution s;
    struct err e;
    cr_assert(game_check(&g, &e) == 0);
    cr_assert(solve_by_name(&s, &q, "nash", "separation=2 alignment=2", &e) == 0, "%s", e.text);
    cr_assert(s.total.distortion == 0 && s.total.bits == 8 && s.largest_gain == 0 && s.exact);
    allocate_solution_release(&s);
}

Test(allocate_budget, alignment_makes_neighbours_agree)
{
    /* Two rows of two; each is best off alone with the option that its neighbours do not have. */
    const float d[] = {0, 1, 1, 0, 1, 0, 0, 1};
    struct game g = {.n = 4, .m = 2, .distortion_io = d, .size = 1, .rate_o = {1, 1}};
    const struct allocate_part part = {0, 0, 2, 2};
    struct allocate_problem q = {.game = &g, .parts = &part, .n_parts = 1, .budget = 4};
    struct err e;
    struct allocate_solution s;
    cr_assert(game_check(&g, &e) == 0);
    cr_assert(solve_by_name(&s, &q, "nash", "alignment=9", &e) == 0);
    cr_assert(s.choice[0] == 0 && s.choice[1] == 1 && s.optimum == 0, "an optimum of 0");
    allocate_solution_release(&s);
    const float less[] = {1, 2, 2, 1, 2, 1, 1, 2};
    g.distortion_io = less;
    /* D* = 4 over 4 edges: differing costs the strength an edge, and agreeing costs 1. */
    for (int strong = 0; strong <= 1; strong++) {
        cr_assert(solve_by_name(&s, &q, "nash", strong ? "alignment=0.75" : "alignment=0.25", &e) ==
                  0);
        bool agree = memcmp(s.choice, s.choice + 1, 3) == 0;
        cr_assert(agree == strong, "strength %d", strong);
        allocate_solution_release(&s);
    }
}

Test(allocate_budget, waterfill_takes_the_nearest_rate)
{
    /* Variances 16 and 1: at θ = 1 rates 2 and 0, at θ = ¼ rates 3 and 1; options 0 … 3 bits. */
    const float d[] = {16, 4, 1, 0.25f, 1, 0.25f, 0.0625f, 0.015625f};
    const double variance[] = {16, 1};
    struct game g = {.n = 2, .m = 4, .distortion_io = d, .size = 10, .rate_o = {0, 1, 2, 3}};
    const struct allocate_part part = {0, 0, 1, 2};
    struct allocate_problem q = {
        .game = &g, .parts = &part, .n_parts = 1, .budget = 20, .variance_i = variance};
    struct err e;
    struct allocate_solution s;
    cr_assert(game_check(&g, &e) == 0);
    cr_assert(solve_by_name(&s, &q, "waterfill", "", &e) == 0, "%s", e.text);
    cr_assert(s.choice[0] == 2 && s.choice[1] == 0);
    allocate_solution_release(&s);
    q.budget = 45;
    cr_assert(solve_by_name(&s, &q, "waterfill", "", &e) == 0);
    cr_assert(s.choice[0] == 3 && s.choice[1] == 1 && s.total.bits == 40);
    allocate_solution_release(&s);
    q.variance_i = NULL;
    cr_assert(solve_by_name(&s, &q, "waterfill", "", &e) == -1 && strstr(e.text, "variance"));
    allocate_solution_release(&s);
}

Test(allocate_budget, swarm_falls_and_finds_the_split_of_two_tensors)
{
    /* The first tensor's distortions are a hundred times the second's: it should get the bits. */
    enum { N = 64 };
    float d[2 * N];
    struct err e;
    for (int i = 0; i < N; i++) {
        d[2 * i] = (i < N / 2 ? 100.0f : 1.0f) * (float)(1 + i % 7);
        d[2 * i + 1] = 0;
    }
    struct game g = {.n = N, .m = 2, .distortion_io = d, .size = 1, .rate_o = {0, 1}};
    const struct allocate_part part[] = {{0, 0, 4, 8}, {1, N / 2, 4, 8}};
    struct allocate_problem q = {
        .game = &g, .parts = part, .n_parts = 2, .budget = N / 2, .seed = 3};
    struct allocate_solution s;
    cr_assert(game_check(&g, &e) == 0);
    cr_assert(solve_by_name(&s, &q, "swarm", "particles=20 iterations=100", &e) == 0, "%s", e.text);
    struct game_totals best = {0, N / 2};
    for (int i = N / 2; i < N; i++) {
        best.distortion += (double)d[2 * i];
    }
    cr_assert(s.total.bits == N / 2 && s.total.distortion == best.distortion, "%g",
              s.total.distortion);
    for (size_t k = 1; k < s.n_trace; k++) {
        cr_assert(s.trace[k] <= s.trace[k - 1]);
    }
    cr_assert(s.trace[s.n_trace - 1] == s.total.distortion && s.trace[0] > s.total.distortion);
    allocate_solution_release(&s);
}

Test(allocate_budget, shapley_gives_bits_to_the_tensor_that_the_loss_is_sensitive_to)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct made_problem m;
        made_problem(&m, 60, 4, 4, 4 * seed); /* curves that are alike */
        struct allocate_solution s, plain;
        struct err e;
        double sum = 0, all = 0;
        cr_assert(solve_by_name(&plain, &m.problem, "nash", "", &e) == 0);
        char reference[64]; /* the losses are measured at the budget itself */
        snprintf(reference, sizeof reference, "reference=%.17g",
                 m.problem.budget / m.problem.game->weights);
        cr_assert(solve_by_name(&s, &m.problem, "shapley", reference, &e) == 0, "%s", e.text);
        cr_assert(m.asked == 16, "16 coalitions of 4 tensors, each asked once, not %d", m.asked);
        for (size_t k = 0; k < 4; k++) {
            double expected = 0;
            for (size_t i = m.part[k].first; i < m.part[k].first + m.part[k].rows * m.part[k].cols;
                 i++) {
                expected +=
                    m.weight[k] * (double)game_distortion(m.problem.game, i, plain.choice[i]);
            }
            /* The made loss is additive: each tensor's value is what it adds alone. */
            cr_assert(fabs(s.value[k] - expected) <= 1e-10 * (3 + expected));
            cr_assert(s.value_error[k] == 0);
            sum += s.value[k];
            all += expected;
        }
        cr_assert(fabs(sum - all) <= 1e-10 * (3 + all) && plain.optimum <= s.total.distortion * 2);
        allocate_solution_release(&s);
        allocate_solution_release(&plain);
        made_problem_release(&m);
    }
}

Test(allocate_budget, shapley_optimises_what_the_loss_measures)
{
    /* Two equal tensors, the loss of the second ten times as sensitive: it takes the one bit. */
    struct made_problem m;
    struct allocate_solution s;
    struct err e;
    made_problem(&m, 2, 2, 2, 0);
    const float d[] = {4, 1, 3.9f, 1};
    struct game g = {.n = 2, .m = 2, .distortion_io = d, .size = 1, .rate_o = {1, 2}};
    cr_assert(game_check(&g, &e) == 0);
    m.made.game.distortion_io = d; /* what the made loss looks at */
    m.problem.game = &g;
    m.problem.budget = 3;
    m.weight[0] = 1;
    m.weight[1] = 10;
    cr_assert(solve_by_name(&s, &m.problem, "optimal", "", &e) == 0 && s.choice[0] == 1);
    allocate_solution_release(&s);
    cr_assert(solve_by_name(&s, &m.problem, "shapley", "", &e) == 0, "%s", e.text);
    cr_assert(s.choice[0] == 0 && s.choice[1] == 1);
    cr_assert(s.total.distortion == 5 && s.bound <= 4.9 + 1e-6);
    allocate_solution_release(&s);
    m.problem.loss = NULL;
    cr_assert(solve_by_name(&s, &m.problem, "shapley", "", &e) == -1 && strstr(e.text, "text"));
    allocate_solution_release(&s);
    made_problem_release(&m);
}

Test(allocate_budget, no_thread_count_changes_the_bytes)
{
    enum { N = 9000 };
    struct made_problem m;
    made_problem(&m, N, 5, 3, 13);
    for (int k = 0; k < WAYS; k++) {
        struct allocate_solution first = allocate_solution_none(), s;
        const int threads[] = {1, 2, 3, 16};
        for (int t = 0; t < 4; t++) {
            struct err e;
            omp_set_num_threads(threads[t]);
            cr_assert(solve_by_name(&s, &m.problem, ways[k].name, ways[k].params, &e) == 0, "%s",
                      e.text);
            if (t == 0) {
                first = s;
                continue;
            }
            cr_assert(memcmp(s.choice, first.choice, N) == 0, "%s, %d threads", ways[k].name,
                      threads[t]);
            cr_assert(s.total.distortion == first.total.distortion && s.bound == first.bound);
            cr_assert(s.n_trace == first.n_trace &&
                      memcmp(s.trace ? s.trace : &s.bound, first.trace ? first.trace : &first.bound,
                             first.n_trace * sizeof *s.trace) == 0);
            allocate_solution_release(&s);
        }
        allocate_solution_release(&first);
    }
    made_problem_release(&m);
}
