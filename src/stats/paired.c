#include "stats/paired.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stats/bootstrap.h"
#include "stats/cluster_error.h"
#include "stats/sign_flip.h"

/* The texts that count: a, b, difference, weight, each [n]. */
struct texts {
    size_t n;
    double *a, *b, *difference, *w;
    bool finite;
};

static int texts_take(struct texts *t, const struct paired_data *d, struct err *e)
{
    t->a = mem_new(4 * d->n, sizeof *t->a, e);
    if (!t->a) {
        return -1;
    }
    t->b = t->a + d->n;
    t->difference = t->b + d->n;
    t->w = t->difference + d->n;
    t->finite = true;
    for (size_t i = 0; i < d->n; i++) {
        if (!(d->w[i] >= 0) || !isfinite(d->w[i])) {
            return err_set(e,
                           "text %zu of a paired comparison has the weight %g; weights count "
                           "tokens and are 0 or more",
                           i, d->w[i]);
        }
        if (d->w[i] == 0) {
            continue;
        }
        t->a[t->n] = d->a[i];
        t->b[t->n] = d->b[i];
        t->difference[t->n] = d->b[i] - d->a[i];
        t->w[t->n] = d->w[i];
        t->finite = t->finite && isfinite(t->difference[t->n]);
        t->n++;
    }
    if (t->n == 0) {
        return err_set(e,
                       "none of the %zu texts of a paired comparison has a token; compare "
                       "methods on texts that have some",
                       d->n);
    }
    return 0;
}

static struct paired not_measured(size_t clusters)
{
    const double none = (double)NAN;
    return (struct paired){.clusters = clusters,
                           .mean_a = none,
                           .mean_b = none,
                           .delta = none,
                           .se = none,
                           .se_unpaired = none,
                           .delta_ci = INTERVAL_NONE,
                           .pct = none,
                           .pct_ci = INTERVAL_NONE,
                           .ratio = none,
                           .ratio_ci = INTERVAL_NONE,
                           .p = none};
}

static int compare(struct paired *out, const struct texts *t, uint64_t seed, struct err *e)
{
    const struct ratio ratios[2] = {{t->difference, t->w}, {t->difference, t->a}};
    struct interval intervals[2];
    if (bootstrap_intervals(intervals, ratios, t->n, BOOTSTRAP_DRAWS, seed, e) != 0) {
        return -1;
    }
    out->mean_a = cluster_ratio(t->a, t->w, t->n);
    out->mean_b = cluster_ratio(t->b, t->w, t->n);
    out->delta = cluster_ratio(t->difference, t->w, t->n);
    out->se = cluster_error(t->difference, t->w, t->n);
    out->se_unpaired = hypot(cluster_error(t->a, t->w, t->n), cluster_error(t->b, t->w, t->n));
    out->delta_ci = intervals[0];
    if (out->mean_a > 0) {
        out->pct = 100 * cluster_ratio(t->difference, t->a, t->n);
        out->pct_ci = (struct interval){100 * intervals[1].low, 100 * intervals[1].high};
    }
    out->ratio = exp(out->delta);
    out->ratio_ci = (struct interval){exp(intervals[0].low), exp(intervals[0].high)};
    out->p = sign_flip(t->difference, t->n, seed);
    return 0;
}

int paired_compare(struct paired *out, const struct paired_data *d, uint64_t seed, struct err *e)
{
    int result = -1;
    struct texts t = {0};
    if (texts_take(&t, d, e) != 0) {
        goto out;
    }
    *out = not_measured(t.n);
    result = t.finite ? compare(out, &t, seed, e) : 0;
out:
    free(t.a);
    return result;
}
