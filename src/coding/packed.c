#include "coding/packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "coding/bitpack.h"
#include "coding/range_coder.h"

const char *const coding_names[] = {"plain", "entropy", NULL};
const char *const packed_part_names[PACKED_PARTS] = {"codes", "map", "grids"};

/* Far above any tensor, and small enough that no size in bytes overflows. */
static const size_t weights_max = (size_t)1 << 48;

void packed_release(struct packed_tensor *p)
{
    for (int i = 0; i < PACKED_PARTS; i++) {
        buf_release(&p->part[i].own);
    }
    *p = (struct packed_tensor){0};
}

size_t packed_grid_bytes(enum grid_dtype dtype)
{
    return dtype == GRID_F16 ? 4 : 8;
}

/* Takes over what was appended to part->own. */
static int own_part(struct packed_part *part, struct err *e)
{
    part->bytes = (const uint8_t *)part->own.s;
    part->n = part->own.len;
    return buf_check(&part->own, e);
}

/* Appends the codes at a fixed width. */
static void add_fixed(struct buf *out, const uint8_t *code, size_t n, int bits)
{
    size_t n_bytes = bitpack_bytes(n, bits);
    struct err e;
    uint8_t *bytes = mem_new(n_bytes, 1, &e);
    if (!bytes) {
        out->failed = true;
        return;
    }
    bitpack(bytes, code, n, bits);
    buf_add(out, bytes, n_bytes);
    free(bytes);
}

/*
 * Where the codes of each chunk's tiers stand when a tensor's codes are sorted by tier, in index
 * order within one: place[chunk][tier]; members[tier] of them in all.
 */
static size_t *places_by_tier(uint64_t *members, const uint8_t *tier, size_t n, int n_tiers,
                              struct err *e)
{
    size_t n_chunks = chunk_count(n), K = (size_t)n_tiers, at = 0;
    size_t *place = mem_new(n_chunks * K, sizeof *place, e);
    if (!place) {
        return NULL;
    }
#pragma omp parallel for schedule(static)
    for (size_t c = 0; c < n_chunks; c++) {
        for (size_t i = chunk_begin(c); i < chunk_end(c, n); i++) {
            place[c * K + tier[i]]++;
        }
    }
    for (size_t k = 0; k < K; k++) {
        size_t first = at;
        for (size_t c = 0; c < n_chunks; c++) {
            size_t here = place[c * K + k];
            place[c * K + k] = at;
            at += here;
        }
        members[k] = at - first;
    }
    return place;
}

/* Moves codes between index order and tier order; `place` is used up. */
static void sort_codes(uint8_t *sorted, uint8_t *code, size_t *place, const uint8_t *tier, size_t n,
                       int n_tiers, bool back)
{
#pragma omp parallel for schedule(static)
    for (size_t c = 0; c < chunk_count(n); c++) {
        size_t *at = place + c * (size_t)n_tiers;
        for (size_t i = chunk_begin(c); i < chunk_end(c, n); i++) {
            size_t to = at[tier[i]]++;
            if (back) {
                code[i] = sorted[to];
            } else {
                sorted[to] = code[i];
            }
        }
    }
}

static struct range_contexts contexts_of(const struct packed_tensor *p)
{
    struct range_contexts contexts = {.n = p->n_tiers};
    for (int k = 0; k < p->n_tiers; k++) {
        contexts.bits[k] = (uint8_t)p->bits[k];
    }
    return contexts;
}

static struct range_contexts map_contexts(const struct packed_tensor *p)
{
    return (struct range_contexts){.n = 1, .bits = {(uint8_t)bitpack_width((size_t)p->n_tiers)}};
}

/* Codes and map of more than one tier, at fixed widths: each tier's codes from a whole byte on. */
static int encode_plain_tiers(struct packed_tensor *p, const struct coded_tensor *c, size_t *place,
                              struct err *e)
{
    size_t n = c->rows * c->cols;
    uint8_t *sorted = mem_new(n, 1, e);
    if (!sorted) {
        return -1;
    }
    sort_codes(sorted, c->code, place, c->option, n, c->n_options, false);
    for (size_t k = 0, at = 0; k < (size_t)c->n_options; at += p->members[k], k++) {
        add_fixed(&p->part[PACKED_CODES].own, sorted + at, p->members[k], c->bits[k]);
    }
    free(sorted);
    add_fixed(&p->part[PACKED_MAP].own, c->option, n, bitpack_width((size_t)c->n_options));
    return 0;
}

