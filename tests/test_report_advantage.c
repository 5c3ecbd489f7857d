#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "report/report.h"

static void expect(double uniform, double tiers, const char *text)
{
    char out[ADVANTAGE_TEXT];
    report_advantage(out, uniform, tiers);
    cr_assert(strcmp(out, text) == 0, "%g against %g: \"%s\", not \"%s\"", uniform, tiers, out,
              text);
}

Test(report_advantage, repeats_what_the_study_printed)
{
    expect(23.56, 0.12, "196× better");
    expect(4.41, 1.42, "3.1× better");
    expect(1.96, 2.03, "comparable");
    expect(-0.74, 0.18, "Δ ≤ 0");
}

Test(report_advantage, goes_both_ways)
{
    expect(2, 6, "3.0× worse");
    expect(2, 40, "20× worse");
    expect(1.2, 1, "1.2× better");
    expect(1, 1.2, "1.2× worse");
    expect(1.19, 1, "comparable");
    expect(10, 1, "10× better");
    expect(1, 1, "comparable");
}

Test(report_advantage, makes_no_ratio_of_what_has_none)
{
    expect(1, 0, "Δ ≤ 0");
    expect(0, 0, "Δ ≤ 0");
    expect(1, -1, "Δ ≤ 0");
    expect((double)NAN, 1, "not measured");
    expect(-1, (double)NAN, "not measured");
    expect(1e300, 1e-300, "over 1000000× better");
}
