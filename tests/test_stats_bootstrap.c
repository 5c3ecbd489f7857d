/*
 * The intervals against a draw-by-draw account of what the header says, and their coverage over
 * simulated texts of which the truth is known.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/rng_lanes.h"
#include "stats/bootstrap.h"
#include "stats/cluster_error.h"

enum { TRIALS = 2000, TEXTS_MAX = 128 };

static double gaussian(struct rng *r)
{
    double u = 1 - rng_uniform(r), angle = 2 * M_PI * rng_uniform(r);
    return sqrt(-2 * log(u)) * cos(angle);
}

/* Token-wise numbers of a trial; and their sums by text. */
struct simulated {
    double difference[TEXTS_MAX], loss[TEXTS_MAX], weight[TEXTS_MAX];
    double token_error; /* of the mean difference, if tokens were independent */
};

static const double true_delta = 0.05, true_loss = 5;

/* 4 to 63 tokens a text, few of them long; the tokens of a text share half of their variance. */
static void simulate(struct simulated *s, size_t n, uint32_t trial)
{
    struct rng r = rng_stream(5, trial, RNG_TEST);
    double sum = 0, squares = 0, tokens = 0;
    for (size_t i = 0; i < n; i++) {
        double length = floor(4 + 60 * pow(rng_uniform(&r), 2));
        double harm = 0.2 * gaussian(&r), hard = gaussian(&r);
        s->difference[i] = s->loss[i] = 0;
        s->weight[i] = length;
        for (double k = 0; k < length; k++) {
            double difference = true_delta + harm + 0.7 * (rng_uniform(&r) - 0.5);
            s->difference[i] += difference;
            s->loss[i] += true_loss + hard;
            sum += difference;
            squares += difference * difference;
        }
        tokens += length;
    }
    s->token_error = sqrt((squares / tokens - pow(sum / tokens, 2)) / (tokens - 1));
}

struct coverage {
    size_t delta, pct, token_wise; /* trials whose interval has the truth in it */
    double deviation, error,
        tokens; /* of delta over trials; mean clustered and token-wise errors */
};

static struct coverage coverage_of(size_t n, size_t draws)
{
    struct coverage c = {0};
    double squares = 0;
    omp_set_num_threads(1); /* teams cost more than so few draws */
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        static struct simulated s;
        struct interval ci[2];
        struct err e;
        simulate(&s, n, trial);
        const struct ratio of[2] = {{s.difference, s.weight}, {s.difference, s.loss}};
        cr_assert(bootstrap_intervals(ci, of, n, draws, trial, &e) == 0);
        double delta = cluster_ratio(s.difference, s.weight, n), pct = true_delta / true_loss;
        c.delta += ci[0].low <= true_delta && true_delta <= ci[0].high;
        c.pct += ci[1].low <= pct && pct <= ci[1].high;
        c.token_wise += fabs(delta - true_delta) < 1.96 * s.token_error;
        squares += pow(delta - true_delta, 2);
        c.error += cluster_error(s.difference, s.weight, n) / TRIALS;
        c.tokens += s.token_error / TRIALS;
    }
    c.deviation = sqrt(squares / TRIALS);
    return c;
}

static bool covers(size_t count)
{
    return count >= 93 * TRIALS / 100 && count <= 97 * TRIALS / 100;
}

Test(stats_bootstrap, intervals_of_20_texts_cover_95_percent)
{
    struct coverage c = coverage_of(20, 799);
    cr_log_info("20 texts: delta %zu, pct %zu, token-wise %zu of %d trials", c.delta, c.pct,
                c.token_wise, TRIALS);
    cr_assert(covers(c.delta) && covers(c.pct), "%zu and %zu of %d", c.delta, c.pct, TRIALS);
    cr_assert(c.token_wise < 60 * TRIALS / 100, "%zu", c.token_wise);
}

Test(stats_bootstrap, intervals_of_128_texts_cover_95_percent_and_errors_are_of_texts)
{
    struct coverage c = coverage_of(128, 199);
    cr_log_info("128 texts: delta %zu, pct %zu, token-wise %zu of %d trials; the error is %g, "
                "clustered %g, token-wise %g: %.2f times too small",
                c.delta, c.pct, c.token_wise, TRIALS, c.deviation, c.error, c.tokens,
                c.deviation / c.tokens);
    cr_assert(covers(c.delta) && covers(c.pct), "%zu and %zu of %d", c.delta, c.pct, TRIALS);
    cr_assert(c.token_wise < 60 * TRIALS / 100, "%zu", c.token_wise);
    cr_assert(fabs(c.error / c.deviation - 1) < 0.05, "%g of %g", c.error, c.deviation);
    cr_assert(c.deviation > 3 * c.tokens, "%g against %g", c.deviation, c.tokens);
}