static int encode_codes(struct packed_tensor *p, const struct coded_tensor *c, struct err *e)
{
    size_t n = c->rows * c->cols;
    struct buf *codes = &p->part[PACKED_CODES].own, *map = &p->part[PACKED_MAP].own;
    size_t *place = NULL;
    p->members[0] = n;
    if (c->option && !(place = places_by_tier(p->members, c->option, n, c->n_options, e))) {
        return -1;
    }
    int status = 0;
    if (p->coding == CODING_ENTROPY) {
        struct range_contexts of_codes = contexts_of(p), of_map = map_contexts(p);
        status = range_encode(codes, c->code, c->option, n, &of_codes, e);
        if (!status && c->option) {
            status = range_encode(map, c->option, NULL, n, &of_map, e);
        }
    } else if (c->option) {
        status = encode_plain_tiers(p, c, place, e);
    } else {
        add_fixed(codes, c->code, n, c->bits[0]);
    }
    free(place);
    return status;
}

static void encode_grids(struct buf *out, const struct coded_tensor *c)
{
    size_t n = coded_grids(c);
    for (size_t i = 0; i < n; i++) {
        const struct coded_grid *g = &c->grid[i];
        if (c->dtype == GRID_F16) {
            uint16_t pair[2] = {half_from_float(g->scale), half_from_float(g->lo)};
            buf_add(out, pair, sizeof pair);
        } else {
            float pair[2] = {g->scale, g->lo};
            buf_add(out, pair, sizeof pair);
        }
    }
}

int packed_encode(struct packed_tensor *p, const struct coded_tensor *c, enum coding coding,
                  struct err *e)
{
    *p = (struct packed_tensor){.rows = c->rows,
                                .cols = c->cols,
                                .group = (c->own_grids ? c->unit : 0),
                                .n_tiers = c->n_options,
                                .dtype = c->dtype,
                                .coding = coding};
    memcpy(p->bits, c->bits, sizeof p->bits);
    if (encode_codes(p, c, e)) {
        return -1;
    }
    encode_grids(&p->part[PACKED_GRIDS].own, c);
    for (int i = 0; i < PACKED_PARTS; i++) {
        if (own_part(&p->part[i], e)) {
            return -1;
        }
    }
    return 0;
}

static int check_numbers(const struct packed_tensor *p, struct err *e)
{
    size_t n;
    uint64_t members = 0;
    if (!p->rows || !p->cols || __builtin_mul_overflow(p->rows, p->cols, &n) || n > weights_max) {
        return err_set(e, "the shape is %zu × %zu", p->rows, p->cols);
    }
    if (p->n_tiers < 1 || p->n_tiers > TIERS_MAX || (p->group && p->n_tiers != 1)) {
        return err_set(e, "there are %d tiers; there must be from 1 to %d, and 1 with groups",
                       p->n_tiers, TIERS_MAX);
    }
    for (int k = 0; k < p->n_tiers; k++) {
        if (p->bits[k] < 0 || p->bits[k] > TIER_BITS_MAX) {
            return err_set(e, "a tier has codes of %d bits; they must have from 0 to %d",
                           p->bits[k], TIER_BITS_MAX);
        }
        if (__builtin_add_overflow(members, p->members[k], &members)) {
            members = UINT64_MAX;
            break;
        }
    }
    return members == n ? 0
                        : err_set(e, "there are %zu weights, but the tiers add up to %llu", n,
                                  (unsigned long long)members);
}

static int check_part(const struct packed_tensor *p, enum packed_part_name name, size_t wanted,
                      struct err *e)
{
    size_t n = p->part[name].n;
    return n == wanted ? 0
                       : err_set(e, "there are %zu bytes of %s, where the sizes ask for %zu", n,
                                 packed_part_names[name], wanted);
}

int packed_check(const struct packed_tensor *p, struct err *e)
{
    if (check_numbers(p, e)) {
        return -1;
    }
    size_t n_grids = p->group ? allocation_units(p->rows, p->cols, p->group) : (size_t)p->n_tiers;
    size_t codes = 0;
    if (check_part(p, PACKED_GRIDS, n_grids * packed_grid_bytes(p->dtype), e)) {
        return -1;
    }
    if (p->n_tiers == 1 && check_part(p, PACKED_MAP, 0, e)) {
        return -1;
    }
    if (p->coding == CODING_ENTROPY) {
        return 0; /* the range coder's own headers are checked as they are read */
    }
    for (int k = 0; k < p->n_tiers; k++) {
        codes += bitpack_bytes(p->members[k], p->bits[k]);
    }
    size_t map = bitpack_bytes(p->rows * p->cols, bitpack_width((size_t)p->n_tiers));
    return check_part(p, PACKED_CODES, codes, e) || check_part(p, PACKED_MAP, map, e) ? -1 : 0;
}

