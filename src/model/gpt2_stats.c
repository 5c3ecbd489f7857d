#include "model/gpt2_stats.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"

static double sum_of(const float *x, size_t begin, size_t end)
{
    double sum = 0;
    for (size_t i = begin; i < end; i++) {
        sum += (double)x[i];
    }
    return sum;
}

static double squares_around(double mean, const float *x, size_t begin, size_t end)
{
    double sum = 0;
    for (size_t i = begin; i < end; i++) {
        double d = (double)x[i] - mean;
        sum += d * d;
    }
    return sum;
}

int gpt2_stats(struct gpt2_stats *out, const struct gpt2_tensor *t, struct err *e)
{
    const float *x = t->f32;
    size_t n_chunks = chunk_count(t->n);
    double *part = mem_new(n_chunks, sizeof *part, e);
    if (!part) {
        return -1;
    }
#pragma omp parallel for if (n_chunks > 1)
    for (size_t c = 0; c < n_chunks; c++) {
        part[c] = sum_of(x, chunk_begin(c), chunk_end(c, t->n));
    }
    double mean = sum_ordered(part, n_chunks) / (double)t->n;
#pragma omp parallel for if (n_chunks > 1)
    for (size_t c = 0; c < n_chunks; c++) {
        part[c] = squares_around(mean, x, chunk_begin(c), chunk_end(c, t->n));
    }
    float min = x[0], max = x[0];
    for (size_t i = 1; i < t->n; i++) {
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    *out = (struct gpt2_stats){.mean = mean,
                               .std = sqrt(sum_ordered(part, n_chunks) / (double)t->n),
                               .min = (double)min,
                               .max = (double)max};
    free(part);
    return 0;
}
