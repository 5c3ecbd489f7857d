/*
 * tiers: the study's method. Weights are ranked by importance; the first tier takes the most
 * important share, the next tier the next share, and so on. Thresholds are quantiles of the
 * importance, over all weights (cut: exact) or, for a tensor of over 100,000 weights, over some
 * drawn at random without replacement (cut: sampled, as the study did with 10,000 and no fixed
 * seed).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/importance.h"
#include "allocate/method.h"
#include "allocate/quantile.h"
#include "allocate/shares.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/simd.h"

enum { SAMPLED_OVER = 100000 }; /* weights; smaller tensors are cut exactly (protocol.md) */

static const char *const cuts[] = {"exact", "sampled", NULL};

static const struct param params[] = {
    {"shares", PARAM_REALS, "%", "10,20,70", 0, 100, NULL,
     "share of the weights in each tier, the most important first; they add up to 100"},
    SHARES_BITS_PARAM,
    {"cut", PARAM_CHOICE, NULL, "exact", 0, 0, cuts,
     "thresholds from all weights, or from a random sample of each large tensor"},
    {"sample", PARAM_INT, "weights", "10000", 2, 1e9, NULL, "size of the sample (cut: sampled)"},
    {"importance", PARAM_CHOICE, NULL, "magnitude", 0, 0, importance_names,
     "what ranks the weights"},
};

static bool sampled(const struct params *p)
{
    return strcmp(params_choice(p, "cut"), "sampled") == 0;
}

/*
 * cut[k] is the quantile below which the tiers after k lie. The sums run over percentages, from the
 * last tier up, so that 10, 20, 70 gives the study's 0.70 and 0.90 to the last bit. A first tier
 * with no share gets +∞: a quantile at 1 would still let the largest weight in.
 */
static void positions(double *q, const struct value *shares)
{
    double below = 0;
    for (size_t k = shares->n - 1; k > 0; k--) {
        below += shares->numbers[k];
        q[k - 1] = below >= 100 ? 1 : below / 100;
    }
}

static int thresholds(float *cut, const float *importance, size_t n, uint32_t index,
                      const struct params *p, uint64_t seed, struct err *e)
{
    const struct value *shares = params_list(p, "shares");
    double q[PARAM_LIST_MAX];
    int n_q = (int)shares->n - 1, status;
    size_t k = (size_t)params_int(p, "sample");
    if (n_q == 0) {
        return 0;
    }
    positions(q, shares);
    if (!sampled(p) || n <= SAMPLED_OVER || k >= n) {
        status = quantiles_of_magnitude(cut, q, n_q, importance, n, e);
    } else {
        size_t *sample = mem_new(k, sizeof *sample, e);
        struct rng r = rng_stream(seed, index, RNG_CUT_SAMPLE);
        status = !sample || rng_sample(&r, sample, k, n, e) ||
                         quantiles_of_sample(cut, q, n_q, importance, sample, k, e)
                     ? -1
                     : 0;
        free(sample);
    }
    for (int i = 0; i < n_q && shares->numbers[i] == 0 && (i == 0 || isinf(cut[i - 1])); i++) {
        cut[i] = INFINITY;
    }
    return status;
}

/* map[i] = the first tier whose threshold the importance reaches. */
SIMD_CLONES static void fill_chunk(uint8_t *restrict map, const float *restrict importance,
                                   const float *cut, int n_cuts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        map[i] = 0;
    }
    for (int k = 0; k < n_cuts; k++) {
        float threshold = cut[k];
        for (size_t i = 0; i < n; i++) {
            map[i] = (uint8_t)(map[i] + (importance[i] >= threshold ? 0 : 1));
        }
    }
}

static void fill_map(struct allocation *a, const float *importance)
{
#pragma omp parallel for schedule(static) if (a->n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(a->n); c++) {
        size_t begin = chunk_begin(c);
        fill_chunk(a->map + begin, importance + begin, a->cut, a->n_tiers - 1,
                   chunk_end(c, a->n) - begin);
    }
}

static int run(struct allocation *out, const struct allocate_tensor *t, const struct params *p,
               uint64_t seed, struct err *e)
{
    const struct value *bits = params_list(p, "bits");
    int v = params_list(p, "importance")->choice;
    float *importance = NULL;
    *out = (struct allocation){
        .n = t->rows * t->cols, .n_tiers = (int)bits->n, .form = ALLOCATION_CUT};
    for (size_t k = 0; k < bits->n; k++) {
        out->bits[k] = (int)bits->numbers[k];
    }
    if (v == IMPORTANCE_MAGNITUDE) {
        return thresholds(out->cut, t->w_rc, out->n, t->index, p, seed, e);
    }
    out->form = ALLOCATION_MAP;
    int status = -1;
    if ((importance = mem_floats(out->n, e)) && (out->map = mem_new(out->n, 1, e))) {
        importance_compute(importance, t->w_rc, t->rows, t->cols, (enum importance)v);
        status = thresholds(out->cut, importance, out->n, t->index, p, seed, e);
    }
    if (!status) {
        fill_map(out, importance);
    }
    free(importance);
    return status;
}

const struct allocate_method allocate_tiers = {
    .name = "tiers",
    .help = "shares of the weights, ranked by importance, with a bit width each (the study's)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .check = shares_check,
    .uses_seed = sampled,
    .run = run,
};
