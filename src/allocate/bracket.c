#include "allocate/bracket.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/float_bits.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/simd.h"

enum {
    BRACKETS_FROM = 1 << 20, /* values; fewer are soon read twice */
    SAMPLE = 1 << 16,
    MARGIN = 4,
    BIN_BITS = 15, /* magnitudes of a bin share the bits above these */
    BINS = 1 << 16,
    SHARE = 8, /* more than one value in so many is not worth gathering */
    BLOCK = 512,
};

/* Bins of values spread over x, one from each stretch of it, not always at the same place. */
static void count_sample(uint32_t *count, const float *x, size_t n)
{
    size_t stretch = n / SAMPLE;
    for (size_t i = 0; i < SAMPLE; i++) {
        size_t at = i * stretch + (i * 2654435761u >> 8) % stretch;
        count[magnitude_to_bits(x[at]) >> BIN_BITS]++;
    }
}

/* The bin of the sample's value of a rank. */
static uint32_t sample_bin(const uint32_t *count, double rank)
{
    double below = 0;
    uint32_t bin = 0;
    while (bin < BINS - 1 && below + count[bin] <= rank) {
        below += count[bin++];
    }
    return bin;
}

static struct bracket around(const uint32_t *count, size_t rank, size_t n)
{
    double q = (double)rank / (double)(n - 1), middle = q * (SAMPLE - 1);
    double margin = MARGIN * sqrt(SAMPLE * q * (1 - q)) + 2;
    uint32_t low = middle < margin ? 0 : sample_bin(count, middle - margin) << BIN_BITS;
    uint32_t end = middle + margin > SAMPLE - 1
                       ? (uint32_t)BINS << BIN_BITS
                       : (sample_bin(count, middle + margin) + 1) << BIN_BITS;
    return (struct bracket){low, end - low};
}

static int by_low(const void *a, const void *b)
{
    const struct bracket *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

/* Joins those that touch. */
static void join_brackets(struct gathered *g)
{
    int n = 0;
    qsort(g->bracket, (size_t)g->n_brackets, sizeof *g->bracket, by_low);
    for (int i = 1; i < g->n_brackets; i++) {
        struct bracket *last = &g->bracket[n], next = g->bracket[i];
        uint32_t end = next.low + next.width;
        if (next.low > last->low + last->width) {
            g->bracket[++n] = next;
        } else if (end > last->low + last->width) {
            last->width = end - last->low;
        }
    }
    g->n_brackets = n + 1;
}

/* How much of the sample is in the brackets. */
static size_t sample_inside(const struct gathered *g, const uint32_t *count)
{
    size_t inside = 0;
    for (int k = 0; k < g->n_brackets; k++) {
        uint32_t bin = g->bracket[k].low >> BIN_BITS;
        uint32_t end = bin + (g->bracket[k].width >> BIN_BITS);
        for (; bin < end; bin++) {
            inside += count[bin];
        }
    }
    return inside;
}

/* in[i] = is it in a bracket? below[k] is raised by the number of those below bracket k. */
SIMD_CLONES static void look(uint8_t *restrict in, size_t *restrict below,
                             const struct bracket *bracket, int n_brackets, const float *restrict x,
                             size_t n)
{
    for (size_t i = 0; i < n; i++) {
        in[i] = 0;
    }
    for (int k = 0; k < n_brackets; k++) {
        uint32_t low = bracket[k].low, width = bracket[k].width, count = 0;
        for (size_t i = 0; i < n; i++) {
            uint32_t bits = magnitude_to_bits(x[i]);
            count += bits < low;
            in[i] |= bits - low < width;
        }
        below[k] += count;
    }
}

/* Appends those that are in; eight flags at a time, since most are not set. */
static size_t take(float *to, const uint8_t *in, const float *x, size_t n)
{
    size_t taken = 0;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t flags = 0;
        memcpy(&flags, in + i, 8);
        for (; flags; flags &= flags - 1) {
            to[taken++] = x[i + (size_t)__builtin_ctzll(flags) / 8];
        }
    }
    return taken;
}

