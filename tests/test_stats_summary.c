#include <criterion/criterion.h>
#include <math.h>

#include "stats/summary.h"

Test(stats_summary, has_the_textbook_mean_and_sample_deviation)
{
    static const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct summary s = {0};
    for (size_t i = 0; i < 8; i++) {
        summary_add(&s, values[i]);
    }
    cr_assert(s.n == 8);
    cr_assert(fabs(summary_mean(&s) - 5) < 1e-14);
    cr_assert(fabs(summary_deviation(&s) - sqrt(32.0 / 7)) < 1e-14);
}

Test(stats_summary, of_one_value_is_that_value_without_deviation)
{
    struct summary s = summary_one(0.1);
    cr_assert(summary_mean(&s) == 0.1);
    cr_assert(isnan(summary_deviation(&s)));
}

Test(stats_summary, leaves_out_what_was_not_measured)
{
    struct summary s = summary_one((double)NAN);
    cr_assert(s.n == 0 && isnan(summary_mean(&s)));
    summary_add(&s, INFINITY);
    summary_add(&s, 3);
    summary_add(&s, 5);
    cr_assert(s.n == 2 && summary_mean(&s) == 4);
}

Test(stats_summary, keeps_small_deviations_of_large_values)
{
    struct summary s = {0};
    summary_add(&s, 1e9 + 1);
    summary_add(&s, 1e9 + 2);
    summary_add(&s, 1e9 + 3);
    cr_assert(fabs(summary_deviation(&s) - 1) < 1e-9);
}