/* The tier of each weight; every one must exist. */
static int decode_map(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    size_t n = c->rows * c->cols, bad = 0;
    const struct packed_part *map = &p->part[PACKED_MAP];
    struct range_contexts contexts = map_contexts(p);
    if (p->coding == CODING_PLAIN) {
        bitunpack(c->option, map->bytes, n, contexts.bits[0]);
    } else if (range_decode(c->option, NULL, n, &contexts, map->bytes, map->n, e)) {
        return err_prefix(e, "the map is damaged");
    }
    for (size_t i = 0; i < n; i++) {
        bad += c->option[i] >= c->n_options;
    }
    return bad ? err_set(e, "the map is damaged: %zu weights are in none of the %d tiers", bad,
                         c->n_options)
               : 0;
}

/* Codes at fixed widths, tier after tier. */
static int decode_plain_tiers(struct coded_tensor *c, const struct packed_tensor *p, size_t *place,
                              struct err *e)
{
    const uint8_t *bytes = p->part[PACKED_CODES].bytes;
    uint8_t *sorted = mem_new(c->rows * c->cols, 1, e);
    if (!sorted) {
        return -1;
    }
    for (size_t k = 0, at = 0; k < (size_t)c->n_options; k++) {
        bitunpack(sorted + at, bytes, p->members[k], p->bits[k]);
        bytes += bitpack_bytes(p->members[k], p->bits[k]);
        at += p->members[k];
    }
    sort_codes(sorted, c->code, place, c->option, c->rows * c->cols, c->n_options, true);
    free(sorted);
    return 0;
}

/* The map and the codes of several tiers. */
static int decode_tiers(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    uint64_t members[TIERS_MAX];
    if (decode_map(c, p, e)) {
        return -1;
    }
    size_t *place = places_by_tier(members, c->option, c->rows * c->cols, c->n_options, e);
    int status = place ? 0 : -1;
    for (int k = 0; k < c->n_options && !status; k++) {
        if (members[k] != p->members[k]) {
            status = err_set(e, "tier %d has %llu weights in the map and %llu in the attributes", k,
                             (unsigned long long)members[k], (unsigned long long)p->members[k]);
        }
    }
    if (!status && p->coding == CODING_PLAIN) {
        status = decode_plain_tiers(c, p, place, e);
    }
    free(place);
    return status;
}

static int decode_codes(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    const struct packed_part *codes = &p->part[PACKED_CODES];
    struct range_contexts contexts = contexts_of(p);
    if (c->option && decode_tiers(c, p, e)) {
        return -1;
    }
    if (p->coding == CODING_ENTROPY) {
        return range_decode(c->code, c->option, c->rows * c->cols, &contexts, codes->bytes,
                            codes->n, e)
                   ? err_prefix(e, "the codes are damaged")
                   : 0;
    }
    if (!c->option) {
        bitunpack(c->code, codes->bytes, c->rows * c->cols, c->bits[0]);
    }
    return 0;
}

static void decode_grids(struct coded_tensor *c, const struct packed_tensor *p)
{
    size_t n = coded_grids(c);
    size_t size = packed_grid_bytes(c->dtype);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *bytes = p->part[PACKED_GRIDS].bytes + i * size;
        struct coded_grid *g = &c->grid[i];
        if (c->dtype == GRID_F16) {
            uint16_t pair[2];
            memcpy(pair, bytes, sizeof pair);
            *g = (struct coded_grid){half_to_float(pair[0]), half_to_float(pair[1])};
        } else {
            float pair[2];
            memcpy(pair, bytes, sizeof pair);
            *g = (struct coded_grid){pair[0], pair[1]};
        }
    }
}

int packed_decode(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    *c = (struct coded_tensor){.rows = p->rows,
                               .cols = p->cols,
                               .unit = p->group         ? p->group
                                       : p->n_tiers > 1 ? 1
                                                        : UNIT_TENSOR,
                               .own_grids = p->group > 0,
                               .n_options = p->n_tiers,
                               .dtype = p->dtype};
    memcpy(c->bits, p->bits, sizeof c->bits);
    if (packed_check(p, e) || coded_allocate(c, e) || decode_codes(c, p, e)) {
        return -1;
    }
    decode_grids(c, p);
    return 0;
}

int packed_values(float *out_rc, const struct packed_tensor *p, struct err *e)
{
    struct coded_tensor c;
    int status = packed_decode(&c, p, e);
    if (!status) {
        coded_values(out_rc, &c);
    }
    coded_release(&c);
    return status;
}
