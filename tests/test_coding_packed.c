/* packed: codes to bytes and back, sizes, values, and bytes that lie. */
#include <criterion/criterion.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/rng.h"
#include "coding/packed.h"

/* What a tensor in codes may look like. */
struct form {
    size_t rows, cols, unit;
    enum grid_kind kind;
    bool own_grids;
    int n_options;
    enum grid_dtype dtype;
    bool empty; /* option 1 has 0 bits */
};

static float random_number(struct rng *r, enum grid_dtype dtype)
{
    float x = (float)rng_uniform(r) + 0.01f;
    return dtype == GRID_F32 ? x : half_to_float(half_from_float(x));
}

/* Weight i's unit. */
static size_t unit_of(const struct coded_tensor *c, size_t i)
{
    size_t unit = c->unit < c->cols ? c->unit : c->cols;
    return c->unit == UNIT_TENSOR
               ? 0
               : i / c->cols * ((c->cols + unit - 1) / unit) + i % c->cols / unit;
}

static void random_codes(struct coded_tensor *c, struct rng *r)
{
    for (size_t u = 0; c->option && u < coded_units(c); u++) {
        c->option[u] =
            (uint8_t)(u < (size_t)c->n_options ? u : rng_below(r, (uint64_t)c->n_options));
    }
    for (size_t i = 0; i < c->rows * c->cols; i++) {
        size_t k = c->option ? c->option[unit_of(c, i)] : 0;
        if (c->level) {
            uint64_t size = rng_below(r, rng_below(r, 200) ? 8 : LEVEL_MAX + 1);
            c->level[i] = (int16_t)(rng_below(r, 2) ? -(int)size : (int)size);
        } else {
            c->code[i] = (uint8_t)rng_below(r, 1u << c->bits[k]);
        }
    }
}

/* A random tensor of that form. */
static struct coded_tensor random_coded(uint32_t number, struct form f)
{
    struct coded_tensor c = {.rows = f.rows,
                             .cols = f.cols,
                             .unit = f.unit,
                             .kind = f.kind,
                             .own_grids = f.own_grids,
                             .n_options = f.n_options,
                             .dtype = f.dtype};
    struct rng r = rng_stream(16, number, RNG_TEST);
    struct err e;
    cr_assert(coded_allocate(&c, &e) == 0, "%s", e.text);
    for (int k = 0; k < f.n_options && f.kind != GRID_STEP; k++) {
        c.bits[k] = f.empty && k == 1 ? 0 : 1 + (int)rng_below(&r, 8);
        for (int q = 0; f.kind == GRID_CODEBOOK && q < 1 << c.bits[k]; q++) {
            c.book[k * BOOK_CODES + q] = random_number(&r, f.dtype) - 0.5f;
            c.book[k * BOOK_CODES + q] =
                f.dtype == GRID_F16 ? half_to_float(half_from_float(c.book[k * BOOK_CODES + q]))
                                    : c.book[k * BOOK_CODES + q];
        }
    }
    random_codes(&c, &r);
    for (size_t i = 0; i < coded_grids(&c); i++) {
        bool own_scale = f.kind != GRID_CODEBOOK || f.own_grids;
        c.grid[i].scale = own_scale ? random_number(&r, f.dtype) : 1;
        c.grid[i].lo = f.kind <= GRID_SIGN_MAGNITUDE ? random_number(&r, f.dtype) : 0;
    }
    return c;
}

/* The study's tiers. */
static struct coded_tensor random_tiers(uint32_t number, size_t rows, size_t cols, int n,
                                        enum grid_dtype dtype)
{
    return random_coded(number, (struct form){.rows = rows,
                                              .cols = cols,
                                              .unit = n > 1 ? 1 : UNIT_TENSOR,
                                              .n_options = n,
                                              .dtype = dtype});
}

static struct packed_tensor packed_of(const struct coded_tensor *c, enum coding coding)
{
    struct packed_tensor p;
    struct err e;
    cr_assert(packed_encode(&p, c, coding, &e) == 0, "%s", e.text);
    return p;
}

/* Weight i as the header says it. */
static float plain_value(const struct coded_tensor *c, size_t i)
{
    size_t u = unit_of(c, i), k = c->option ? c->option[u] : 0;
    struct coded_grid g = c->grid[c->own_grids ? u : k];
    volatile float product;
    if (c->kind == GRID_STEP) {
        return (float)c->level[i] * g.scale;
    }
    if (c->bits[k] == 0) {
        return 0;
    }
    switch (c->kind) {
    case GRID_CODEBOOK:
        return c->book[k * BOOK_CODES + c->code[i]] * g.scale;
    case GRID_SIGN_MAGNITUDE:
        product = (float)(c->code[i] / 2) * g.scale;
        return c->code[i] % 2 ? -(product + g.lo) : product + g.lo;
    default:
        product = (float)c->code[i] * g.scale;
        return product + g.lo;
    }
}

