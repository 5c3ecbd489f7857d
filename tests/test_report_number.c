#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "report/number.h"

static void expect(struct number got, const char *text)
{
    cr_assert(strcmp(got.text, text) == 0, "\"%s\", not \"%s\"", got.text, text);
}

Test(report_number, prints_sign_and_unit)
{
    expect(number_signed(summary_one(23.7631), 2, "%"), "+23.76 %");
    expect(number_signed(summary_one(-0.7412), 2, "%"), "−0.74 %");
    expect(number_signed(summary_one(0), 2, "%"), "+0.00 %");
    expect(number_plain(summary_one(5.32534), 4, ""), "5.3253");
    expect(number_plain(summary_one(-2), 1, ""), "−2.0");
}

Test(report_number, adds_the_deviation_of_several_seeds)
{
    struct summary s = summary_one(1);
    summary_add(&s, 3);
    expect(number_signed(s, 2, "%"), "+2.00 ± 1.41 %");
    struct summary same = summary_one(0.1);
    summary_add(&same, 0.1);
    expect(number_plain(same, 2, ""), "0.10");
}

Test(report_number, says_what_was_not_measured)
{
    expect(number_plain((struct summary){0}, 2, "%"), "not measured");
    expect(number_plain(summary_one((double)NAN), 2, ""), "not measured");
    expect(number_weights((double)NAN), "not measured");
}

Test(report_number, names_sizes_of_models_as_people_do)
{
    expect(number_weights(124439808), "124.4M");
    expect(number_weights(1557611200), "1.56B");
    expect(number_weights(1146720), "1.1M");
    expect(number_weights(999960), "1.0M");
    expect(number_weights(8200), "8.2K");
    expect(number_weights(12), "12");
}

Test(report_number, has_four_digits_of_numbers_of_any_size)
{
    expect(number_significant(0.0123456), "0.01235");
    expect(number_significant(-1.5e-7), "−1.5e−07");
    expect(number_significant(123456), "1.235e+05");
    expect(number_significant((double)NAN), "not measured");
}
