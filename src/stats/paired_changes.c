#include "stats/paired_changes.h"

#include <stdlib.h>

#include "base/mem.h"
#include "stats/bootstrap.h"

/* Σ (b − a) over Σ a, and the mean of a over n texts. */
struct change {
    double ratio, mean;
};

static struct change change_of(const struct paired_data *d, size_t n)
{
    double base = 0, moved = 0;
    for (size_t i = 0; i < d->n; i++) {
        base += d->a[i];
        moved += d->b[i] - d->a[i];
    }
    return (struct change){moved / base, base / (double)n};
}

/* What text i adds to the ratio, to first order: their mean over texts is the ratio itself. */
static double share_of(const struct paired_data *d, struct change c, size_t i)
{
    return c.ratio + (d->b[i] - d->a[i] - c.ratio * d->a[i]) / c.mean;
}

static bool is_empty(const struct paired_data *first, const struct paired_data *second, size_t i)
{
    return first->w[i] == 0 && second->w[i] == 0;
}

int paired_changes(struct paired_changes *out, const struct paired_data *first,
                   const struct paired_data *second, uint64_t seed, struct err *e)
{
    size_t n = 0, k = 0;
    if (first->n != second->n) {
        return err_set(e, "changes over %zu and over %zu texts cannot be paired", first->n,
                       second->n);
    }
    for (size_t i = 0; i < first->n; i++) {
        n += !is_empty(first, second, i);
    }
    struct change x = change_of(first, n), y = change_of(second, n);
    *out = (struct paired_changes){100 * x.ratio, 100 * y.ratio, 100 * (x.ratio - y.ratio),
                                   INTERVAL_NONE};
    double *shares = mem_new(2 * first->n, sizeof *shares, e);
    if (!shares) {
        return -1;
    }
    double *ones = shares + first->n;
    for (size_t i = 0; i < first->n; i++) {
        if (!is_empty(first, second, i)) {
            shares[k] = 100 * (share_of(first, x, i) - share_of(second, y, i));
            ones[k++] = 1;
        }
    }
    const struct ratio mean = {shares, ones}, twice[2] = {mean, mean};
    struct interval both[2];
    int status = bootstrap_intervals(both, twice, n, BOOTSTRAP_DRAWS, seed, e);
    out->around = both[0];
    free(shares);
    return status;
}
