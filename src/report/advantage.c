#include "report/report.h"

#include <math.h>
#include <stdio.h>

/* Ratios closer to one than this are no difference: the study calls 1.96 % and 2.03 % comparable.
 */
static const double comparable = 1.2;

/* "3.1× better"; from ten on without decimals, and no digits that mean nothing beyond a million. */
static void times(char out[ADVANTAGE_TEXT], double ratio, const char *what)
{
    if (ratio > 1e6) {
        snprintf(out, ADVANTAGE_TEXT, "over 1000000× %s", what);
    } else {
        snprintf(out, ADVANTAGE_TEXT, "%.*f× %s", ratio >= 10 ? 0 : 1, ratio, what);
    }
}

void report_advantage(char out[ADVANTAGE_TEXT], double delta_uniform_pct, double delta_tiers_pct)
{
    double ratio = delta_uniform_pct / delta_tiers_pct;
    if (isnan(delta_uniform_pct) || isnan(delta_tiers_pct)) {
        snprintf(out, ADVANTAGE_TEXT, "not measured");
    } else if (delta_uniform_pct <= 0 || delta_tiers_pct <= 0) {
        snprintf(out, ADVANTAGE_TEXT, "Δ ≤ 0");
    } else if (ratio >= comparable) {
        times(out, ratio, "better");
    } else if (ratio <= 1 / comparable) {
        times(out, 1 / ratio, "worse");
    } else {
        snprintf(out, ADVANTAGE_TEXT, "comparable");
    }
}
