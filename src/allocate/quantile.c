#include "allocate/quantile.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/bracket.h"
#include "base/float_bits.h"
#include "base/mem.h"
#include "base/parallel.h"

/* A magnitude's 31 bits: HIGH leading ones choose a bin, LOW trailing ones the place within it. */
enum { LOW_BITS = 15, HIGH = 1 << 16, LOW = 1 << LOW_BITS, RANKS_MAX = 2 * QUANTILES_MAX };
enum { NO_SLOT = 255 };

/* The two order statistics around a quantile, and how far it stands from the lower one. */
struct position {
    size_t below, above;
    double fraction;
};

static struct position position_of(double q, size_t n)
{
    double h = q * (double)(n - 1), low = floor(h);
    size_t below = (size_t)low;
    return (struct position){
        .below = below, .above = below + 1 < n ? below + 1 : below, .fraction = h - low};
}

static float interpolate(float below, float above, double fraction)
{
    return (float)((double)below + fraction * ((double)above - (double)below));
}

/* Adds `n_counters` counters of each thread to the shared ones; integers, so in any order. */
static void add_counts(uint64_t *total, const uint32_t *part, size_t n_counters)
{
#pragma omp critical(quantile_add)
    for (size_t i = 0; i < n_counters; i++) {
        total[i] += part[i];
    }
}

/* First read: how many magnitudes share each of the leading bit patterns. */
static int count_high(uint64_t *count, const float *x, size_t n)
{
    bool failed = false;
#pragma omp parallel if (n > PARALLEL_CHUNK)
    {
        uint32_t *mine = calloc(HIGH, sizeof *mine);
        if (!mine) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(static)
        for (size_t c = 0; c < chunk_count(n); c++) {
            for (size_t i = chunk_begin(c), end = chunk_end(c, n); mine && i < end; i++) {
                mine[magnitude_to_bits(x[i]) >> LOW_BITS]++;
            }
        }
        if (mine) {
            add_counts(count, mine, HIGH);
        }
        free(mine);
    }
    return failed ? -1 : 0;
}

/* Second read: within the bins that have a slot, how many share each pattern of trailing bits. */
static int count_low(uint64_t *count, const uint8_t *slot_of_bin, size_t n_slots, const float *x,
                     size_t n)
{
    bool failed = false;
    if (n_slots < 1) {
        BUG("no bin to count in");
    }
#pragma omp parallel if (n > PARALLEL_CHUNK)
    {
        uint32_t *mine = calloc(n_slots * LOW, sizeof *mine);
        if (!mine) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(static)
        for (size_t c = 0; c < chunk_count(n); c++) {
            for (size_t i = chunk_begin(c), end = chunk_end(c, n); mine && i < end; i++) {
                uint32_t bits = magnitude_to_bits(x[i]);
                size_t slot = slot_of_bin[bits >> LOW_BITS];
                if (slot != NO_SLOT) {
                    mine[slot * LOW + (bits & (LOW - 1))]++;
                }
            }
        }
        if (mine) {
            add_counts(count, mine, n_slots * LOW);
        }
        free(mine);
    }
    return failed ? -1 : 0;
}

/* The bin that holds the rank; *rank becomes the rank within the bin. */
static size_t find_rank(const uint64_t *count, size_t *rank)
{
    size_t bin = 0;
    while (*rank >= count[bin]) {
        *rank -= (size_t)count[bin++];
    }
    return bin;
}

struct selection {
    uint64_t *high, *low;
    uint8_t slot_of_bin[HIGH];
    size_t bin[RANKS_MAX], rank[RANKS_MAX];
};

/* value[i] = the magnitude of rank[i] (0 the smallest). */
static int select_ranks(float *value, struct selection *s, size_t n_ranks, const float *x, size_t n,
                        struct err *e)
{
    size_t n_slots = 0;
    memset(s->slot_of_bin, NO_SLOT, sizeof s->slot_of_bin);
    if (!(s->high = mem_new(HIGH, sizeof *s->high, e))) {
        return -1;
    }
    if (count_high(s->high, x, n)) {
        return err_set(e, "out of memory: no room for the histograms of a quantile");
    }
    for (size_t i = 0; i < n_ranks; i++) {
        s->bin[i] = find_rank(s->high, &s->rank[i]);
        if (s->slot_of_bin[s->bin[i]] == NO_SLOT) {
            s->slot_of_bin[s->bin[i]] = (uint8_t)n_slots++;
        }
    }
    if (!(s->low = mem_new(n_slots * LOW, sizeof *s->low, e))) {
        return -1;
    }
    if (count_low(s->low, s->slot_of_bin, n_slots, x, n)) {
        return err_set(e, "out of memory: no room for the histograms of a quantile");
    }
    for (size_t i = 0; i < n_ranks; i++) {
        size_t slot = s->slot_of_bin[s->bin[i]];
        size_t low = find_rank(s->low + slot * LOW, &s->rank[i]);
        value[i] = float_from_bits((uint32_t)(s->bin[i] << LOW_BITS | low));
    }
    return 0;
}

int quantiles_of_magnitude(float *out, const double *q, int n_q, const float *x, size_t n,
                           struct err *e)
{
    if (n_q < 1 || n_q > QUANTILES_MAX || n < 1 || n > UINT32_MAX) {
        BUG("%d quantiles of %zu values", n_q, n);
    }
    struct position position[QUANTILES_MAX];
    float value[RANKS_MAX];
    struct selection *s = mem_new(1, sizeof *s, e);
    if (!s) {
        return -1;
    }
    for (int i = 0; i < n_q; i++) {
        position[i] = position_of(q[i], n);
        s->rank[2 * i] = position[i].below;
        s->rank[2 * i + 1] = position[i].above;
    }
    struct gathered near;
    bool found;
    int status = gather_ranks(&found, &near, s->rank, 2 * (size_t)n_q, x, n, e);
    if (!status) {
        status = select_ranks(value, s, 2 * (size_t)n_q, found ? near.x : x, found ? near.n : n, e);
    }
    for (int i = 0; i < n_q && !status; i++) {
        out[i] = interpolate(value[2 * i], value[2 * i + 1], position[i].fraction);
    }
    gathered_release(&near);
    free(s->high);
    free(s->low);
    free(s);
    return status;
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

int quantiles_of_sample(float *out, const double *q, int n_q, const float *x, const size_t *index,
                        size_t k, struct err *e)
{
    float *sorted = mem_floats(k, e);
    if (!sorted) {
        return -1;
    }
    for (size_t i = 0; i < k; i++) {
        sorted[i] = fabsf(x[index[i]]);
    }
    qsort(sorted, k, sizeof *sorted, ascending);
    for (int i = 0; i < n_q; i++) {
        struct position p = position_of(q[i], k);
        out[i] = interpolate(sorted[p.below], sorted[p.above], p.fraction);
    }
    free(sorted);
    return 0;
}
