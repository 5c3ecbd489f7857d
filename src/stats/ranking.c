#include "stats/ranking.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"

double ranking_total(const struct ranking_data *d)
{
    double sum = 0;
    for (size_t i = 0; i < d->runs * d->n; i++) {
        sum += d->difference[i];
    }
    return sum;
}

/* The sum over `texts` texts of one run. `order` is any permutation before and after: swapping a
 * uniformly chosen element to each of the first places makes those a uniform sample. */
static double draw(struct rng *r, size_t *order, const struct ranking_data *d, size_t texts)
{
    const double *run = d->difference + rng_below(r, d->runs) * d->n;
    double sum = 0;
    for (size_t i = 0; i < texts; i++) {
        size_t k = i + rng_below(r, d->n - i), text = order[k];
        order[k] = order[i];
        order[i] = text;
        sum += run[text];
    }
    return sum;
}

int ranking_wrong(double *out, const struct ranking_data *d, size_t texts, uint64_t seed,
                  struct err *e)
{
    if (texts == 0 || texts > d->n || d->runs == 0) {
        return err_set(e,
                       "%zu of %zu texts and %zu runs: a test needs a run, and from 1 to all texts",
                       texts, d->n, d->runs);
    }
    double truth = ranking_total(d);
    *out = (double)NAN;
    if (!isfinite(truth) || truth == 0) {
        return 0;
    }
    size_t *order = mem_new(d->n, sizeof *order, e);
    if (!order) {
        return -1;
    }
    for (size_t i = 0; i < d->n; i++) {
        order[i] = i;
    }
    struct rng r = rng_stream(seed, (uint32_t)texts, RNG_RANKING);
    double wrong = 0;
    for (size_t i = 0; i < RANKING_DRAWS; i++) {
        double sum = draw(&r, order, d, texts);
        wrong += sum == 0 ? 0.5 : (sum > 0) != (truth > 0);
    }
    free(order);
    *out = wrong / RANKING_DRAWS;
    return 0;
}
