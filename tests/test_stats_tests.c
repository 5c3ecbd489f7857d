#include <criterion/criterion.h>
#include <math.h>

#include "base/rng.h"
#include "stats/cluster_error.h"
#include "stats/holm.h"
#include "stats/sign_flip.h"

/* Counted by hand of the sets of flipped signs. */
Test(stats_sign_flip, goes_through_all_signs_of_few_texts)
{
    static const double five[] = {1, 2, 3, 4, 5}, mixed[] = {5, -1, 4, 2, -3};
    /* Sums are 15 − 2·(flipped): ±15 once each; 7 = 15 − 2·4 flips {4} or {1, 3}. */
    cr_assert(sign_flip(five, 5, 0) == 2.0 / 32);
    /* |sum| ≥ 7: flipped sets of sum 0 to 4: ∅, 1, 2, 3, 1+2, 4, 1+3: 7, and 7 mirrored. */
    cr_assert(sign_flip(mixed, 5, 0) == 14.0 / 32, "%g", sign_flip(mixed, 5, 0));
}

/* 0.1 + 0.2 is not 0.3 in doubles, but the two sums are one in the test. */
Test(stats_sign_flip, counts_sums_that_differ_by_rounding_as_equal)
{
    static const double tenths[] = {0.5, -0.1, 0.4, 0.2, -0.3};
    cr_assert(sign_flip(tenths, 5, 0) == 14.0 / 32, "%g", sign_flip(tenths, 5, 0));
}

static void made(double *x, size_t n, double shift)
{
    struct rng r = rng_stream(21, 0, RNG_TEST);
    for (size_t i = 0; i < n; i++) {
        x[i] = rng_uniform(&r) - 0.5 + shift;
    }
}

/* All 2^20 signs in Gray's order, against 10,000 drawn ones. */
Test(stats_sign_flip, drawn_signs_agree_with_all_signs)
{
    enum { N = 20 };
    double x[N], sum = 0;
    made(x, N, 0.2);
    for (size_t i = 0; i < N; i++) {
        sum += x[i];
    }
    double sign[N], at = sum;
    size_t count = 1;
    for (size_t i = 0; i < N; i++) {
        sign[i] = 1;
    }
    for (uint32_t k = 1; k < (uint32_t)1 << N; k++) {
        int bit = __builtin_ctz(k);
        at -= 2 * sign[bit] * x[bit];
        sign[bit] = -sign[bit];
        count += fabs(at) >= fabs(sum) - 1e-9;
    }
    double flipped = (double)count / (1 << N);
    double drawn = sign_flip(x, N, 4), error = sqrt(flipped * (1 - flipped) / SIGN_FLIP_DRAWS);
    cr_assert(flipped > 0.01 && flipped < 0.5, "%g", flipped);
    cr_assert(fabs(drawn - flipped) < 4 * error, "%g against %g", drawn, flipped);
    cr_assert(sign_flip(x, N, 5) != drawn && sign_flip(x, N, 4) == drawn);
}

/* The word that each sign comes from, one stream a draw. */
Test(stats_sign_flip, draws_the_bits_of_its_streams)
{
    enum { N = 150 };
    double x[N], sum = 0;
    made(x, N, 0.02);
    for (size_t i = 0; i < N; i++) {
        sum += x[i];
    }
    size_t count = 0;
    for (uint32_t k = 0; k < SIGN_FLIP_DRAWS; k++) {
        struct rng r = rng_stream(8, k, RNG_SIGN_FLIP);
        double flipped = 0;
        uint32_t word = 0;
        for (size_t i = 0; i < N; i++) {
            word = i % 32 ? word : rng_u32(&r);
            flipped += word >> i % 32 & 1 ? -x[i] : x[i];
        }
        count += fabs(flipped) >= fabs(sum) - 1e-9;
    }
    cr_assert(sign_flip(x, N, 8) == (1.0 + (double)count) / (1 + SIGN_FLIP_DRAWS));
}

Test(stats_sign_flip, of_nothing_is_1_and_of_no_number_is_none)
{
    static const double zeros[20] = {0}, broken[] = {1, INFINITY, 2};
    cr_assert(sign_flip(zeros, 20, 0) == 1 && sign_flip(zeros, 5, 0) == 1);
    cr_assert(sign_flip(zeros, 0, 0) == 1);
    cr_assert(isnan(sign_flip(broken, 3, 0)));
}

/* Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1, each at least the one before. */
Test(stats_holm, is_the_textbook_example)
{
    static const double p[] = {0.01, 0.04, 0.03, 0.005};
    static const double expected[] = {0.03, 0.06, 0.06, 0.02};
    double adjusted[4];
    holm(adjusted, p, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert(fabs(adjusted[i] - expected[i]) < 1e-15, "%zu: %g", i, adjusted[i]);
    }
}

Test(stats_holm, gives_ties_one_value_never_passes_1_and_skips_what_was_not_tested)
{
    static const double p[] = {0.02, (double)NAN, 0.02, 0.9, 0.6};
    double adjusted[5];
    holm(adjusted, p, 5);
    cr_assert(adjusted[0] == 0.08 && adjusted[2] == 0.08);
    cr_assert(isnan(adjusted[1]));
    cr_assert(adjusted[3] == 1 && adjusted[4] == 1);
    holm(adjusted, p, 0);
}

Test(stats_cluster_error, of_equal_texts_is_the_error_of_a_mean)
{
    static const double y[] = {2, 4, 4, 4, 5, 5, 7, 9}, x[] = {1, 1, 1, 1, 1, 1, 1, 1};
    cr_assert(cluster_ratio(y, x, 8) == 5);
    cr_assert(fabs(cluster_error(y, x, 8) - sqrt(32.0 / 7 / 8)) < 1e-15);
    cr_assert(isnan(cluster_error(y, x, 1)));
}

/* A token repeated k times in its text is k tokens, and no knowledge. */
Test(stats_cluster_error, does_not_shrink_with_tokens_that_say_the_same)
{
    double y[8], x[8];
    for (size_t i = 0; i < 8; i++) {
        y[i] = 100 * (double)(i % 3);
        x[i] = 100;
    }
    double ones[8], thin[8];
    for (size_t i = 0; i < 8; i++) {
        ones[i] = 1;
        thin[i] = (double)(i % 3);
    }
    cr_assert(fabs(cluster_error(y, x, 8) - cluster_error(thin, ones, 8)) < 1e-15);
}
