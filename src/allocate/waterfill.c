#include "allocate/waterfill.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct source {
    double variance, size;
};

static int falling(const void *a, const void *b)
{
    const struct source *x = a, *y = b;
    if (x->variance != y->variance) {
        return x->variance > y->variance ? -1 : 1;
    }
    return x->size > y->size ? -1 : x->size < y->size;
}

/* ln θ, the sources in falling order: the level of the first k that leaves the next one under it.
 */
static double log_level(const struct source *source, size_t n, double nats)
{
    double size = 0, weighted = 0, level = -INFINITY;
    for (size_t k = 0; k < n && source[k].variance > 0; k++) {
        double log_variance = log(source[k].variance);
        if (source[k].size > 0) {
            if (log_variance <= level) {
                break;
            }
            size += source[k].size;
            weighted += source[k].size * log_variance;
            level = (weighted - 2 * nats) / size;
        }
    }
    return level;
}

static int take(struct source *source, double *samples, const double *variance_i,
                const double *size_i, size_t n, double rate, struct err *e)
{
    *samples = 0;
    for (size_t i = 0; i < n; i++) {
        source[i] = (struct source){variance_i[i], size_i ? size_i[i] : 1};
        if (!(source[i].variance >= 0) || !(source[i].size >= 0) || isinf(source[i].variance) ||
            isinf(source[i].size)) {
            return err_set(e,
                           "source %zu has variance %g and %g samples; both must be finite and not "
                           "negative",
                           i, source[i].variance, source[i].size);
        }
        *samples += source[i].size;
    }
    if (!(*samples > 0) || !(rate >= 0) || isinf(rate)) {
        return err_set(e, "water-filling needs samples and a rate of 0 or more bits, not %g and %g",
                       *samples, rate);
    }
    return 0;
}

int waterfill(struct waterfill *out, double *rate_i, const double *variance_i, const double *size_i,
              size_t n, double rate, struct err *e)
{
    int status = -1;
    double samples;
    struct source *source = mem_new(n, sizeof *source, e);
    if (!source || take(source, &samples, variance_i, size_i, n, rate, e)) {
        goto out;
    }
    qsort(source, n, sizeof *source, falling);
    double log_theta = log_level(source, n, rate * samples * log(2));
    *out = (struct waterfill){.level = exp(log_theta)};
    for (size_t i = 0; i < n; i++) {
        double above = variance_i[i] > 0 ? (log(variance_i[i]) - log_theta) / (2 * log(2)) : 0;
        double size = size_i ? size_i[i] : 1;
        out->mse += size * (above > 0 ? out->level : variance_i[i]) / samples;
        if (rate_i) {
            rate_i[i] = above > 0 && isfinite(log_theta) ? above : 0;
        }
    }
    status = 0;
out:
    free(source);
    return status;
}
