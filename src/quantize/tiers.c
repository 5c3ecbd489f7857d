/*
 * Tiers: one grid each over a whole tensor.
 *
 * The tensor is cut into fixed chunks, a chunk goes through blocks that stay in the L1 cache: first
 * the tier of each weight, then the grid of its tier, then its code. Straight loops over short
 * arrays, so that all but the counting of codes becomes vector code.
 */
#include <math.h>
#include <stdlib.h>

#include "base/float_bits.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/reduce.h"
#include "base/simd.h"
#include "base/stream.h"
#include "coding/bitpack.h"
#include "quantize/tensor.h"

enum { WAYS = 4 }; /* counters of one code */

#define ALL_CONSTANT static inline __attribute__((always_inline))

/* Tiers of weights by `last` cuts: constant where it counts, so that one loop has all of them. */
ALL_CONSTANT void cut_tiers(int32_t *restrict tier, const float *restrict cut, int last,
                            const float *restrict w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float magnitude = fabsf(w[i]);
        int32_t t = 0;
        for (int k = 0; k < last; k++) {
            t += magnitude >= cut[k] ? 0 : 1;
        }
        tier[i] = t;
    }
}

SIMD_CLONES void tiers_of(int32_t *restrict tier, const struct allocation *a,
                          const float *restrict w, size_t from, size_t n)
{
    int last = a->form == ALLOCATION_CUT ? a->n_tiers - 1 : 0;
    if (a->form == ALLOCATION_MAP) {
        for (size_t i = 0; i < n; i++) {
            tier[i] = a->map[from + i];
        }
    } else if (last == 2) { /* the study's three tiers */
        cut_tiers(tier, a->cut, 2, w, n);
    } else {
        cut_tiers(tier, a->cut, last, w, n);
    }
}

/*
 * Codes and values of a block under its tiers' grids; a code's index is tier · CODES + code. With a
 * constant number of tiers the grids are in registers, and a weight chooses among them.
 */
ALL_CONSTANT void code_weights(float *restrict out, int32_t *restrict code, const float *restrict w,
                               const int32_t *restrict tier, const struct grid *grid, int n_tiers,
                               size_t n)
{
    struct grid own[3] = {grid[0]};
    for (int k = 1; k < n_tiers; k++) {
        own[k] = grid[k];
    }
    for (size_t i = 0; i < n; i++) {
        struct grid g = own[0];
        for (int k = 1; k < n_tiers; k++) {
            g.lo = tier[i] == k ? own[k].lo : g.lo;
            g.scale = tier[i] == k ? own[k].scale : g.scale;
            g.divisor = tier[i] == k ? own[k].divisor : g.divisor;
            g.levels = tier[i] == k ? own[k].levels : g.levels;
        }
        float q = grid_code(w[i], g.lo, g.divisor, g.levels);
        out[i] = grid_value(q, g.lo, g.scale);
        code[i] = (int32_t)q + (n_tiers > 1 ? tier[i] * CODES : 0);
    }
}

/*
 * Where tier[i] is k, to[i] becomes the bits of `value`. By masks, since a conditional store would
 * become slow masked stores.
 */
static inline void blend(uint32_t *to, const int32_t *tier, int32_t k, float value, size_t n)
{
    uint32_t bits = float_to_bits(value);
    for (size_t i = 0; i < n; i++) {
        uint32_t mask = 0u - (uint32_t)(tier[i] == k);
        to[i] = (to[i] & ~mask) | (bits & mask);
    }
}

/* The same for any number of tiers: each weight's grid is put together in memory. */
ALL_CONSTANT void code_blended(float *restrict out, int32_t *restrict code, const float *restrict w,
                               const int32_t *restrict tier, const struct grid *grid, int n_tiers,
                               size_t n)
{
    uint32_t lo[BLOCK], scale[BLOCK], divisor[BLOCK], levels[BLOCK];
    for (size_t i = 0; i < n; i++) {
        lo[i] = float_to_bits(grid[0].lo);
        scale[i] = float_to_bits(grid[0].scale);
        divisor[i] = float_to_bits(grid[0].divisor);
        levels[i] = float_to_bits(grid[0].levels);
    }
    for (int k = 1; k < n_tiers; k++) {
        blend(lo, tier, k, grid[k].lo, n);
        blend(scale, tier, k, grid[k].scale, n);
        blend(divisor, tier, k, grid[k].divisor, n);
        blend(levels, tier, k, grid[k].levels, n);
    }
    for (size_t i = 0; i < n; i++) {
        float q = grid_code(w[i], float_from_bits(lo[i]), float_from_bits(divisor[i]),
                            float_from_bits(levels[i]));
        out[i] = grid_value(q, float_from_bits(lo[i]), float_from_bits(scale[i]));
        code[i] = (int32_t)q + tier[i] * CODES;
    }
}

