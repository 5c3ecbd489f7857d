#include <criterion/criterion.h>
#include <math.h>

#include "stats/ranking.h"

static double wrong(const double *difference, size_t n, size_t runs, size_t texts)
{
    struct ranking_data d = {n, runs, difference};
    struct err e;
    double chance;
    cr_assert(ranking_wrong(&chance, &d, texts, 1, &e) == 0, "%s", e.text);
    return chance;
}

Test(stats_ranking, of_one_text_is_the_share_of_texts_that_say_otherwise)
{
    static const double difference[] = {9, -1, 3, -1, 2, 2, 2, 2, -1, 5};
    cr_assert(fabs(wrong(difference, 10, 1, 1) - 0.3) < 0.02); /* 4 standard errors */
    cr_assert(wrong(difference, 10, 1, 10) == 0);
}

Test(stats_ranking, draws_without_replacement)
{
    /* Of two texts of 4 the sum is negative for the pair of −1s alone: 1 of 6; with replacement
     * 1 of 4. */
    static const double difference[] = {5, -1, 5, -1};
    cr_assert(fabs(wrong(difference, 4, 1, 2) - 1.0 / 6) < 0.016);
}

Test(stats_ranking, of_all_texts_is_what_the_seed_does)
{
    static const double difference[] = {1, 1, 1, 1, -3, 1};
    cr_assert(fabs(wrong(difference, 2, 3, 2) - 1.0 / 3) < 0.02);
    static const double tie[] = {1, -1, 2, 2};
    cr_assert(fabs(wrong(tie, 2, 2, 2) - 0.25) < 0.02); /* a tie is half wrong */
}

Test(stats_ranking, turns_with_the_sign)
{
    static const double difference[] = {9, -1, 3, -4, 2}, negated[] = {-9, 1, -3, 4, -2};
    for (size_t n = 1; n <= 5; n++) {
        cr_assert(wrong(difference, 5, 1, n) == wrong(negated, 5, 1, n));
    }
}

Test(stats_ranking, without_a_truth_is_no_number)
{
    static const double even[] = {1, -1}, broken[] = {1, (double)NAN};
    cr_assert(isnan(wrong(even, 2, 1, 1)));
    cr_assert(isnan(wrong(broken, 2, 1, 1)));
}

Test(stats_ranking, wants_some_of_the_texts)
{
    static const double difference[] = {1, 2};
    struct ranking_data d = {2, 1, difference};
    struct err e;
    double chance;
    cr_assert(ranking_wrong(&chance, &d, 3, 1, &e) == -1);
    cr_assert_str_eq(e.text,
                     "3 of 2 texts and 1 runs: a test needs a run, and from 1 to all texts");
    cr_assert(ranking_wrong(&chance, &d, 0, 1, &e) == -1);
}
