/*
 * random: the control of tiers. The shares and the bits are the same, but chance says which weights
 * are in a tier.
 *
 * Weight i has the key (word i of the tensor's own random stream, i), and the tiers are cut in the
 * order of the keys. No two keys are equal, so every tier has its share to the weight, and the
 * order depends on the seed and the tensor alone. Keys are drawn again wherever they are needed:
 * nothing of the tensor's size is kept beside the map. A tensor has below 2^32 weights.
 */
#include <math.h>
#include <stdlib.h>

#include "allocate/method.h"
#include "allocate/shares.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"

enum { BINS = 1 << 16, WORDS_IN_BLOCK = 4 }; /* bins of the leading 16 bits of a key */

static const struct param params[] = {
    {"shares", PARAM_REALS, "%", "10,20,70", 0, 100, NULL,
     "share of the weights in each tier, drawn at random; they add up to 100"},
    SHARES_BITS_PARAM,
};

static bool always(const struct params *p)
{
    (void)p;
    return true;
}

/* The stream of a tensor at the first weight of a chunk; chunks are whole blocks. */
static struct rng at_chunk(uint64_t seed, uint32_t index, size_t chunk)
{
    struct rng r = rng_stream(seed, index, RNG_RANDOM_TIERS);
    r.counter = chunk_begin(chunk) / WORDS_IN_BLOCK;
    return r;
}

static uint64_t next_key(struct rng *r, size_t i)
{
    return (uint64_t)rng_u32(r) << 32 | (uint32_t)i;
}

static void count_bins(uint32_t *count, const struct allocate_tensor *t, uint64_t seed, size_t n)
{
#pragma omp parallel for schedule(static) if (n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(n); c++) {
        struct rng r = at_chunk(seed, t->index, c);
        for (size_t i = chunk_begin(c), end = chunk_end(c, n); i < end; i++) {
            uint32_t bin = rng_u32(&r) >> 16;
#pragma omp atomic
            count[bin]++;
        }
    }
}

/* A cut: the key of a rank, found among the keys of its bin. */
struct cut {
    size_t before; /* keys in lower bins */
    size_t rank;
    uint32_t bin;
    uint64_t *member; /* [count of the bin], owned, in any order until sorted */
    size_t n;
    uint64_t key; /* weights of lower keys are before the cut */
};

static int find_bin(struct cut *cut, const uint32_t *count, struct err *e)
{
    while (cut->before + count[cut->bin] <= cut->rank) {
        cut->before += count[cut->bin++];
    }
    cut->member = mem_new(count[cut->bin], sizeof *cut->member, e);
    return cut->member ? 0 : -1;
}

static void collect(struct cut *cut, size_t n_cuts, const struct allocate_tensor *t, uint64_t seed,
                    size_t n)
{
#pragma omp parallel for schedule(static) if (n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(n); c++) {
        struct rng r = at_chunk(seed, t->index, c);
        for (size_t i = chunk_begin(c), end = chunk_end(c, n); i < end; i++) {
            uint64_t key = next_key(&r, i);
            for (size_t k = 0; k < n_cuts; k++) {
                if (cut[k].member && key >> 48 == cut[k].bin) {
                    size_t at;
#pragma omp atomic capture
                    at = cut[k].n++;
                    cut[k].member[at] = key;
                }
            }
        }
    }
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void fill_map(uint8_t *map, const struct cut *cut, size_t n_cuts,
                     const struct allocate_tensor *t, uint64_t seed, size_t n)
{
#pragma omp parallel for schedule(static) if (n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(n); c++) {
        struct rng r = at_chunk(seed, t->index, c);
        for (size_t i = chunk_begin(c), end = chunk_end(c, n); i < end; i++) {
            uint64_t key = next_key(&r, i);
            int tier = 0;
            for (size_t k = 0; k < n_cuts; k++) {
                tier += key >= cut[k].key;
            }
            map[i] = (uint8_t)tier;
        }
    }
}

/* cut[k].key: as many weights have lower keys as tiers 0 … k hold. */
static int find_cuts(struct cut *cut, const struct value *shares, const struct allocate_tensor *t,
                     uint64_t seed, size_t n, struct err *e)
{
    size_t n_cuts = shares->n - 1;
    double below = 0;
    int status = 0;
    uint32_t *count = mem_new(BINS, sizeof *count, e);
    if (!count) {
        return -1;
    }
    count_bins(count, t, seed, n);
    for (size_t k = n_cuts; k > 0 && !status; k--) {
        below += shares->numbers[k];
        double last = rint(fmin(below / 100, 1) * (double)n);
        cut[k - 1] = (struct cut){.rank = n - (size_t)last, .key = UINT64_MAX};
        status = cut[k - 1].rank < n ? find_bin(&cut[k - 1], count, e) : 0;
    }
    if (!status) {
        collect(cut, n_cuts, t, seed, n);
    }
    for (size_t k = 0; k < n_cuts && !status; k++) {
        if (cut[k].member) {
            qsort(cut[k].member, cut[k].n, sizeof *cut[k].member, ascending);
            cut[k].key = cut[k].member[cut[k].rank - cut[k].before];
        }
    }
    free(count);
    return status;
}

static int run(struct allocation *out, const struct allocate_tensor *t, const struct params *p,
               uint64_t seed, struct err *e)
{
    const struct value *bits = params_list(p, "bits"), *shares = params_list(p, "shares");
    struct cut cut[PARAM_LIST_MAX] = {{0}};
    *out = (struct allocation){
        .n = t->rows * t->cols, .n_tiers = (int)bits->n, .form = ALLOCATION_MAP};
    for (size_t k = 0; k < bits->n; k++) {
        out->bits[k] = (int)bits->numbers[k];
    }
    int status = -1;
    if ((out->map = mem_new(out->n, 1, e))) {
        status = find_cuts(cut, shares, t, seed, out->n, e);
    }
    if (!status) {
        fill_map(out->map, cut, shares->n - 1, t, seed, out->n);
    }
    for (size_t k = 0; k < PARAM_LIST_MAX; k++) {
        free(cut[k].member);
    }
    return status;
}

const struct allocate_method allocate_random = {
    .name = "random",
    .help = "shares of the weights, drawn at random, with a bit width each (a control)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .check = shares_check,
    .uses_seed = always,
    .run = run,
};