/* t of one draw, with residuals of its own ratio and the clustered error of its own texts. */
static double naive_t(const double *y, const double *x, size_t n, uint32_t draw, double error)
{
    double drawn_y[TEXTS_MAX], drawn_x[TEXTS_MAX];
    struct rng r = rng_stream(77, draw, RNG_BOOTSTRAP);
    for (size_t i = 0; i < n; i++) {
        size_t text = (size_t)((uint64_t)rng_u32(&r) * n >> 32);
        drawn_y[i] = y[text];
        drawn_x[i] = x[text];
    }
    double own = cluster_error(drawn_y, drawn_x, n);
    own = own > error / 10 ? own : error / 10;
    return (cluster_ratio(drawn_y, drawn_x, n) - cluster_ratio(y, x, n)) / own;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void assert_as_drawn_by_hand(size_t n)
{
    static struct simulated s;
    struct interval ci[2];
    struct err e;
    simulate(&s, n, 0);
    const struct ratio of[2] = {{s.difference, s.weight}, {s.difference, s.loss}};
    cr_assert(bootstrap_intervals(ci, of, n, 999, 77, &e) == 0);
    for (size_t which = 0; which < 2; which++) {
        double t[999], error = cluster_error(of[which].y, of[which].x, n);
        double ratio = cluster_ratio(of[which].y, of[which].x, n);
        for (uint32_t k = 0; k < 999; k++) {
            t[k] = naive_t(of[which].y, of[which].x, n, k, error);
        }
        qsort(t, 999, sizeof *t, ascending);
        cr_assert(fabs(ci[which].low - (ratio - error * t[974])) < 1e-12);
        cr_assert(fabs(ci[which].high - (ratio - error * t[24])) < 1e-12);
    }
}

Test(stats_bootstrap, is_what_drawing_texts_one_by_one_gives)
{
    assert_as_drawn_by_hand(2);
    assert_as_drawn_by_hand(21);
    assert_as_drawn_by_hand(128);
}

/* More texts than are drawn at a time, by the thousand. */
Test(stats_bootstrap, of_5000_texts_is_near_the_normal_interval)
{
    enum { N = 5000 };
    static double y[N], x[N];
    struct rng r = rng_stream(9, 0, RNG_TEST);
    for (size_t i = 0; i < N; i++) {
        x[i] = 1 + (double)rng_below(&r, 60);
        y[i] = x[i] * (0.1 + gaussian(&r));
    }
    const struct ratio of[2] = {{y, x}, {x, x}};
    struct interval ci[2];
    struct err e;
    cr_assert(bootstrap_intervals(ci, of, N, 999, 1, &e) == 0);
    double error = cluster_error(y, x, N), middle = (ci[0].low + ci[0].high) / 2;
    cr_assert(fabs((ci[0].high - ci[0].low) / error / 3.92 - 1) < 0.1);
    cr_assert(fabs(middle - cluster_ratio(y, x, N)) < 0.3 * error);
    cr_assert(ci[1].low == 1 && ci[1].high == 1, "a ratio that never varies is a point");
}

/* One text alone differs: draws without it would claim to know everything. */
Test(stats_bootstrap, of_one_odd_text_stays_finite)
{
    double y[20] = {0}, x[20];
    for (size_t i = 0; i < 20; i++) {
        x[i] = 1;
    }
    y[7] = 1;
    const struct ratio of[2] = {{y, x}, {y, x}};
    struct interval ci[2];
    struct err e;
    cr_assert(bootstrap_intervals(ci, of, 20, 999, 1, &e) == 0);
    cr_assert(ci[0].low <= 0 && ci[0].high > 0.1 && ci[0].high < 1, "%g", ci[0].high);
}

Test(base_rng_lanes, are_the_words_of_the_streams)
{
    uint32_t words[4][SIMD_LANES];
    const uint64_t seed = 0x0123456789ABCDEF;
    for (uint64_t counter = 0; counter < 3; counter++) {
        rng_lanes(words, seed, 4000, RNG_TEST, counter);
        for (uint32_t j = 0; j < SIMD_LANES; j++) {
            struct rng r = rng_stream(seed, 4000 + j, RNG_TEST);
            r.counter = counter;
            for (size_t k = 0; k < 4; k++) {
                cr_assert(words[k][j] == rng_u32(&r));
            }
        }
    }
}
