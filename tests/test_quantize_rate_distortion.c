/* rate_distortion: moments and gaps of known weights, the floor, thread counts. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/waterfill.h"
#include "base/mem.h"
#include "base/rng.h"
#include "quantize/rate_distortion.h"
#include "tiny_model.h"

enum { TENSORS = 28 }; /* of the tiny model */

/* A base whose tensor t has been given weights, and a variant whose tensor t has been given others.
 */
struct pair {
    struct gpt2 base, variant;
    struct bill bills[TENSORS];
};

static float *copy_of(const float *x, size_t n)
{
    struct err e;
    float *y = mem_floats(n, &e);
    cr_assert(y != NULL);
    memcpy(y, x, n * sizeof *y);
    return y;
}

static void pair_open(struct pair *p)
{
    struct err e;
    memset(p, 0, sizeof *p);
    tiny_model(&p->base);
    cr_assert(p->base.n_tensors == TENSORS);
    cr_assert(gpt2_share(&p->variant, &p->base, &e) == 0, "%s", e.text);
}

static void pair_close(struct pair *p)
{
    gpt2_close(&p->variant);
    gpt2_close(&p->base);
}

/* Puts tensor t in scope: w before, q after, stored in so many bits a weight. */
static void pair_set(struct pair *p, int t, const float *w, const float *q, int64_t bits)
{
    size_t n = p->base.tensors[t].n;
    memcpy((float *)p->base.tensors[t].f32, w, n * sizeof *w);
    gpt2_replace(&p->variant, t, copy_of(q, n));
    p->bills[t] =
        (struct bill){.scope_weights = (int64_t)n, .payload = {.packed_bits = bits * (int64_t)n}};
    p->bills[t].payload.ideal_bits = 0.5 * (double)p->bills[t].payload.packed_bits;
}

static size_t measure(struct rate_distortion *out, const struct pair *p)
{
    struct err e;
    size_t n = 0;
    cr_assert(rate_distortion(out, &n, &p->base, &p->variant, p->bills, &e) == 0, "%s", e.text);
    return n;
}

/* ±scale in turn, and each of them off by a share of itself. */
static void two_points(struct pair *p, int t, float scale, float share, int64_t bits)
{
    float w[400], q[400];
    for (size_t i = 0; i < p->base.tensors[t].n; i++) {
        w[i] = i % 2 ? scale : -scale;
        q[i] = w[i] * (1 - share);
    }
    pair_set(p, t, w, q, bits);
}

Test(quantize_rate_distortion, is_exact_on_two_points)
{
    struct pair p;
    struct rate_distortion each[TENSORS];
    pair_open(&p);
    two_points(&p, p.base.wte, 3, 0.0625f, 4); /* an error of 2^−8: on the bound at 4 bits */
    cr_assert(measure(each, &p) == 1);
    cr_assert(each[0].tensor == p.base.wte && each[0].weights == 160);
    cr_assert(each[0].mean == 0 && each[0].variance == 9 && each[0].kurtosis == -2);
    cr_assert(each[0].relative_mse == 1.0 / 256 && each[0].stored_bits == 4);
    cr_assert(each[0].entropy_bits == 2 && isnan(each[0].floor_mse));
    cr_assert(each[0].gap_bits == 0 && each[0].gap_db == 0);
    two_points(&p, p.base.wte, 3, 0.0625f, 5);
    cr_assert(measure(each, &p) == 1 && each[0].gap_bits == 1);
    cr_assert(fabs(each[0].gap_db - 10 * log10(4)) < 1e-12, "%g dB", each[0].gap_db);
    pair_close(&p);
}

Test(quantize_rate_distortion, has_no_gap_where_nothing_varies_or_errs)
{
    struct pair p;
    struct rate_distortion each[TENSORS];
    float same[160];
    pair_open(&p);
    for (size_t i = 0; i < 160; i++) {
        same[i] = 0.1f;
    }
    pair_set(&p, p.base.wte, same, same, 1);
    cr_assert(measure(each, &p) == 1);
    cr_assert(each[0].variance < 1e-30 && each[0].stored_bits == 1);
    memset(same, 0, sizeof same);
    pair_set(&p, p.base.wte, same, same, 1);
    cr_assert(measure(each, &p) == 1 && each[0].variance == 0);
    cr_assert(isnan(each[0].relative_mse) && isnan(each[0].gap_db) && isnan(each[0].kurtosis));
    cr_assert(isnan(rate_distortion_floor(each, 1, 0)) && isnan(each[0].floor_mse));
    two_points(&p, p.base.wte, 1, 0, 3);
    cr_assert(measure(each, &p) == 1 && each[0].relative_mse == 0 && isinf(each[0].gap_db));
    pair_close(&p);
}

