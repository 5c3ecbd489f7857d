#include "stats/summary.h"

#include <math.h>

void summary_add(struct summary *s, double x)
{
    if (!isfinite(x)) {
        return;
    }
    s->n++;
    double before = x - s->mean;
    s->mean += before / (double)s->n;
    s->squares += before * (x - s->mean);
}

struct summary summary_one(double x)
{
    struct summary s = {0};
    summary_add(&s, x);
    return s;
}

double summary_mean(const struct summary *s)
{
    return s->n ? s->mean : (double)NAN;
}

double summary_deviation(const struct summary *s)
{
    return s->n < 2 ? (double)NAN : sqrt(s->squares / (double)(s->n - 1));
}