static void round_trip(const struct coded_tensor *c, enum coding coding, const char *what)
{
    struct err e;
    struct coded_tensor back;
    struct packed_tensor p = packed_of(c, coding);
    size_t n = c->rows * c->cols;
    float *values = malloc(n * sizeof *values);
    cr_assert(packed_decode(&back, &p, &e) == 0, "%s: %s", what, e.text);
    cr_assert(back.n_options == c->n_options && back.kind == c->kind &&
              back.own_grids == c->own_grids && coded_units(&back) == coded_units(c));
    cr_assert(!c->code || memcmp(back.code, c->code, n) == 0, "%s: codes", what);
    cr_assert(!c->level || memcmp(back.level, c->level, n * sizeof *c->level) == 0, "%s", what);
    cr_assert(!c->option || memcmp(back.option, c->option, coded_units(c)) == 0, "%s: map", what);
    cr_assert(packed_values(values, &p, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < n; i++) {
        cr_assert(values[i] == plain_value(c, i), "%s: weight %zu", what, i);
    }
    free(values);
    coded_release(&back);
    packed_release(&p);
}

static void both_codings(uint32_t number, struct form f)
{
    char what[128];
    struct coded_tensor c = random_coded(number, f);
    snprintf(what, sizeof what, "%s %zu × %zu, unit %zu, %d options, %s grids%s",
             grid_kind_names[f.kind], f.rows, f.cols, f.unit, f.n_options,
             f.own_grids ? "own" : "shared", f.empty ? ", one empty" : "");
    if (f.kind != GRID_STEP) {
        round_trip(&c, CODING_PLAIN, what);
    }
    round_trip(&c, CODING_ENTROPY, what);
    coded_release(&c);
}

Test(coding_packed, every_form_comes_back_and_stands_for_the_same_weights)
{
    static const struct {
        size_t rows, cols, unit;
    } shapes[] = {{1, 1, 1},    {7, 13, 1},           {60, 701, 1},   {37, 100, 32},
                  {5, 64, 64},  {20, 9, 1000000000},  {40, 30, 7},    {17, 33, 33},
                  {11, 33, 11}, {6, 50, UNIT_TENSOR}, {1, 3000, 100}, {3000, 1, 1}};
    uint32_t number = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t unit = shapes[i].unit, rows = shapes[i].rows, cols = shapes[i].cols;
        size_t units = allocation_units(rows, cols, unit);
        for (int mix = 0; mix < GRID_KINDS * 8; mix++) {
            struct form f = {.rows = rows,
                             .cols = cols,
                             .unit = unit,
                             .kind = (enum grid_kind)(mix / 8),
                             .own_grids = mix & 1 && mix / 8 != GRID_STEP,
                             .dtype = mix & 2 ? GRID_F16 : GRID_F32,
                             .empty = mix & 4 && mix / 8 != GRID_STEP};
            for (f.n_options = 1; f.n_options <= TIERS_MAX && (size_t)f.n_options <= units;
                 f.n_options += f.n_options < 3 ? 1 : 13) {
                both_codings(number++, f);
            }
        }
    }
}

/* Nothing is stored of an option of 0 bits, be it the only one. */
Test(coding_packed, an_option_without_bits_costs_its_map_alone)
{
    struct coded_tensor c = random_coded(0, (struct form){.rows = 30,
                                                          .cols = 40,
                                                          .unit = 16,
                                                          .kind = GRID_CODEBOOK,
                                                          .own_grids = true,
                                                          .n_options = 2,
                                                          .empty = true});
    struct packed_tensor p = packed_of(&c, CODING_PLAIN);
    size_t full = 0;
    for (size_t u = 0; u < coded_units(&c); u++) {
        full += c.option[u] == 0;
    }
    cr_assert(p.part[PACKED_GRIDS].n == 4 * full && p.part[PACKED_BOOKS].n == 4u << c.bits[0]);
    cr_assert(p.part[PACKED_MAP].n == (90 + 7) / 8);
    cr_assert(p.part[PACKED_CODES].n == (p.members[0] * (size_t)c.bits[0] + 7) / 8);
    packed_release(&p);
    coded_release(&c);
    c = random_coded(1, (struct form){.rows = 30, .cols = 40, .unit = UNIT_TENSOR, .n_options = 1});
    c.bits[0] = 0;
    memset(c.code, 0, 1200);
    for (int coding = CODING_PLAIN; coding <= CODING_ENTROPY; coding++) {
        p = packed_of(&c, (enum coding)coding);
        cr_assert(p.part[PACKED_GRIDS].n == 0 && p.part[PACKED_CODES].n <= 4);
        packed_release(&p);
        round_trip(&c, (enum coding)coding, "zeros");
    }
    coded_release(&c);
}

Test(coding_packed, plain_sizes_are_what_the_widths_say)
{
    struct coded_tensor c = random_tiers(1, 100, 11, 3, GRID_F16);
    struct packed_tensor p = packed_of(&c, CODING_PLAIN);
    size_t codes = 0;
    for (int k = 0; k < 3; k++) {
        codes += (p.members[k] * (size_t)p.bits[k] + 7) / 8;
    }
    cr_assert(p.part[PACKED_CODES].n == codes && p.part[PACKED_MAP].n == 1100 / 4);
    cr_assert(p.part[PACKED_GRIDS].n == 3 * 4);
    packed_release(&p);
    coded_release(&c);
}