SIMD_CLONES static void code_block(float *restrict out, int32_t *restrict code,
                                   const float *restrict w, const int32_t *restrict tier,
                                   const struct grid *grid, int n_tiers, size_t n)
{
    switch (n_tiers) {
    case 1:
        code_weights(out, code, w, tier, grid, 1, n);
        break;
    case 2:
        code_weights(out, code, w, tier, grid, 2, n);
        break;
    case 3:
        code_weights(out, code, w, tier, grid, 3, n);
        break;
    default:
        code_blended(out, code, w, tier, grid, n_tiers, n);
    }
}

/* Everything that the passes over one tensor share. */
struct job {
    const struct allocation *a;
    const float *w;
    float *out;
    struct coded_tensor *coded;  /* or NULL */
    int n_used, used[TIERS_MAX]; /* the tiers that have members */
    uint8_t number[TIERS_MAX];   /* of a tier among these */
    struct grid grid[TIERS_MAX];
    struct range *range;     /* chunks × tiers */
    struct chunk_sums *sums; /* chunks */
    uint64_t *count;         /* tiers × CODES */
};

/* First read: the range of each tier in a chunk, and the chunk's sums. */
static void scan_chunk(struct job *j, size_t chunk)
{
    struct range *range = j->range + chunk * (size_t)j->a->n_tiers;
    struct chunk_sums *sums = &j->sums[chunk];
    int32_t tier[BLOCK];
    double sum, squares;
    for (int k = 0; k < j->a->n_tiers; k++) {
        range[k] = RANGE_EMPTY;
    }
    for (size_t i = chunk_begin(chunk), end = chunk_end(chunk, j->a->n), n; i < end; i += n) {
        n = end - i < BLOCK ? end - i : BLOCK;
        if (j->a->n_tiers == 1) {
            range_widen(&range[0], j->w + i, n);
        } else {
            tiers_of(tier, j->a, j->w + i, i, n);
        }
        for (int k = 0; k < j->a->n_tiers && j->a->n_tiers > 1; k++) {
            range_widen_tier(&range[k], j->w + i, tier, k, n);
        }
        sums_of(&sum, &squares, j->w + i, n);
        sums->sum += sum;
        sums->sum_squares += squares;
    }
}

/* The codes and tiers of weights [from, from + n), for whoever packs them. */
static void keep_codes(const struct job *j, size_t from, const int32_t *code, const int32_t *tier,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        j->coded->code[from + i] = (uint8_t)(code[i] % CODES);
    }
    for (size_t i = 0; i < n && j->coded->option; i++) {
        j->coded->option[from + i] = j->number[tier[i]];
    }
}

/*
 * Neighbours count in different ways, since most weights share a few codes and a counter can only
 * be raised every few cycles.
 */
static void count_codes(uint32_t (*count)[WAYS], const int32_t *code, size_t n)
{
    size_t i = 0;
    for (; i + WAYS <= n; i += WAYS) {
        for (size_t way = 0; way < WAYS; way++) {
            count[code[i + way]][way]++;
        }
    }
    for (; i < n; i++) {
        count[code[i]][0]++;
    }
}

/* Second read: codes, values, errors. `count` is the thread's own. */
static void code_chunk(struct job *j, size_t chunk, uint32_t (*count)[WAYS])
{
    int32_t tier[BLOCK];
    int32_t code[BLOCK];
    float value[BLOCK];
    bool stream = j->a->n >= STREAM_FROM;
    for (size_t i = chunk_begin(chunk), end = chunk_end(chunk, j->a->n), n; i < end; i += n) {
        n = end - i < BLOCK ? end - i : BLOCK;
        float *to = stream ? value : j->out + i;
        tiers_of(tier, j->a, j->w + i, i, n);
        code_block(to, code, j->w + i, tier, j->grid, j->a->n_tiers, n);
        if (j->coded) {
            keep_codes(j, i, code, tier, n);
        }
        count_codes(count, code, n);
        j->sums[chunk].squared_error += sum_of_squared_differences(to, j->w + i, n);
        if (stream) {
            stream_floats(j->out + i, value, n);
        }
    }
    stream_end();
}

