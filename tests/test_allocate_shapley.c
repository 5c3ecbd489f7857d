/* Shapley values: axioms, games with known values, sampling against enumeration. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/shapley.h"
#include "base/rng.h"

enum { PLAYERS_MAX = 70 };

/* A game by its table over sets, or of another form. */
struct table {
    size_t n, asked;
    double value[1 << 8];
};

static int by_table(void *context, double *out, const bool *in, struct err *e)
{
    struct table *t = context;
    size_t set = 0;
    (void)e;
    for (size_t k = 0; k < t->n; k++) {
        set |= (size_t)in[k] << k;
    }
    t->asked++;
    *out = t->value[set];
    return 0;
}

static struct table random_table(size_t n, uint64_t seed)
{
    struct rng r = rng_stream(seed, 0, RNG_TEST);
    struct table t = {.n = n};
    for (size_t set = 0; set < (size_t)1 << n; set++) {
        t.value[set] = 10 * rng_uniform(&r) - 3;
    }
    return t;
}

static struct shapley_result solve(int (*value)(void *, double *, const bool *, struct err *),
                                   void *context, size_t n, size_t permutations, uint64_t seed)
{
    struct shapley_game g = {n, value, context};
    struct shapley_settings settings = {.permutations = permutations, .seed = seed};
    struct shapley_result r;
    struct err e;
    cr_assert(shapley_values(&r, &g, &settings, &e) == 0, "%s", e.text);
    return r;
}

/* The definition: the mean of the marginals over all n! orders. */
static void over_all_orders(double *value, const struct table *t, size_t *order, size_t placed,
                            double *count)
{
    if (placed == t->n) {
        size_t set = 0;
        for (size_t k = 0; k < t->n; k++) {
            size_t with = set | (size_t)1 << order[k];
            value[order[k]] += t->value[with] - t->value[set];
            set = with;
        }
        *count += 1;
        return;
    }
    for (size_t k = placed; k < t->n; k++) {
        size_t kept = order[placed];
        order[placed] = order[k];
        order[k] = kept;
        over_all_orders(value, t, order, placed + 1, count);
        order[k] = order[placed];
        order[placed] = kept;
    }
}

Test(allocate_shapley, equals_the_mean_over_all_orders_in_a_thousand_games)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        size_t n = 1 + seed % 5, order[] = {0, 1, 2, 3, 4};
        struct table t = random_table(n, seed);
        double value[5] = {0}, count = 0, sum = 0;
        over_all_orders(value, &t, order, 0, &count);
        struct shapley_result r = solve(by_table, &t, n, 64, seed);
        cr_assert(r.exact && r.evaluations == (size_t)1 << n && t.asked == r.evaluations);
        for (size_t k = 0; k < n; k++) {
            cr_assert(fabs(r.value[k] - value[k] / count) < 1e-12, "seed %d", (int)seed);
            sum += r.value[k];
        }
        cr_assert(fabs(sum - (t.value[((size_t)1 << n) - 1] - t.value[0])) < 1e-12);
        shapley_release(&r);
    }
}

Test(allocate_shapley, sampling_is_efficient_and_asks_nothing_twice)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        size_t n = 4 + seed % 5;
        struct table t = random_table(n, seed);
        struct shapley_result r = solve(by_table, &t, n, 2, seed);
        double sum = 0;
        for (size_t k = 0; k < n; k++) {
            sum += r.value[k];
            cr_assert(isnan(r.error[k]), "one pair has no standard error");
        }
        cr_assert(!r.exact && r.permutations == 2 && t.asked == r.evaluations);
        cr_assert(r.evaluations <= 2 * (n - 1) + 2);
        cr_assert(fabs(sum - r.all) < 1e-12 && r.all == t.value[((size_t)1 << n) - 1] - t.value[0]);
        shapley_release(&r);
    }
}

