#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/rng.h"
#include "stats/paired.h"
#include "stats/paired_changes.h"

enum { MADE = 128 };

struct made {
    double a[MADE], b[MADE], w[MADE];
};

/* Texts of 10 to 59 tokens, b harder than a by about 0.05 nats. */
static struct made made_texts(size_t n)
{
    struct made m;
    struct rng r = rng_stream(11, 0, RNG_TEST);
    for (size_t i = 0; i < n; i++) {
        m.w[i] = 10 + (double)rng_below(&r, 50);
        m.a[i] = m.w[i] * (4 + 2 * rng_uniform(&r));
        m.b[i] = m.a[i] + m.w[i] * (rng_uniform(&r) - 0.45);
    }
    return m;
}

static struct paired compared(const double *a, const double *b, const double *w, size_t n)
{
    struct err e;
    struct paired p;
    struct paired_data d = {n, a, b, w};
    cr_assert(paired_compare(&p, &d, 3, &e) == 0);
    return p;
}

static bool near(double x, double y)
{
    return fabs(x - y) <= 1e-12 * (1 + fabs(y));
}

/* By hand: losses 50/10, 44/8, 61/12 and 52/10, 43/8, 67/12; Σw 30, Σa 155, Σd 7. */
Test(stats_paired, has_the_errors_of_the_linearised_ratio)
{
    static const double a[] = {50, 44, 61}, b[] = {52, 43, 67}, w[] = {10, 8, 12};
    struct paired p = compared(a, b, w, 3);
    double d = 7.0 / 30, ra = 155.0 / 30, rb = 162.0 / 30;
    double rest = pow(2 - 10 * d, 2) + pow(-1 - 8 * d, 2) + pow(6 - 12 * d, 2);
    double rest_a = pow(50 - 10 * ra, 2) + pow(44 - 8 * ra, 2) + pow(61 - 12 * ra, 2);
    double rest_b = pow(52 - 10 * rb, 2) + pow(43 - 8 * rb, 2) + pow(67 - 12 * rb, 2);
    cr_assert(p.clusters == 3 && near(p.mean_a, ra) && near(p.mean_b, rb) && near(p.delta, d));
    cr_assert(near(p.se, sqrt(1.5 * rest) / 30));
    cr_assert(near(p.se_unpaired, sqrt(1.5 * (rest_a + rest_b)) / 30));
    cr_assert(near(p.pct, 100 * 7.0 / 155) && near(p.ratio, exp(d)));
    /* |±2 ±1 ±6| ≥ 7 for +2+1+6, −2+1+6 is 5, +2−1+6 is 7: the true sum is 2 − 1 + 6. */
    cr_assert(near(p.p, 0.5));
}

Test(stats_paired, of_a_method_with_itself_finds_nothing_at_all)
{
    struct made m = made_texts(MADE);
    struct paired p = compared(m.a, m.a, m.w, MADE);
    cr_assert(p.delta == 0 && p.se == 0 && p.pct == 0 && p.ratio == 1 && p.p == 1);
    cr_assert(p.delta_ci.low == 0 && p.delta_ci.high == 0);
    cr_assert(p.pct_ci.low == 0 && p.pct_ci.high == 0);
    cr_assert(p.ratio_ci.low == 1 && p.ratio_ci.high == 1);
    cr_assert(p.se_unpaired > 0);
}

Test(stats_paired, of_equal_differences_has_an_interval_of_one_point)
{
    static const double a[] = {3, 4, 5.5, 7}, b[] = {3.3, 4.3, 5.8, 7.3}, w[] = {1, 1, 1, 1};
    struct paired p = compared(a, b, w, 4);
    cr_assert(fabs(p.delta - 0.3) < 1e-12 && p.delta_ci.low == p.delta);
    cr_assert(p.delta_ci.high == p.delta && p.p == 0.125);
}

Test(stats_paired, of_one_text_has_no_error_and_no_interval)
{
    static const double a[] = {50}, b[] = {52}, w[] = {10};
    struct paired p = compared(a, b, w, 1);
    cr_assert(near(p.delta, 0.2) && near(p.pct, 4) && p.p == 1 && p.clusters == 1);
    cr_assert(isnan(p.se) && isnan(p.se_unpaired) && isnan(p.delta_ci.low));
    cr_assert(isnan(p.pct_ci.high) && isnan(p.ratio_ci.low));
}

