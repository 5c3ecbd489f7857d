/* quantize: the study's arithmetic against a plain reading of it, the bit bill, thread counts. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stream.h"
#include "quantize/quantize.h"

static float *random_floats(size_t n, uint32_t stream)
{
    struct err e;
    float *x = mem_floats(n, &e);
    struct rng r = rng_stream(6, stream, RNG_TEST);
    for (size_t i = 0; i < n; i++) {
        double u = rng_uniform(&r) + rng_uniform(&r) - 1;
        x[i] = (float)(0.4 * u * u * u);
    }
    return x;
}

static int quantize(float *out, struct bill *bill, const float *w, size_t rows, size_t cols,
                    const struct allocation *a, const struct grid_options *o, const char *what,
                    struct err *e)
{
    struct quantize_source src = {.w_rc = w, .rows = rows, .cols = cols, .what = what};
    return quantize_tensor(out, bill, &src, a, o, e);
}

static struct allocation uniform(size_t n, int bits)
{
    return (struct allocation){.n = n, .n_tiers = 1, .bits = {bits}, .form = ALLOCATION_ONE};
}

/* protocol.md, word for word, one rounded operation at a time. */
static float plain_code(float w, float lo, float hi, int bits, float *code)
{
    volatile float scale = (hi - lo) / (float)((1 << bits) - 1);
    if (hi == lo) {
        *code = 0;
        return lo;
    }
    volatile float difference = w - lo;
    volatile float quotient = difference / scale;
    float q = rintf(quotient), top = (float)((1 << bits) - 1);
    *code = q < 0 ? 0 : q > top ? top : q;
    volatile float product = *code * scale;
    return product + lo;
}

static void range_of(const float *w, size_t n, float *lo, float *hi)
{
    *lo = *hi = w[0];
    for (size_t i = 1; i < n; i++) {
        *lo = w[i] < *lo ? w[i] : *lo;
        *hi = w[i] > *hi ? w[i] : *hi;
    }
}

Test(quantize, uniform_is_the_protocol_word_for_word)
{
    enum { N = 100003 };
    float *w = random_floats(N, 0), *out = random_floats(N, 1), lo, hi, code;
    range_of(w, N, &lo, &hi);
    for (int bits = 1; bits <= 8; bits++) {
        struct allocation a = uniform(N, bits);
        struct grid_options o = {0};
        struct bill bill;
        struct err e;
        cr_assert(quantize(out, &bill, w, 1, N, &a, &o, "w", &e) == 0, "%s", e.text);
        double error = 0;
        for (size_t i = 0; i < N; i++) {
            float expected = plain_code(w[i], lo, hi, bits, &code);
            cr_assert(out[i] == expected, "bits %d, weight %zu", bits, i);
            error += ((double)out[i] - w[i]) * ((double)out[i] - w[i]);
        }
        cr_assert(fabs(bill.squared_error - error) < 1e-9 * error);
        cr_assert(bill.code_bits == (int64_t)N * bits && bill.map.packed_bits == 0);
        cr_assert(bill.payload.packed_bits == (bill.code_bits + 7) / 8 * 8, "whole bytes");
        cr_assert(bill.payload.ideal_bits <= (double)N * bits && bill.grid.packed_bits == 64);
    }
    free(w);
    free(out);
}

Test(quantize, halves_round_to_even)
{
    const float w[] = {0, 0.5f, 1.5f, 2.5f, 7.5f, 14.5f, 15};
    const float expected[] = {0, 0, 2, 2, 8, 14, 15};
    float out[7];
    struct allocation a = uniform(7, 4);
    struct grid_options o = {0};
    struct bill bill;
    struct err e;
    cr_assert(quantize(out, &bill, w, 1, 7, &a, &o, "w", &e) == 0);
    cr_assert(memcmp(out, expected, sizeof out) == 0);
}

Test(quantize, a_constant_tensor_stays_itself)
{
    float w[50], out[50];
    for (int i = 0; i < 50; i++) {
        w[i] = -0.3f;
    }
    for (int group = 0; group <= 7; group += 7) {
        struct allocation a = uniform(50, 4);
        struct grid_options o = {.group = (size_t)group};
        struct bill bill;
        struct err e;
        cr_assert(quantize(out, &bill, w, 5, 10, &a, &o, "w", &e) == 0);
        cr_assert(memcmp(out, w, sizeof w) == 0);
        cr_assert(bill.payload.ideal_bits == 0 && bill.squared_error == 0);
    }
}

