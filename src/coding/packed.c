#include "coding/packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/mem.h"
#include "coding/packed_parts.h"
#include "coding/step_coder.h"
#include "coding/unit_order.h"

const char *const coding_names[] = {"plain", "entropy", NULL};
const char *const packed_part_names[PACKED_PARTS] = {"codes", "map", "grids", "books"};

void packed_release(struct packed_tensor *p)
{
    for (int i = 0; i < PACKED_PARTS; i++) {
        buf_release(&p->part[i].own);
    }
    *p = (struct packed_tensor){0};
}

size_t packed_grid_numbers(enum grid_kind kind, bool own_grids)
{
    switch (kind) {
    case GRID_STEP:
        return 1;
    case GRID_CODEBOOK:
        return own_grids ? 1 : 0;
    default:
        return 2;
    }
}

size_t packed_number_bytes(enum grid_dtype dtype)
{
    return dtype == GRID_F16 ? 2 : 4;
}

size_t packed_grid_bytes(enum grid_dtype dtype)
{
    return packed_grid_numbers(GRID_SCALE_MINIMUM, false) * packed_number_bytes(dtype);
}

/* Takes over what was appended to part->own. */
static int own_part(struct packed_part *part, struct err *e)
{
    part->bytes = (const uint8_t *)part->own.s;
    part->n = part->own.len;
    return buf_check(&part->own, e);
}

/* Appends codes at a fixed width. */
static int add_fixed(struct buf *out, const uint8_t *code, size_t n, int bits, struct err *e)
{
    size_t n_bytes = bitpack_bytes(n, bits);
    uint8_t *bytes = mem_new(n_bytes, 1, e);
    if (!bytes) {
        return -1;
    }
    bitpack(bytes, code, n, bits);
    buf_add(out, bytes, n_bytes);
    free(bytes);
    return 0;
}

/* Codes of several options at their widths: each option's from a whole byte on. */
static int encode_plain_options(struct packed_tensor *p, const struct coded_tensor *c,
                                size_t *place, struct err *e)
{
    struct coded_tensor codes = *c; /* unit_sort() goes both ways */
    uint8_t *sorted = mem_new(c->rows * c->cols, 1, e);
    int status = sorted ? 0 : -1;
    if (sorted) {
        unit_sort(sorted, &codes, place, false);
    }
    for (size_t k = 0, at = 0; k < (size_t)c->n_options && !status; at += p->members[k], k++) {
        status = add_fixed(&p->part[PACKED_CODES].own, sorted + at, p->members[k], c->bits[k], e);
    }
    free(sorted);
    return status;
}

static int encode_entropy(struct packed_tensor *p, const struct coded_tensor *c, struct err *e)
{
    struct range_contexts contexts = code_contexts(p);
    size_t n = c->rows * c->cols;
    if (c->kind == GRID_STEP) {
        return step_encode(&p->part[PACKED_CODES].own, c, e);
    }
    uint8_t *spread = c->option && c->unit > 1 ? mem_new(n, 1, e) : NULL;
    if (c->option && c->unit > 1) {
        if (!spread) {
            return -1;
        }
        unit_spread(spread, c);
    }
    int status = range_encode(&p->part[PACKED_CODES].own, c->code, spread ? spread : c->option, n,
                              &contexts, e);
    free(spread);
    return status;
}

static int encode_map(struct packed_tensor *p, const struct coded_tensor *c, struct err *e)
{
    struct range_contexts contexts = map_contexts(p);
    struct buf *map = &p->part[PACKED_MAP].own;
    return p->coding == CODING_ENTROPY
               ? range_encode(map, c->option, NULL, coded_units(c), &contexts, e)
               : add_fixed(map, c->option, coded_units(c), contexts.bits[0], e);
}

static int encode_codes(struct packed_tensor *p, const struct coded_tensor *c, struct err *e)
{
    size_t n = c->rows * c->cols, *place = NULL;
    p->members[0] = n;
    if (c->option && (!(place = unit_places(p->members, c, e)) || encode_map(p, c, e))) {
        free(place);
        return -1;
    }
    int status = p->coding == CODING_ENTROPY ? encode_entropy(p, c, e)
                 : c->option                 ? encode_plain_options(p, c, place, e)
                             : add_fixed(&p->part[PACKED_CODES].own, c->code, n, c->bits[0], e);
    free(place);
    return status;
}

static void add_number(struct buf *out, float x, enum grid_dtype dtype)
{
    if (dtype == GRID_F16) {
        uint16_t half = half_from_float(x);
        buf_add(out, &half, sizeof half);
    } else {
        buf_add(out, &x, sizeof x);
    }
}

static void encode_grids(struct buf *out, const struct coded_tensor *c)
{
    size_t n = coded_grids(c), numbers = packed_grid_numbers(c->kind, c->own_grids);
    for (size_t i = 0; i < n; i++) {
        if (numbers > 0 && option_stored(c->kind, c->bits[grid_option(c, i)])) {
            add_number(out, c->grid[i].scale, c->dtype);
            if (numbers > 1) {
                add_number(out, c->grid[i].lo, c->dtype);
            }
        }
    }
}

static void encode_books(struct buf *out, const struct coded_tensor *c)
{
    for (int k = 0; k < c->n_options && c->kind == GRID_CODEBOOK; k++) {
        for (int q = 0; q < 1 << c->bits[k] && c->bits[k] > 0; q++) {
            add_number(out, c->book[k * BOOK_CODES + q], c->dtype);
        }
    }
}

/* What no quantizer may hand over. */
static void insist(const struct coded_tensor *c, enum coding coding)
{
    if (c->option && c->unit == UNIT_TENSOR) {
        BUG("%d options for one unit", c->n_options);
    }
    if (c->kind != GRID_STEP) {
        return;
    }
    if (coding != CODING_ENTROPY || c->own_grids) {
        BUG("steps are for entropy coding, one an option");
    }
    for (int k = 0; k < c->n_options; k++) {
        float step = c->grid[k].scale;
        float stored = c->dtype == GRID_F16 ? half_to_float(half_from_float(step)) : step;
        if (!(step > 0 && step <= 0x1.fffffep127f && step == stored)) {
            BUG("a step of %g, stored as %g", (double)step, (double)stored);
        }
    }
}

int packed_encode(struct packed_tensor *p, const struct coded_tensor *coded, enum coding coding,
                  struct err *e)
{
    struct coded_tensor c = *coded; /* borrowed, but for units longer than a row */
    c.unit = c.unit < c.cols || c.unit == UNIT_TENSOR ? c.unit : c.cols;
    *p = (struct packed_tensor){.rows = c.rows,
                                .cols = c.cols,
                                .unit = c.unit,
                                .kind = c.kind,
                                .own_grids = c.own_grids,
                                .n_options = c.n_options,
                                .dtype = c.dtype,
                                .coding = coding};
    memcpy(p->bits, c.bits, sizeof p->bits);
    insist(&c, coding);
    if (encode_codes(p, &c, e)) {
        return -1;
    }
    encode_grids(&p->part[PACKED_GRIDS].own, &c);
    encode_books(&p->part[PACKED_BOOKS].own, &c);
    for (int i = 0; i < PACKED_PARTS; i++) {
        if (own_part(&p->part[i], e)) {
            return -1;
        }
    }
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