Test(stats_paired, leaves_out_texts_without_tokens)
{
    struct made m = made_texts(20);
    struct paired all = compared(m.a, m.b, m.w, 20);
    double a[21] = {0}, b[21] = {0}, w[21] = {0};
    memcpy(a + 1, m.a, 20 * sizeof *a);
    memcpy(b + 1, m.b, 20 * sizeof *b);
    memcpy(w + 1, m.w, 20 * sizeof *w);
    struct paired some = compared(a, b, w, 21);
    cr_assert(memcmp(&all, &some, sizeof all) == 0);
}

Test(stats_paired, of_a_broken_model_is_not_measured)
{
    struct made m = made_texts(20);
    m.b[4] = INFINITY;
    struct paired p = compared(m.a, m.b, m.w, 20);
    cr_assert(p.clusters == 20 && isnan(p.delta) && isnan(p.p) && isnan(p.delta_ci.low));
}

Test(stats_paired, has_no_percentage_of_a_loss_of_nothing)
{
    static const double a[] = {0, 0, 0}, b[] = {0.1, 0.2, 0.4}, w[] = {1, 1, 1};
    struct paired p = compared(a, b, w, 3);
    cr_assert(isnan(p.pct) && isnan(p.pct_ci.low) && isnan(p.pct_ci.high));
    cr_assert(p.delta_ci.low < p.delta && p.delta < p.delta_ci.high);
}

Test(stats_paired, refuses_weights_that_count_nothing)
{
    static const double a[] = {1, 2}, negative[] = {1, -2}, none[] = {0, 0};
    struct err e;
    struct paired p;
    cr_assert(paired_compare(&p, &(struct paired_data){2, a, a, negative}, 0, &e) == -1);
    cr_assert(strstr(e.text, "text 1 of a paired comparison has the weight -2"), "%s", e.text);
    cr_assert(paired_compare(&p, &(struct paired_data){2, a, a, none}, 0, &e) == -1);
    cr_assert(strstr(e.text, "none of the 2 texts"), "%s", e.text);
}

Test(stats_paired, turns_around_when_the_methods_are_swapped)
{
    struct made m = made_texts(40);
    struct paired p = compared(m.a, m.b, m.w, 40), q = compared(m.b, m.a, m.w, 40);
    cr_assert(p.delta == -q.delta && p.se == q.se && p.p == q.p);
    cr_assert(p.se_unpaired == q.se_unpaired);
    cr_assert(near(p.delta_ci.low, -q.delta_ci.high) && near(p.delta_ci.high, -q.delta_ci.low));
    cr_assert(near(p.ratio_ci.low, 1 / q.ratio_ci.high));
}

/* Losses in bits rather than nats; then twice the tokens in each text. Powers of 2 are exact. */
Test(stats_paired, follows_the_scale_of_losses_and_not_that_of_weights)
{
    struct made m = made_texts(40), scaled = m, longer = m;
    for (size_t i = 0; i < 40; i++) {
        scaled.a[i] *= 4;
        scaled.b[i] *= 4;
        longer.a[i] *= 2;
        longer.b[i] *= 2;
        longer.w[i] *= 2;
    }
    struct paired p = compared(m.a, m.b, m.w, 40);
    struct paired s = compared(scaled.a, scaled.b, scaled.w, 40);
    struct paired l = compared(longer.a, longer.b, longer.w, 40);
    cr_assert(s.delta == 4 * p.delta && s.se == 4 * p.se && s.pct == p.pct && s.p == p.p);
    cr_assert(s.delta_ci.low == 4 * p.delta_ci.low && s.pct_ci.high == p.pct_ci.high);
    cr_assert(memcmp(&l, &p, sizeof l) == 0);
}