/* One grid for each tier over its weights of both signs. */
Test(quantize, tiers_have_a_grid_each)
{
    enum { N = 70000 };
    float *w = random_floats(N, 2), *out = random_floats(N, 3);
    struct allocation a = {
        .n = N, .n_tiers = 3, .bits = {8, 4, 2}, .form = ALLOCATION_CUT, .cut = {0.05f, 0.01f}};
    struct grid_options o = {0};
    struct bill bill;
    struct err e;
    cr_assert(quantize(out, &bill, w, 70, 1000, &a, &o, "w", &e) == 0);
    float lo[3] = {9, 9, 9}, hi[3] = {-9, -9, -9}, code;
    int64_t members[3] = {0};
    for (size_t i = 0; i < N; i++) {
        int k = fabsf(w[i]) >= 0.05f ? 0 : fabsf(w[i]) >= 0.01f ? 1 : 2;
        lo[k] = fminf(lo[k], w[i]);
        hi[k] = fmaxf(hi[k], w[i]);
        members[k]++;
    }
    for (size_t i = 0; i < N; i++) {
        int k = fabsf(w[i]) >= 0.05f ? 0 : fabsf(w[i]) >= 0.01f ? 1 : 2;
        cr_assert(out[i] == plain_code(w[i], lo[k], hi[k], a.bits[k], &code), "weight %zu", i);
    }
    cr_assert(bill.code_bits == 8 * members[0] + 4 * members[1] + 2 * members[2]);
    cr_assert(bill.payload.packed_bits ==
                  8 * (members[0] + (members[1] + 1) / 2 + (members[2] + 3) / 4),
              "each tier's codes fill whole bytes");
    cr_assert(bill.map.packed_bits == 2 * N && bill.grid.packed_bits == 3 * 64);
    double ideal = 0;
    for (int k = 0; k < 3; k++) {
        ideal += (double)members[k] * log2((double)N / (double)members[k]);
    }
    cr_assert(fabs(bill.map.ideal_bits - ideal) < 1e-6 * ideal);
    free(w);
    free(out);
}

Test(quantize, a_large_tensor_is_written_around_the_caches_and_is_the_same)
{
    const size_t rows = 2049, cols = 2051, n = rows * cols; /* over STREAM_FROM, and odd */
    float *w = random_floats(n, 3), *out = mem_floats(n, &(struct err){0}), lo, hi, code;
    struct allocation a = uniform(n, 4);
    struct grid_options o = {0};
    struct bill bill;
    struct err e;
    cr_assert(n >= STREAM_FROM);
    range_of(w, n, &lo, &hi);
    cr_assert(quantize(out, &bill, w, rows, cols, &a, &o, "w", &e) == 0);
    for (size_t i = 0; i < n; i++) {
        cr_assert(out[i] == plain_code(w[i], lo, hi, 4, &code), "weight %zu", i);
    }
    free(w);
    free(out);
}

Test(quantize, a_map_and_cuts_that_say_the_same_give_the_same)
{
    enum { N = 3000 };
    float *w = random_floats(N, 4), *x = random_floats(N, 5), *y = random_floats(N, 5);
    uint8_t *map = malloc(N);
    for (size_t i = 0; i < N; i++) {
        map[i] = fabsf(w[i]) >= 0.02f ? 0 : 1;
    }
    struct allocation cuts = {
        .n = N, .n_tiers = 2, .bits = {5, 3}, .form = ALLOCATION_CUT, .cut = {0.02f}};
    struct allocation mapped = cuts;
    mapped.form = ALLOCATION_MAP;
    mapped.map = map;
    struct grid_options o = {0};
    struct bill a, b;
    struct err e;
    cr_assert(quantize(x, &a, w, 3, 1000, &cuts, &o, "w", &e) == 0);
    cr_assert(quantize(y, &b, w, 3, 1000, &mapped, &o, "w", &e) == 0);
    cr_assert(memcmp(x, y, N * sizeof *x) == 0 && memcmp(&a, &b, sizeof a) == 0);
    allocation_release(&mapped);
    free(w);
    free(x);
    free(y);
}

/* Groups along a row; the last one of a row is shorter. */
Test(quantize, groups_follow_the_rows)
{
    enum { ROWS = 37, COLS = 100, GROUP = 32 };
    float *w = random_floats(ROWS * COLS, 6), *out = random_floats(ROWS * COLS, 7), lo, hi, code;
    struct allocation a = uniform(ROWS * COLS, 4);
    for (int dtype = GRID_F32; dtype <= GRID_F16; dtype++) {
        struct grid_options o = {.group = GROUP, .dtype = (enum grid_dtype)dtype};
        struct bill bill;
        struct err e;
        cr_assert(quantize(out, &bill, w, ROWS, COLS, &a, &o, "w", &e) == 0);
        cr_assert(bill.grid.packed_bits == ROWS * 4 * 2 * (dtype == GRID_F16 ? 16 : 32));
        for (size_t r = 0; r < ROWS && dtype == GRID_F32; r++) {
            for (size_t c = 0; c < COLS; c++) {
                size_t first = r * COLS + c / GROUP * GROUP;
                range_of(w + first, c / GROUP == 3 ? 4 : GROUP, &lo, &hi);
                cr_assert(out[r * COLS + c] == plain_code(w[r * COLS + c], lo, hi, 4, &code));
            }
        }
    }
    free(w);
    free(out);
}

