#include "quantize/rate_distortion.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/reduce.h"
#include "base/simd.h"

/* What a chunk leaves behind; the mean is that of the whole tensor. */
struct moments {
    double second, fourth; /* Σ (w − mean)², Σ (w − mean)⁴ */
    double error;          /* Σ (w' − w)² */
};

/* 8 bytes read and 9 flops a weight: memory is what it waits for. */
SIMD_CLONES static struct moments moments_of(const float *w, const float *q, double mean, size_t n)
{
    double second[SIMD_LANES] = {0}, fourth[SIMD_LANES] = {0}, error[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            double d = (double)w[i + j] - mean, x = (double)q[i + j] - (double)w[i + j];
            second[j] += d * d;
            fourth[j] += (d * d) * (d * d);
            error[j] += x * x;
        }
    }
    for (size_t i = even; i < n; i++) {
        double d = (double)w[i] - mean, x = (double)q[i] - (double)w[i];
        second[i - even] += d * d;
        fourth[i - even] += (d * d) * (d * d);
        error[i - even] += x * x;
    }
    return (struct moments){.second = sum_ordered(second, SIMD_LANES),
                            .fourth = sum_ordered(fourth, SIMD_LANES),
                            .error = sum_ordered(error, SIMD_LANES)};
}

/* The slots of all chunks of the largest tensor. */
struct slots {
    double *sum;
    struct moments *moments;
};

static double mean_of(const struct slots *s, const float *w, size_t n)
{
    size_t chunks = chunk_count(n);
#pragma omp parallel for schedule(static) if (chunks > 1)
    for (size_t c = 0; c < chunks; c++) {
        s->sum[c] = sum_of(w + chunk_begin(c), chunk_end(c, n) - chunk_begin(c));
    }
    return sum_ordered(s->sum, chunks) / (double)n;
}

static struct moments all_moments(const struct slots *s, const float *w, const float *q,
                                  double mean, size_t n)
{
    struct moments sum = {0};
    size_t chunks = chunk_count(n);
#pragma omp parallel for schedule(static) if (chunks > 1)
    for (size_t c = 0; c < chunks; c++) {
        size_t begin = chunk_begin(c);
        s->moments[c] = moments_of(w + begin, q + begin, mean, chunk_end(c, n) - begin);
    }
    for (size_t c = 0; c < chunks; c++) {
        sum.second += s->moments[c].second;
        sum.fourth += s->moments[c].fourth;
        sum.error += s->moments[c].error;
    }
    return sum;
}

static struct rate_distortion measure(const struct slots *s, const struct gpt2_tensor *t,
                                      const float *q, const struct bill *bill)
{
    double n = (double)t->n, mean = mean_of(s, t->f32, t->n);
    struct moments m = all_moments(s, t->f32, q, mean, t->n);
    struct rate_distortion r = {.weights = t->n,
                                .mean = mean,
                                .variance = m.second / n,
                                .kurtosis = (double)NAN,
                                .relative_mse = (double)NAN,
                                .stored_bits = bill_packed(bill),
                                .entropy_bits = bill_entropy(bill),
                                .gap_db = (double)NAN,
                                .gap_bits = (double)NAN,
                                .floor_mse = (double)NAN};
    if (m.second > 0) {
        r.kurtosis = n * m.fourth / (m.second * m.second) - 3;
        r.relative_mse = m.error / m.second;
        r.gap_bits = r.stored_bits + 0.5 * log2(r.relative_mse);
        r.gap_db = 20 * log10(2) * r.gap_bits;
    }
    return r;
}

int rate_distortion(struct rate_distortion *out, size_t *n, const struct gpt2 *base,
                    const struct gpt2 *variant, const struct bill *bills_t, struct err *e)
{
    size_t chunks = 0;
    *n = 0;
    for (int i = 0; i < base->n_tensors; i++) {
        size_t own = chunk_count(base->tensors[i].n);
        chunks = own > chunks ? own : chunks;
    }
    struct slots s = {.sum = mem_new(chunks, sizeof *s.sum, e),
                      .moments = mem_new(chunks, sizeof *s.moments, e)};
    int status = s.sum && s.moments ? 0 : -1;
    for (int i = 0; i < base->n_tensors && !status; i++) {
        if (bills_t[i].scope_weights > 0) {
            out[*n] = measure(&s, &base->tensors[i], variant->tensors[i].f32, &bills_t[i]);
            out[(*n)++].tensor = i;
        }
    }
    free(s.sum);
    free(s.moments);
    return status;
}

void rate_distortion_sources(double *variance_t, double *weights_t, double *rate,
                             const struct rate_distortion *each, size_t n)
{
    double bits = 0, weights = 0;
    for (size_t i = 0; i < n; i++) {
        variance_t[i] = each[i].variance;
        weights_t[i] = (double)each[i].weights;
        bits += each[i].stored_bits * weights_t[i];
        weights += weights_t[i];
    }
    *rate = weights > 0 ? bits / weights : 0;
}

double rate_distortion_floor(struct rate_distortion *each, size_t n, double level)
{
    double least = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        double variance = each[i].variance, error = variance < level ? variance : level;
        each[i].floor_mse = variance > 0 ? error / variance : (double)NAN;
        least += (double)each[i].weights * error;
        all += (double)each[i].weights * variance;
    }
    return all > 0 ? least / all : (double)NAN;
}