Test(stats_paired, has_a_ratio_that_is_exp_of_delta_and_an_interval_around_it)
{
    struct made m = made_texts(MADE);
    struct paired p = compared(m.a, m.b, m.w, MADE);
    cr_assert(p.ratio == exp(p.delta) && p.ratio_ci.low == exp(p.delta_ci.low));
    cr_assert(p.ratio_ci.high == exp(p.delta_ci.high));
    cr_assert(p.delta_ci.low < p.delta && p.delta < p.delta_ci.high);
    cr_assert(p.pct_ci.low < p.pct && p.pct < p.pct_ci.high);
    double width = (p.delta_ci.high - p.delta_ci.low) / p.se;
    cr_assert(width > 3.8 && width < 4.4, "an interval of %g errors", width);
    cr_assert(p.se_unpaired > 2 * p.se && p.p < 0.1);
}

Test(stats_paired, has_the_same_bytes_for_any_number_of_threads)
{
    struct made m = made_texts(MADE);
    omp_set_num_threads(1);
    struct paired one = compared(m.a, m.b, m.w, MADE);
    static const int threads[] = {2, 5};
    for (size_t i = 0; i < 2; i++) {
        omp_set_num_threads(threads[i]);
        struct paired more = compared(m.a, m.b, m.w, MADE);
        cr_assert(memcmp(&one, &more, sizeof one) == 0, "%d threads", threads[i]);
    }
}

static struct paired_changes changed(const struct paired_data *x, const struct paired_data *y)
{
    struct err e;
    struct paired_changes c;
    cr_assert(paired_changes(&c, x, y, 3, &e) == 0, "%s", e.text);
    return c;
}

Test(stats_paired, changes_against_none_at_all_are_the_changes_themselves)
{
    struct made m = made_texts(MADE);
    struct paired p = compared(m.a, m.b, m.w, MADE);
    struct paired_data moved = {MADE, m.a, m.b, m.w}, still = {MADE, m.a, m.a, m.w};
    struct paired_changes c = changed(&moved, &still);
    cr_assert(near(c.first, p.pct) && c.second == 0 && near(c.difference, p.pct));
    double width = p.pct_ci.high - p.pct_ci.low;
    cr_assert(fabs(c.around.low - p.pct_ci.low) < 0.1 * width, "%g", c.around.low);
    cr_assert(fabs(c.around.high - p.pct_ci.high) < 0.1 * width, "%g", c.around.high);
    c = changed(&moved, &moved);
    cr_assert(c.difference == 0 && c.around.low == 0 && c.around.high == 0);
}

Test(stats_paired, changes_that_go_together_differ_narrowly_and_opposed_ones_widely)
{
    struct made m = made_texts(MADE);
    double with[MADE], against[MADE];
    for (size_t i = 0; i < MADE; i++) {
        with[i] = m.a[i] + 0.9 * (m.b[i] - m.a[i]);
        against[i] = m.a[i] - 0.9 * (m.b[i] - m.a[i]);
    }
    struct paired_data first = {MADE, m.a, m.b, m.w}, alike = {MADE, m.a, with, m.w},
                       opposed = {MADE, m.a, against, m.w};
    struct paired p = compared(m.a, m.b, m.w, MADE);
    double width = p.pct_ci.high - p.pct_ci.low;
    struct paired_changes near_by = changed(&first, &alike), apart = changed(&first, &opposed);
    cr_assert(near_by.around.high - near_by.around.low < 0.2 * width);
    cr_assert(apart.around.high - apart.around.low > 1.7 * width);
}

Test(stats_paired, changes_leave_out_texts_that_neither_scores)
{
    static const double a[] = {4, 0, 5, 6}, b[] = {5, 0, 5, 8}, w[] = {1, 0, 1, 1};
    static const double a3[] = {4, 5, 6}, b3[] = {5, 5, 8}, w3[] = {1, 1, 1};
    static const double half[] = {2, 0, 5, 7}, half3[] = {2, 5, 7};
    struct paired_data x = {4, a, b, w}, y = {4, a, half, w};
    struct paired_data x3 = {3, a3, b3, w3}, y3 = {3, a3, half3, w3};
    struct paired_changes c = changed(&x, &y), without = changed(&x3, &y3);
    struct err e;
    cr_assert(near(c.difference, 100 * 4.0 / 15) && c.around.low == without.around.low);
    cr_assert(c.around.high == without.around.high);
    cr_assert(paired_changes(&c, &x, &x3, 3, &e) == -1 && strstr(e.text, "cannot be paired"));
}
