#include "stats/quantile.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void quantile_sort(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare);
}

double quantile_of_sorted(const double *x, size_t n, double q)
{
    if (n == 0) {
        return (double)NAN;
    }
    double at = q * (double)(n - 1), below = floor(at);
    size_t i = (size_t)below, next = i + 1 < n ? i + 1 : i;
    return x[i] + (at - below) * (x[next] - x[i]);
}
