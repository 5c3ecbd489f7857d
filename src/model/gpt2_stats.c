#include "model/gpt2_stats.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/reduce.h"

int gpt2_stats(struct gpt2_stats *out, const struct gpt2_tensor *t, struct err *e)
{
    const float *x = t->f32;
    size_t n_chunks = chunk_count(t->n);
    double *part = mem_new(n_chunks, sizeof *part, e);
    struct range *range = mem_new(n_chunks, sizeof *range, e), all = RANGE_EMPTY;
    int status = part && range ? 0 : -1;
    if (status) {
        goto out;
    }
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t c = 0; c < n_chunks; c++) {
        size_t begin = chunk_begin(c), n = chunk_end(c, t->n) - begin;
        range[c] = RANGE_EMPTY;
        range_widen(&range[c], x + begin, n);
        part[c] = sum_of(x + begin, n);
    }
    double mean = sum_ordered(part, n_chunks) / (double)t->n;
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t c = 0; c < n_chunks; c++) {
        size_t begin = chunk_begin(c), n = chunk_end(c, t->n) - begin;
        part[c] = sum_of_squared_deviations(x + begin, mean, n);
    }
    for (size_t c = 0; c < n_chunks; c++) {
        range_join(&all, range[c]);
    }
    *out = (struct gpt2_stats){.mean = mean,
                               .std = sqrt(sum_ordered(part, n_chunks) / (double)t->n),
                               .min = (double)all.lo,
                               .max = (double)all.hi};
out:
    free(part);
    free(range);
    return status;
}