/* One chunk's: into `own` first, then behind those of the chunks that came before. */
static void gather_chunk(struct gathered *g, float *own, size_t capacity, const float *x, size_t n)
{
    size_t below[BRACKETS_MAX] = {0}, taken = 0, at;
    uint8_t in[BLOCK + 8];
    for (size_t i = 0, m; i < n; i += m) {
        m = n - i < BLOCK ? n - i : BLOCK;
        look(in, below, g->bracket, g->n_brackets, x + i, m);
        memset(in + m, 0, 8);
        taken += take(own + taken, in, x + i, m);
    }
#pragma omp atomic capture
    {
        at = g->n;
        g->n += taken;
    }
    if (at + taken <= capacity) {
        memcpy(g->x + at, own, taken * sizeof *own);
    }
    for (int k = 0; k < g->n_brackets; k++) {
#pragma omp atomic
        g->below[k] += below[k];
    }
}

/* The one read. More than there is room for is counted, but not kept. */
static int gather_all(struct gathered *g, size_t capacity, const float *x, size_t n, struct err *e)
{
    bool failed = false;
    if (!(g->x = mem_floats(capacity, e))) {
        return -1;
    }
#pragma omp parallel
    {
        struct err ignored; /* the sentence below says more */
        float *own = mem_floats(PARALLEL_CHUNK, &ignored);
        if (!own) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(static)
        for (size_t c = 0; c < chunk_count(n); c++) {
            if (own) {
                gather_chunk(g, own, capacity, x + chunk_begin(c),
                             chunk_end(c, n) - chunk_begin(c));
            }
        }
        free(own);
    }
    return failed ? err_set(e, "out of memory: no room to look for a quantile") : 0;
}

static void count_inside(struct gathered *g)
{
    for (int k = 0; k < g->n_brackets; k++) {
        uint32_t low = g->bracket[k].low, width = g->bracket[k].width;
        for (size_t i = 0; i < g->n; i++) {
            g->inside[k] += magnitude_to_bits(g->x[i]) - low < width;
        }
    }
}

/* The rank among the gathered; false when it is not in a bracket. */
static bool rank_inside(size_t *rank, const struct gathered *g)
{
    size_t before = 0;
    for (int k = 0; k < g->n_brackets; k++) {
        if (*rank >= g->below[k] && *rank - g->below[k] < g->inside[k]) {
            *rank = *rank - g->below[k] + before;
            return true;
        }
        before += g->inside[k];
    }
    return false;
}

/* Brackets around the ranks; false when they hold too much. */
static int find_brackets(bool *found, struct gathered *g, const size_t *rank, size_t n_ranks,
                         const float *x, size_t n, struct err *e)
{
    uint32_t *count = mem_new(BINS, sizeof *count, e);
    if (!count) {
        return -1;
    }
    count_sample(count, x, n);
    for (size_t i = 0; i < n_ranks; i++) {
        g->bracket[g->n_brackets++] = around(count, rank[i], n);
    }
    join_brackets(g);
    *found = sample_inside(g, count) < SAMPLE / (2 * SHARE);
    free(count);
    return 0;
}

int gather_ranks(bool *found, struct gathered *g, size_t *rank, size_t n_ranks, const float *x,
                 size_t n, struct err *e)
{
    size_t inside[BRACKETS_MAX], capacity = n / SHARE;
    *g = (struct gathered){0};
    *found = false;
    if (n_ranks < 1 || n_ranks > BRACKETS_MAX) {
        BUG("%zu ranks", n_ranks);
    }
    if (n < BRACKETS_FROM) {
        return 0;
    }
    if (find_brackets(found, g, rank, n_ranks, x, n, e) ||
        (*found && gather_all(g, capacity, x, n, e))) {
        return -1;
    }
    *found = *found && g->n <= capacity;
    if (*found) {
        count_inside(g);
    }
    for (size_t i = 0; i < n_ranks && *found; i++) {
        inside[i] = rank[i];
        *found = rank_inside(&inside[i], g);
    }
    if (*found) {
        memcpy(rank, inside, n_ranks * sizeof *rank);
    }
    return 0;
}

void gathered_release(struct gathered *g)
{
    free(g->x);
    *g = (struct gathered){0};
}