/* Codes every chunk and adds up how often each code occurs. */
static int code_all(struct job *j, const char *what, struct err *e)
{
    size_t n_codes = (size_t)j->a->n_tiers * CODES;
    bool failed = false;
#pragma omp parallel if (j->a->n > PARALLEL_CHUNK)
    {
        uint32_t(*count)[WAYS] = calloc(n_codes, sizeof *count);
        if (!count) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(static)
        for (size_t c = 0; c < chunk_count(j->a->n); c++) {
            if (count) {
                code_chunk(j, c, count);
            }
        }
        for (size_t i = 0; count && i < n_codes; i++) {
            for (size_t way = 0; way < WAYS; way++) {
#pragma omp atomic
                j->count[i] += count[i][way];
            }
        }
        free(count);
    }
    return failed ? err_set(e, "out of memory: no room to count the codes of %s", what) : 0;
}

/* A grid for each tier that has members; an empty tier keeps a grid that no weight uses. */
static int tier_grids(struct job *j, const struct grid_options *o, const char *what, struct err *e)
{
    for (int k = 0; k < j->a->n_tiers; k++) {
        struct range all = RANGE_EMPTY;
        for (size_t c = 0; c < chunk_count(j->a->n); c++) {
            range_join(&all, j->range[c * (size_t)j->a->n_tiers + (size_t)k]);
        }
        j->grid[k] = (struct grid){0};
        if (!(all.lo <= all.hi)) {
            continue;
        }
        if (grid_make(&j->grid[k], all.lo, all.hi, j->a->bits[k], o->dtype, what, e)) {
            return -1;
        }
        j->number[k] = (uint8_t)j->n_used;
        j->used[j->n_used++] = k;
    }
    return 0;
}

/* Makes room for the codes of the tiers in use, and lists these with their grids. */
static int prepare_coded(struct coded_tensor *coded, const struct job *j, struct err *e)
{
    coded->n_options = j->n_used;
    coded->unit = j->n_used > 1 ? 1 : UNIT_TENSOR;
    for (int u = 0; u < j->n_used; u++) {
        coded->bits[u] = j->a->bits[j->used[u]];
    }
    if (coded_allocate(coded, e)) {
        return -1;
    }
    for (int u = 0; u < j->n_used; u++) {
        const struct grid *g = &j->grid[j->used[u]];
        coded->grid[u] = (struct coded_grid){g->scale, g->lo};
    }
    return 0;
}

/* The lines of the bill that the counts of codes tell. */
static void bill_counts(struct bill *bill, const struct job *j, enum grid_dtype dtype)
{
    uint64_t members[TIERS_MAX] = {0};
    for (int k = 0; k < j->a->n_tiers; k++) {
        const uint64_t *count = j->count + (size_t)k * CODES;
        for (size_t c = 0; c < CODES; c++) {
            members[k] += count[c];
        }
        bill->code_bits += (int64_t)members[k] * j->a->bits[k];
        bill->payload.packed_bits += 8 * (int64_t)bitpack_bytes(members[k], j->a->bits[k]);
        bill->payload.ideal_bits += entropy_bits(count, CODES);
    }
    int map_bits = bitpack_width((size_t)j->n_used);
    bill->map.packed_bits = 8 * (int64_t)bitpack_bytes(j->a->n, map_bits);
    bill->map.ideal_bits = entropy_bits(members, (size_t)j->a->n_tiers);
    bill->grid.packed_bits = 8 * j->n_used * (int64_t)packed_grid_bytes(dtype);
    bill->grid.ideal_bits = (double)bill->grid.packed_bits;
}

static int job_init(struct job *j, struct err *e)
{
    size_t n_tiers = (size_t)j->a->n_tiers, n_chunks = chunk_count(j->a->n);
    bool ok = (j->range = mem_new(n_chunks * n_tiers, sizeof *j->range, e)) &&
              (j->sums = mem_new(n_chunks, sizeof *j->sums, e)) &&
              (j->count = mem_new(n_tiers * CODES, sizeof *j->count, e));
    return ok ? 0 : -1;
}

int quantize_tiers(float *out, struct bill *bill, struct coded_tensor *coded, const float *w,
                   const struct allocation *a, const struct grid_options *o, const char *what,
                   struct err *e)
{
    struct job j = {.a = a, .w = w, .out = out, .coded = coded};
    int status = job_init(&j, e);
    if (status) {
        goto out;
    }
#pragma omp parallel for schedule(static) if (a->n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(a->n); c++) {
        scan_chunk(&j, c);
    }
    status = tier_grids(&j, o, what, e) || (coded && prepare_coded(coded, &j, e)) ||
                     code_all(&j, what, e)
                 ? -1
                 : 0;
    if (!status) {
        bill_counts(bill, &j, o->dtype);
        bill_add_sums(bill, j.sums, chunk_count(a->n), a->n);
    }
out:
    free(j.range);
    free(j.sums);
    free(j.count);
    return status;
}
