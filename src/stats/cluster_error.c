#include "stats/cluster_error.h"

#include <math.h>

#include "base/parallel.h"

double cluster_ratio(const double *y, const double *x, size_t n)
{
    return sum_ordered(y, n) / sum_ordered(x, n);
}

double cluster_error(const double *y, const double *x, size_t n)
{
    if (n < 2) {
        return (double)NAN;
    }
    double ratio = cluster_ratio(y, x, n), squares = 0;
    for (size_t i = 0; i < n; i++) {
        double residual = y[i] - ratio * x[i];
        squares += residual * residual;
    }
    double texts = (double)n;
    return sqrt(squares * texts / (texts - 1)) / sum_ordered(x, n);
}
