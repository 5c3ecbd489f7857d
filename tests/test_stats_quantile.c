/* quantile: against numpy's default. */
#include <criterion/criterion.h>
#include <math.h>

#include "stats/quantile.h"

Test(stats_quantile, interpolates_between_order_statistics)
{
    double x[] = {3, 1, 10, 2};
    quantile_sort(x, 4);
    cr_assert(x[0] == 1 && x[1] == 2 && x[2] == 3 && x[3] == 10);
    cr_assert(quantile_of_sorted(x, 4, 0) == 1 && quantile_of_sorted(x, 4, 1) == 10);
    cr_assert(quantile_of_sorted(x, 4, 0.5) == 2.5);
    cr_assert(fabs(quantile_of_sorted(x, 4, 0.9) - 7.9) < 1e-12);
    cr_assert(quantile_of_sorted(x, 1, 0.99) == 1 && isnan(quantile_of_sorted(x, 0, 0.5)));
}