Test(quantize_rate_distortion, of_one_tensor_has_its_floor_on_the_bound)
{
    struct pair p;
    struct rate_distortion each[TENSORS];
    struct waterfill water;
    struct err e;
    double variance, weights, rate;
    pair_open(&p);
    two_points(&p, p.base.wte, 2, 0.5f, 3);
    cr_assert(measure(each, &p) == 1);
    rate_distortion_sources(&variance, &weights, &rate, each, 1);
    cr_assert(variance == 4 && weights == 160 && rate == 3);
    cr_assert(waterfill(&water, NULL, &variance, &weights, 1, rate, &e) == 0);
    cr_assert(fabs(rate_distortion_floor(each, 1, water.level) - 1.0 / 64) < 1e-15);
    pair_close(&p);
}

Test(quantize_rate_distortion, fills_tensors_of_different_variance_to_one_level)
{
    struct pair p;
    struct rate_distortion each[TENSORS];
    struct waterfill water;
    struct err e;
    double variance[3], weights[3], rate;
    pair_open(&p);
    int first = p.base.layers[0].c_attn_weight, second = p.base.layers[1].attn_c_proj_weight;
    two_points(&p, p.base.wte, 1, 0.5f, 1);
    two_points(&p, first, 2, 0.5f, 2);
    two_points(&p, second, 0.001f, 0.5f, 1);
    cr_assert(measure(each, &p) == 3);
    cr_assert(each[1].tensor == first && each[2].tensor == second);
    rate_distortion_sources(variance, weights, &rate, each, 3);
    double n = weights[0] + weights[1] + weights[2];
    cr_assert(fabs(rate * n - (weights[0] + 2 * weights[1] + weights[2])) < 1e-9);
    cr_assert(waterfill(&water, NULL, variance, weights, 3, rate, &e) == 0);
    double floor = rate_distortion_floor(each, 3, water.level);
    double all = weights[0] * variance[0] + weights[1] * variance[1] + weights[2] * variance[2];
    cr_assert(fabs(floor - water.mse * n / all) < 1e-12, "%g", floor);
    cr_assert(each[2].floor_mse == 1 && each[0].floor_mse < 1, "the smallest stays dry");
    cr_assert(fabs(each[0].floor_mse - 4 * each[1].floor_mse) < 1e-7, "one level");
    pair_close(&p);
}

/* A model with one large matrix, whose sums take several chunks. */
static void large_pair(struct pair *p, float *w, float *q, size_t n)
{
    struct err e;
    struct gpt2_config config = tiny_config();
    struct rng r = rng_stream(1, 2, RNG_TEST);
    memset(p, 0, sizeof *p);
    config.V = (int)(n / (size_t)config.C);
    cr_assert(gpt2_layout(&p->base, &config, &e) == 0);
    for (size_t i = 0; i < n; i++) {
        w[i] = (float)(1 + rng_uniform(&r));
        q[i] = w[i] + 0.01f * (float)rng_uniform(&r);
    }
    gpt2_replace(&p->base, p->base.wte, copy_of(w, n));
    cr_assert(gpt2_share(&p->variant, &p->base, &e) == 0);
    gpt2_replace(&p->variant, p->base.wte, copy_of(q, n));
    p->bills[p->base.wte] =
        (struct bill){.scope_weights = (int64_t)n, .payload = {.packed_bits = 4 * (int64_t)n}};
}

Test(quantize_rate_distortion, is_the_plain_sums_for_any_number_of_threads)
{
    enum { N = 200024 };
    struct pair p;
    struct rate_distortion each[TENSORS], again[TENSORS];
    float *w = malloc(N * sizeof *w), *q = malloc(N * sizeof *q);
    double mean = 0, second = 0, fourth = 0, error = 0;
    large_pair(&p, w, q, N);
    for (size_t i = 0; i < N; i++) {
        mean += (double)w[i] / N;
    }
    for (size_t i = 0; i < N; i++) {
        second += pow((double)w[i] - mean, 2);
        fourth += pow((double)w[i] - mean, 4);
        error += pow((double)q[i] - (double)w[i], 2);
    }
    omp_set_num_threads(1);
    cr_assert(measure(each, &p) == 1);
    cr_assert(fabs(each[0].mean - mean) < 1e-12 && fabs(each[0].variance * N / second - 1) < 1e-12);
    cr_assert(fabs(each[0].kurtosis - (N * fourth / second / second - 3)) < 1e-9);
    cr_assert(fabs(each[0].kurtosis + 1.2) < 0.01, "that of a uniform distribution");
    cr_assert(fabs(each[0].relative_mse * second / error - 1) < 1e-12);
    static const int threads[] = {2, 3, 16};
    for (size_t i = 0; i < 3; i++) {
        omp_set_num_threads(threads[i]);
        cr_assert(measure(again, &p) == 1);
        cr_assert(each[0].mean == again[0].mean && each[0].variance == again[0].variance &&
                      each[0].kurtosis == again[0].kurtosis &&
                      each[0].relative_mse == again[0].relative_mse,
                  "%d threads", threads[i]);
    }
    free(w);
    free(q);
    pair_close(&p);
}