Test(coding_packed, no_thread_count_changes_a_byte)
{
    struct coded_tensor c = random_tiers(2, 700, 501, 3, GRID_F32);
    for (int coding = CODING_PLAIN; coding <= CODING_ENTROPY; coding++) {
        omp_set_num_threads(1);
        struct packed_tensor first = packed_of(&c, (enum coding)coding);
        for (int threads = 2; threads <= 16; threads += 7) {
            omp_set_num_threads(threads);
            struct packed_tensor p = packed_of(&c, (enum coding)coding);
            for (int i = 0; i < PACKED_PARTS; i++) {
                size_t n = p.part[i].n;
                cr_assert(n == first.part[i].n &&
                              (!n || memcmp(p.part[i].bytes, first.part[i].bytes, n) == 0),
                          "%s on %d threads", packed_part_names[i], threads);
            }
            packed_release(&p);
            round_trip(&c, (enum coding)coding, "threads");
        }
        packed_release(&first);
    }
    coded_release(&c);
}

static void refuses(const struct packed_tensor *p, const char *words)
{
    struct err e = {0};
    struct coded_tensor back;
    cr_assert(packed_decode(&back, p, &e) == -1, "taken, though it should say: %s", words);
    cr_assert(strstr(e.text, words), "wrong message: %s", e.text);
    coded_release(&back);
}

Test(coding_packed, numbers_that_do_not_fit_are_refused)
{
    struct coded_tensor c = random_tiers(3, 50, 20, 3, GRID_F32);
    struct packed_tensor p = packed_of(&c, CODING_PLAIN), q;
#define REFUSES(change, words) q = p, change, refuses(&q, words)
    REFUSES(q.rows = 0, "the shape is 0 × 20");
    REFUSES(q.rows = SIZE_MAX, "the shape is");
    REFUSES(q.cols = (size_t)1 << 50, "the shape is");
    REFUSES(q.rows = 51, "1020 weights, but the options add up to 1000");
    REFUSES(q.n_options = 0, "there are 0 options");
    REFUSES(q.n_options = 17, "there are 17 options");
    REFUSES(q.unit = 0, "units have 0 weights");
    REFUSES(q.unit = 21, "units have 21 weights; they must have from 1 to the 20 of a row");
    REFUSES(q.unit = UNIT_TENSOR, "there are 3 options for 1 units");
    REFUSES(q.unit = 4, "bytes of map, where the sizes ask for 63");
    REFUSES(q.own_grids = true, "there are 24 bytes of grids, where the sizes ask for 8000");
    REFUSES(q.kind = GRID_CODEBOOK, "bytes of books");
    REFUSES(q.kind = GRID_STEP, "with grid \"step\" they must have from 0 to 0");
    REFUSES((q.kind = GRID_STEP, memset(q.bits, 0, sizeof q.bits)), "steps have coding");
    REFUSES(q.bits[1] = 9, "codes of 9 bits");
    REFUSES(q.bits[1] = -1, "codes of -1 bits");
    REFUSES(q.members[0] = UINT64_MAX, "the options add up to");
    REFUSES(q.members[0]++, "the options add up to 1001");
    REFUSES(q.part[PACKED_CODES].n--, "bytes of codes");
    REFUSES(q.part[PACKED_MAP].n++, "bytes of map");
    REFUSES(q.part[PACKED_GRIDS].n = 16, "there are 16 bytes of grids, where the sizes ask for 24");
    REFUSES(q.coding = CODING_ENTROPY, "the map is damaged: ");
#undef REFUSES
    packed_release(&p);
    coded_release(&c);
}

/* 4 bytes may not ask for 2^47 of memory. */
Test(coding_packed, weights_that_no_bytes_could_hold_are_refused)
{
    struct packed_tensor p = {.rows = (size_t)1 << 30,
                              .cols = (size_t)1 << 17,
                              .unit = UNIT_TENSOR,
                              .n_options = 1,
                              .bits = {4},
                              .members = {(uint64_t)1 << 47},
                              .coding = CODING_ENTROPY};
    static const uint8_t grids[8];
    p.part[PACKED_CODES] = (struct packed_part){.bytes = grids, .n = 4};
    p.part[PACKED_GRIDS] = (struct packed_part){.bytes = grids, .n = sizeof grids};
    refuses(&p, "4 bytes of codes cannot hold 140737488355328 weights");
}

Test(coding_packed, maps_that_lie_are_refused)
{
    struct coded_tensor c = random_tiers(4, 50, 20, 3, GRID_F32);
    c.option[0] = 0;
    struct packed_tensor p = packed_of(&c, CODING_PLAIN);
    char *map = p.part[PACKED_MAP].own.s;
    map[0] = (char)(map[0] | 1);
    refuses(&p, "option 0 has ");
    map[0] = (char)(map[0] | 3);
    refuses(&p, "1 units have none of the 3 options");
    packed_release(&p);
    coded_release(&c);
}