Test(allocate_shapley, standard_errors_cover_the_truth)
{
    size_t within = 0, all = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct table t = random_table(8, seed);
        struct shapley_result exact = solve(by_table, &t, 8, 1000, seed),
                              r = solve(by_table, &t, 8, 32, seed);
        cr_assert(exact.exact && !r.exact && r.permutations == 32);
        for (size_t k = 0; k < 8; k++) {
            within += fabs(r.value[k] - exact.value[k]) <= 2 * r.error[k];
            all++;
        }
        shapley_release(&exact);
        shapley_release(&r);
    }
    /* Two errors of a mean over 16 pairs hold about 94 % of the time. */
    cr_assert(within > all * 88 / 100 && within < all * 98 / 100, "%zu of %zu", within, all);
}

/* Landing fees: a coalition costs its longest runway. */
static int airport(void *context, double *out, const bool *in, struct err *e)
{
    const double *cost = context;
    (void)e;
    *out = 0;
    for (size_t k = 0; k < 4; k++) {
        *out = in[k] ? fmax(*out, cost[k]) : *out;
    }
    return 0;
}

Test(allocate_shapley, airport_game_has_its_known_values)
{
    /* Littlechild and Owen 1973: each stretch of runway is shared by those who need it. */
    double cost[] = {12, 24, 60, 84};
    struct shapley_result r = solve(airport, cost, 4, 16, 1);
    const double expected[] = {3, 7, 25, 49};
    for (int k = 0; k < 4; k++) {
        cr_assert(fabs(r.value[k] - expected[k]) < 1e-12, "%g", r.value[k]);
    }
    shapley_release(&r);
}

/* Additive, but for the pair {0, 1}, which adds 6 when both are there; player 2 is null. */
static int pair_game(void *context, double *out, const bool *in, struct err *e)
{
    (void)e;
    *out = in[0] && in[1] ? 6 : 0;
    for (size_t k = 3; k < *(size_t *)context; k++) {
        *out += in[k] ? (double)k : 0;
    }
    return 0;
}

Test(allocate_shapley, symmetric_null_and_additive_players)
{
    for (size_t n = 4; n <= PLAYERS_MAX; n += 33) {
        struct shapley_result r = solve(pair_game, &n, n, 8, 5);
        /* A pair of opposite orders gives each of the two half of what they add together. */
        cr_assert(fabs(r.value[0] - 3) < 1e-9 && fabs(r.value[1] - 3) < 1e-9 &&
                  fabs(r.value[2]) < 1e-9);
        for (size_t k = 3; k < n; k++) {
            cr_assert(fabs(r.value[k] - (double)k) < 1e-9, "player %zu of %zu", k, n);
        }
        cr_assert(r.exact == (n == 4) && (n == 4 || r.permutations == 6), "stopped at %zu",
                  r.permutations);
        shapley_release(&r);
    }
}

Test(allocate_shapley, values_of_a_sum_of_games_are_sums)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        size_t n = 5 + seed % 4, permutations = seed % 2 ? 4 : 4096;
        struct table a = random_table(n, seed), b = random_table(n, seed + 1000), c = a;
        for (size_t set = 0; set < (size_t)1 << n; set++) {
            c.value[set] = 2 * a.value[set] + b.value[set];
        }
        struct shapley_result x = solve(by_table, &a, n, permutations, 9),
                              y = solve(by_table, &b, n, permutations, 9),
                              z = solve(by_table, &c, n, permutations, 9);
        cr_assert(x.exact == (seed % 2 == 0));
        for (size_t k = 0; k < n; k++) {
            cr_assert(fabs(z.value[k] - 2 * x.value[k] - y.value[k]) < 1e-11);
        }
        shapley_release(&x);
        shapley_release(&y);
        shapley_release(&z);
    }
}

static int broken(void *context, double *out, const bool *in, struct err *e)
{
    *out = in[0] ? *(double *)context : 0;
    return in[1] ? err_set(e, "cannot be measured") : 0;
}

Test(allocate_shapley, errors_are_passed_on)
{
    double infinite = INFINITY;
    struct shapley_game g = {1, broken, &infinite};
    struct shapley_settings settings = {.permutations = 2};
    struct shapley_result r;
    struct err e;
    g.n = 2;
    cr_assert(shapley_values(&r, &g, &settings, &e) == -1);
    cr_assert(strcmp(e.text, "cannot be measured") == 0);
    settings.permutations = 3;
    cr_assert(shapley_values(&r, &g, &settings, &e) == -1 && strstr(e.text, "even"));
}
