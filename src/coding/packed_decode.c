/* Packed tensors, read: every number and every byte may lie. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/mem.h"
#include "coding/packed_parts.h"
#include "coding/step_coder.h"
#include "coding/unit_order.h"

/* Far above any tensor, and small enough that no size in bytes overflows. */
static const size_t weights_max = (size_t)1 << 48;

static int check_shape(const struct packed_tensor *p, struct err *e)
{
    size_t n;
    if (!p->rows || !p->cols || __builtin_mul_overflow(p->rows, p->cols, &n) || n > weights_max) {
        return err_set(e, "the shape is %zu × %zu", p->rows, p->cols);
    }
    if (p->unit == 0 || (p->unit > p->cols && p->unit != UNIT_TENSOR)) {
        return err_set(e, "units have %zu weights; they must have from 1 to the %zu of a row",
                       p->unit, p->cols);
    }
    if (p->n_options < 1 || p->n_options > TIERS_MAX) {
        return err_set(e, "there are %d options; there must be from 1 to %d", p->n_options,
                       TIERS_MAX);
    }
    if ((size_t)p->n_options > allocation_units(p->rows, p->cols, p->unit)) {
        return err_set(e, "there are %d options for %zu units", p->n_options,
                       allocation_units(p->rows, p->cols, p->unit));
    }
    return 0;
}