Test(quantize, sixteen_bit_grids_are_rounded_before_coding)
{
    const float w[] = {-0.1f, 0.033333f, 0.2f, 0.7f};
    float out[4], lo = half_to_float(half_from_float(-0.1f));
    float scale = half_to_float(half_from_float((0.7f - -0.1f) / 15.0f));
    struct allocation a = uniform(4, 4);
    struct grid_options o = {.dtype = GRID_F16};
    struct bill bill;
    struct err e;
    cr_assert(quantize(out, &bill, w, 1, 4, &a, &o, "w", &e) == 0);
    for (int i = 0; i < 4; i++) {
        float q = rintf((w[i] - lo) / scale);
        q = q < 0 ? 0 : q > 15 ? 15 : q;
        volatile float product = q * scale;
        cr_assert(out[i] == product + lo);
    }
    cr_assert(bill.grid.packed_bits == 32);
}

Test(quantize, a_range_that_16_bits_cannot_hold_is_refused)
{
    const float w[] = {-1e30f, 1e30f};
    float out[2];
    struct allocation a = uniform(2, 4);
    struct grid_options o = {.dtype = GRID_F16};
    struct bill bill;
    struct err e;
    cr_assert(quantize(out, &bill, w, 1, 2, &a, &o, "wte.weight", &e) == -1);
    cr_assert(strstr(e.text, "wte.weight") && strstr(e.text, "16-bit"), "%s", e.text);
    o.group = 1;
    cr_assert(quantize(out, &bill, w, 1, 2, &a, &o, "wte.weight", &e) == -1);
}

Test(quantize, more_bits_never_raise_the_error)
{
    enum { ROWS = 64, COLS = 257, N = ROWS * COLS };
    float *w = random_floats(N, 8), *out = random_floats(N, 9);
    for (size_t group = 0; group <= 64; group += 32) {
        double last = INFINITY;
        for (int bits = 1; bits <= 8; bits++) {
            struct allocation a = uniform(N, bits);
            struct grid_options o = {.group = group};
            struct bill bill;
            struct err e;
            cr_assert(quantize(out, &bill, w, ROWS, COLS, &a, &o, "w", &e) == 0);
            cr_assert(bill.squared_error < last, "%d bits, groups of %zu", bits, group);
            last = bill.squared_error;
        }
    }
    free(w);
    free(out);
}

Test(quantize, no_thread_count_changes_a_byte)
{
    enum { ROWS = 300, COLS = 1001, N = ROWS * COLS };
    float *w = random_floats(N, 10), *first = random_floats(N, 11), *out = random_floats(N, 12);
    for (size_t group = 0; group <= 32; group += 32) {
        struct bill reference, bill;
        struct grid_options o = {.group = group};
        struct allocation a = uniform(N, 3);
        if (!group) {
            a = (struct allocation){.n = N,
                                    .n_tiers = 3,
                                    .bits = {8, 4, 2},
                                    .form = ALLOCATION_CUT,
                                    .cut = {0.05f, 0.01f}};
        }
        struct err e;
        omp_set_num_threads(1);
        cr_assert(quantize(first, &reference, w, ROWS, COLS, &a, &o, "w", &e) == 0);
        for (int threads = 2; threads <= 16; threads += 7) {
            omp_set_num_threads(threads);
            cr_assert(quantize(out, &bill, w, ROWS, COLS, &a, &o, "w", &e) == 0);
            cr_assert(memcmp(out, first, N * sizeof *out) == 0, "%d threads", threads);
            cr_assert(memcmp(&bill, &reference, sizeof bill) == 0, "%d threads", threads);
        }
    }
    free(w);
    free(first);
    free(out);
}

/* protocol.md: H(0.1, 0.2, 0.7) = 1.157 bits; 4-bit groups of 32 cost 5.0 and 6.0 stored bits. */
Test(quantize_bill, published_prices)
{
    const uint64_t shares[] = {10, 20, 70};
    cr_assert(fabs(entropy_bits(shares, 3) / 100 - 1.157) < 5e-4);
    float *w = random_floats(3200, 13), *out = random_floats(3200, 14);
    struct allocation a = uniform(3200, 4);
    for (int dtype = GRID_F32; dtype <= GRID_F16; dtype++) {
        struct grid_options o = {.group = 32, .dtype = (enum grid_dtype)dtype};
        struct bill bill;
        struct err e;
        cr_assert(quantize(out, &bill, w, 100, 32, &a, &o, "w", &e) == 0);
        cr_assert(bill_packed(&bill) == (dtype == GRID_F16 ? 5.0 : 6.0));
        cr_assert(bill_payload(&bill) == 4.0 && bill_entropy(&bill) < bill_packed(&bill));
    }
    free(w);
    free(out);
}
