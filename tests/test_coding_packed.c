/* packed: codes to bytes and back, sizes, values, and bytes that lie. */
#include <criterion/criterion.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/rng.h"
#include "coding/packed.h"

/* A random tensor in codes: tiers with widths of their own, or groups. */
static struct coded_tensor random_coded(uint32_t number, size_t rows, size_t cols, int n_tiers,
                                        size_t group, enum grid_dtype dtype)
{
    struct coded_tensor c = {.rows = rows,
                             .cols = cols,
                             .n_options = n_tiers,
                             .unit = group         ? group
                                     : n_tiers > 1 ? 1
                                                   : UNIT_TENSOR,
                             .own_grids = group > 0,
                             .dtype = dtype};
    struct rng r = rng_stream(16, number, RNG_TEST);
    struct err e;
    cr_assert(coded_allocate(&c, &e) == 0, "%s", e.text);
    for (int k = 0; k < n_tiers; k++) {
        c.bits[k] = 1 + (int)rng_below(&r, 8);
    }
    for (size_t i = 0; i < rows * cols; i++) {
        size_t k = rng_below(&r, (uint64_t)n_tiers);
        if (c.option) {
            c.option[i] = (uint8_t)k;
        }
        c.code[i] = (uint8_t)rng_below(&r, 1u << c.bits[k]);
    }
    for (size_t i = 0; i < coded_grids(&c); i++) {
        float scale = (float)rng_uniform(&r), lo = (float)rng_uniform(&r) - 0.5f;
        c.grid[i] = dtype == GRID_F32 ? (struct coded_grid){scale, lo}
                                      : (struct coded_grid){half_to_float(half_from_float(scale)),
                                                            half_to_float(half_from_float(lo))};
    }
    return c;
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
    size_t per_row = c->own_grids ? (c->cols + c->unit - 1) / c->unit : 0;
    size_t grid = c->own_grids ? i / c->cols * per_row + i % c->cols / c->unit
                  : c->option  ? c->option[i]
                               : 0;
    volatile float product = (float)c->code[i] * c->grid[grid].scale;
    return product + c->grid[grid].lo;
}

static void round_trip(const struct coded_tensor *c, enum coding coding)
{
    struct err e;
    struct coded_tensor back;
    struct packed_tensor p = packed_of(c, coding);
    size_t n = c->rows * c->cols;
    float *values = malloc(n * sizeof *values);
    cr_assert(packed_decode(&back, &p, &e) == 0, "%s", e.text);
    cr_assert(memcmp(back.code, c->code, n) == 0 && back.n_options == c->n_options);
    cr_assert(!c->option || memcmp(back.option, c->option, n) == 0, "tiers");
    cr_assert(packed_values(values, &p, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < n; i++) {
        cr_assert(values[i] == plain_value(c, i), "weight %zu", i);
    }
    free(values);
    coded_release(&back);
    packed_release(&p);
}

Test(coding_packed, codes_come_back_and_stand_for_the_same_weights)
{
    static const struct {
        size_t rows, cols, group;
        int n_tiers;
    } shapes[] = {{1, 1, 0, 1},     {7, 13, 0, 3},  {300, 701, 0, 3},      {40, 100, 0, 16},
                  {37, 100, 32, 1}, {5, 64, 64, 1}, {3, 9, 1000000000, 1}, {513, 300, 7, 1}};
    for (uint32_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (int dtype = GRID_F32; dtype <= GRID_F16; dtype++) {
            struct coded_tensor c =
                random_coded(i, shapes[i].rows, shapes[i].cols, shapes[i].n_tiers, shapes[i].group,
                             (enum grid_dtype)dtype);
            round_trip(&c, CODING_PLAIN);
            round_trip(&c, CODING_ENTROPY);
            coded_release(&c);
        }
    }
}

Test(coding_packed, plain_sizes_are_what_the_widths_say)
{
    struct coded_tensor c = random_coded(1, 100, 11, 3, 0, GRID_F16);
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
    struct coded_tensor c = random_coded(2, 700, 501, 3, 0, GRID_F32);
    for (int coding = CODING_PLAIN; coding <= CODING_ENTROPY; coding++) {
        omp_set_num_threads(1);
        struct packed_tensor first = packed_of(&c, (enum coding)coding);
        for (int threads = 2; threads <= 16; threads += 7) {
            omp_set_num_threads(threads);
            struct packed_tensor p = packed_of(&c, (enum coding)coding);
            for (int i = 0; i < PACKED_PARTS; i++) {
                cr_assert(p.part[i].n == first.part[i].n &&
                              memcmp(p.part[i].bytes, first.part[i].bytes, p.part[i].n) == 0,
                          "%s on %d threads", packed_part_names[i], threads);
            }
            packed_release(&p);
            round_trip(&c, (enum coding)coding);
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
    struct coded_tensor c = random_coded(3, 50, 20, 3, 0, GRID_F32);
    struct packed_tensor p = packed_of(&c, CODING_PLAIN), q;
#define REFUSES(change, words) q = p, change, refuses(&q, words)
    REFUSES(q.rows = 0, "the shape is 0 × 20");
    REFUSES(q.rows = SIZE_MAX, "the shape is");
    REFUSES(q.cols = (size_t)1 << 50, "the shape is");
    REFUSES(q.rows = 51, "1020 weights, but the tiers add up to 1000");
    REFUSES(q.n_tiers = 0, "there are 0 tiers");
    REFUSES(q.n_tiers = 17, "there are 17 tiers");
    REFUSES(q.group = 4, "1 with groups");
    REFUSES(q.bits[1] = 9, "codes of 9 bits");
    REFUSES(q.bits[1] = -1, "codes of -1 bits");
    REFUSES(q.members[0] = UINT64_MAX, "the tiers add up to");
    REFUSES(q.members[0]++, "the tiers add up to 1001");
    REFUSES(q.part[PACKED_CODES].n--, "bytes of codes");
    REFUSES(q.part[PACKED_MAP].n++, "bytes of map");
    REFUSES(q.part[PACKED_GRIDS].n = 16, "there are 16 bytes of grids, where the sizes ask for 24");
    REFUSES(q.coding = CODING_ENTROPY, "the map is damaged: ");
#undef REFUSES
    packed_release(&p);
    coded_release(&c);
}

Test(coding_packed, maps_that_lie_are_refused)
{
    struct coded_tensor c = random_coded(4, 50, 20, 3, 0, GRID_F32);
    c.option[0] = 0;
    struct packed_tensor p = packed_of(&c, CODING_PLAIN);
    char *map = p.part[PACKED_MAP].own.s;
    map[0] = (char)(map[0] | 1);
    refuses(&p, "tier 0 has ");
    map[0] = (char)(map[0] | 3);
    refuses(&p, "1 weights are in none of the 3 tiers");
    packed_release(&p);
    coded_release(&c);
}