static int check_options(const struct packed_tensor *p, struct err *e)
{
    uint64_t members = 0;
    size_t n = p->rows * p->cols;
    int bits_max = p->kind == GRID_STEP ? 0 : TIER_BITS_MAX;
    for (int k = 0; k < p->n_options; k++) {
        if (p->bits[k] < 0 || p->bits[k] > bits_max) {
            return err_set(e,
                           "an option has codes of %d bits; with grid \"%s\" they must have "
                           "from 0 to %d",
                           p->bits[k], grid_kind_names[p->kind], bits_max);
        }
        if (__builtin_add_overflow(members, p->members[k], &members)) {
            members = UINT64_MAX;
            break;
        }
    }
    if (p->kind == GRID_STEP && (p->coding != CODING_ENTROPY || p->own_grids)) {
        return err_set(e, "the grid is \"step\"; steps have coding \"entropy\" and one grid an "
                          "option");
    }
    return members == n ? 0
                        : err_set(e, "there are %zu weights, but the options add up to %llu", n,
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

/* Bytes of the grids, `n_empty` of which belong to options of 0 bits. */
static size_t grids_size(const struct packed_tensor *p, size_t n_empty)
{
    size_t n = p->own_grids ? allocation_units(p->rows, p->cols, p->unit) : (size_t)p->n_options;
    return (n - n_empty) * packed_grid_numbers(p->kind, p->own_grids) *
           packed_number_bytes(p->dtype);
}

static int check_grids(const struct packed_tensor *p, struct err *e)
{
    size_t empty = 0, numbers = 0;
    for (int k = 0; k < p->n_options; k++) {
        bool stored = option_stored(p->kind, p->bits[k]);
        empty += !stored;
        numbers += stored && p->kind == GRID_CODEBOOK ? (size_t)1 << p->bits[k] : 0;
    }
    if (check_part(p, PACKED_BOOKS, numbers * packed_number_bytes(p->dtype), e)) {
        return -1;
    }
    if (p->own_grids && empty > 0 && p->n_options > 1) {
        return 0; /* how many units have a grid is known when the map is */
    }
    size_t n_empty =
        p->own_grids && empty > 0 ? allocation_units(p->rows, p->cols, p->unit) : empty;
    return check_part(p, PACKED_GRIDS, grids_size(p, n_empty), e);
}

/*
 * Whether entropy-coded codes can be as many as the shape says: both coders store 4 bytes for each
 * STEP_CHUNK of weights at least. Without this a few bytes could ask for all memory.
 */
static int check_entropy(const struct packed_tensor *p, struct err *e)
{
    uint64_t coded = 0;
    for (int k = 0; k < p->n_options; k++) {
        coded += p->bits[k] || p->kind == GRID_STEP ? p->members[k] : 0;
    }
    return p->part[PACKED_CODES].n / 4 >= coded / STEP_CHUNK
               ? 0
               : err_set(e, "%zu bytes of codes cannot hold %llu weights", p->part[PACKED_CODES].n,
                         (unsigned long long)coded);
}

int packed_check(const struct packed_tensor *p, struct err *e)
{
    size_t codes = 0, map_width = (size_t)bitpack_width((size_t)p->n_options);
    if (check_shape(p, e) || check_options(p, e) || check_grids(p, e)) {
        return -1;
    }
    if (p->n_options == 1 && check_part(p, PACKED_MAP, 0, e)) {
        return -1;
    }
    if (p->coding == CODING_ENTROPY) {
        return check_entropy(p, e); /* the coders' own headers are checked as they are read */
    }
    for (int k = 0; k < p->n_options; k++) {
        codes += bitpack_bytes(p->members[k], p->bits[k]);
    }
    size_t map = bitpack_bytes(allocation_units(p->rows, p->cols, p->unit), (int)map_width);
    return check_part(p, PACKED_CODES, codes, e) || check_part(p, PACKED_MAP, map, e) ? -1 : 0;
}

/* The option of each unit; every one must exist. */
static int decode_map(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    size_t n = coded_units(c), bad = 0;
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
    return bad ? err_set(e, "the map is damaged: %zu units have none of the %d options", bad,
                         c->n_options)
               : 0;
}

/* Codes at fixed widths, option after option. */
static int decode_plain_options(struct coded_tensor *c, const struct packed_tensor *p,
                                size_t *place, struct err *e)
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
    unit_sort(sorted, c, place, true);
    free(sorted);
    return 0;
}

/* The map, and the codes of several options if they are plain. */
static int decode_options(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    uint64_t members[TIERS_MAX];
    if (decode_map(c, p, e)) {
        return -1;
    }
    size_t *place = unit_places(members, c, e);
    int status = place ? 0 : -1;
    for (int k = 0; k < c->n_options && !status; k++) {
        if (members[k] != p->members[k]) {
            status = err_set(e, "option %d has %llu weights in the map and %llu in the attributes",
                             k, (unsigned long long)members[k], (unsigned long long)p->members[k]);
        }
    }
    if (!status && p->coding == CODING_PLAIN) {
        status = decode_plain_options(c, p, place, e);
    }
    free(place);
    return status;
}

static int decode_entropy(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    const struct packed_part *codes = &p->part[PACKED_CODES];
    struct range_contexts contexts = code_contexts(p);
    size_t n = c->rows * c->cols;
    if (c->kind == GRID_STEP) {
        return step_decode(c, codes->bytes, codes->n, e);
    }
    uint8_t *spread = c->option && c->unit > 1 ? mem_new(n, 1, e) : NULL;
    if (c->option && c->unit > 1) {
        if (!spread) {
            return -1;
        }
        unit_spread(spread, c);
    }
    int status =
        range_decode(c->code, spread ? spread : c->option, n, &contexts, codes->bytes, codes->n, e);
    free(spread);
    return status;
}

static int decode_codes(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    if (p->coding == CODING_ENTROPY) {
        return decode_entropy(c, p, e) ? err_prefix(e, "the codes are damaged") : 0;
    }
    if (!c->option) {
        bitunpack(c->code, p->part[PACKED_CODES].bytes, c->rows * c->cols, c->bits[0]);
    }
    return 0;
}

/* Number i of a part. */
static float number_at(const struct packed_tensor *p, enum packed_part_name part, size_t i)
{
    const uint8_t *bytes = p->part[part].bytes + i * packed_number_bytes(p->dtype);
    if (p->dtype == GRID_F16) {
        uint16_t half;
        memcpy(&half, bytes, sizeof half);
        return half_to_float(half);
    }
    float x;
    memcpy(&x, bytes, sizeof x);
    return x;
}

static int check_own_grids(const struct coded_tensor *c, const struct packed_tensor *p,
                           struct err *e)
{
    size_t empty = 0;
    for (size_t u = 0; u < coded_units(c) && c->own_grids && c->option; u++) {
        empty += !option_stored(c->kind, c->bits[c->option[u]]);
    }
    return c->own_grids && c->option ? check_part(p, PACKED_GRIDS, grids_size(p, empty), e) : 0;
}

static int decode_grids(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    size_t n = coded_grids(c), numbers = packed_grid_numbers(c->kind, c->own_grids);
    if (check_own_grids(c, p, e)) {
        return -1;
    }
    for (size_t i = 0, at = 0; i < n; i++) {
        struct coded_grid *g = &c->grid[i];
        if (!option_stored(c->kind, c->bits[grid_option(c, i)])) {
            continue;
        }
        g->scale = numbers > 0 ? number_at(p, PACKED_GRIDS, at) : 1;
        g->lo = numbers > 1 ? number_at(p, PACKED_GRIDS, at + 1) : 0;
        at += numbers;
        if (!isfinite(g->scale) || !isfinite(g->lo) || (c->kind == GRID_STEP && !(g->scale > 0))) {
            return err_set(e,
                           "grid %zu has the parameters %g and %g; they must be finite, and "
                           "steps above 0",
                           i, (double)g->scale, (double)g->lo);
        }
    }
    return 0;
}

static int decode_books(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    size_t at = 0;
    for (int k = 0; k < c->n_options && c->kind == GRID_CODEBOOK; k++) {
        for (int q = 0; q < 1 << c->bits[k] && c->bits[k] > 0; q++) {
            float x = number_at(p, PACKED_BOOKS, at++);
            if (!isfinite(x)) {
                return err_set(e, "the book of option %d has the value %g; they must be finite", k,
                               (double)x);
            }
            c->book[k * BOOK_CODES + q] = x;
        }
    }
    return 0;
}

int packed_decode(struct coded_tensor *c, const struct packed_tensor *p, struct err *e)
{
    *c = (struct coded_tensor){.rows = p->rows,
                               .cols = p->cols,
                               .unit = p->unit,
                               .kind = p->kind,
                               .own_grids = p->own_grids,
                               .n_options = p->n_options,
                               .dtype = p->dtype};
    memcpy(c->bits, p->bits, sizeof c->bits);
    if (packed_check(p, e) || coded_allocate(c, e) || (c->option && decode_options(c, p, e))) {
        return -1;
    }
    return decode_grids(c, p, e) || decode_books(c, p, e) || decode_codes(c, p, e) ? -1 : 0;
}
