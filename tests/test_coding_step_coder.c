/* step_coder: round trips, lengths against the entropy of the levels, prices, damage, threads. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "coding/step_coder.h"

/* Three independent uniforms: bell-shaped, of standard deviation 1. */
static double bell(struct rng *r)
{
    return 2 * (rng_uniform(r) + rng_uniform(r) + rng_uniform(r) - 1.5);
}

/* How the magnitudes of a made tensor go. */
struct make {
    size_t rows, cols, unit;
    int n_options;
    double spread;                                    /* of a level, in first steps */
    double rows_differ, columns_differ, columns_lean; /* in powers of 2; in standard deviations */
};

static struct coded_tensor made(uint32_t number, struct make k)
{
    struct coded_tensor c = {.rows = k.rows,
                             .cols = k.cols,
                             .unit = k.unit,
                             .kind = GRID_STEP,
                             .n_options = k.n_options};
    struct rng r = rng_stream(21, number, RNG_TEST);
    struct err e;
    cr_assert(coded_allocate(&c, &e) == 0, "%s", e.text);
    double *column = malloc(2 * k.cols * sizeof *column), *lean = column + k.cols;
    for (size_t i = 0; i < k.cols; i++) {
        column[i] = exp2(k.columns_differ * bell(&r));
        lean[i] = k.columns_lean * bell(&r);
    }
    for (int i = 0; i < k.n_options; i++) {
        c.grid[i].scale = 0.01f * (float)(i + 1);
    }
    size_t unit = k.unit < k.cols ? k.unit : k.cols, u = 0;
    for (size_t row = 0; row < k.rows; row++) {
        double size = k.spread * exp2(k.rows_differ * bell(&r));
        for (size_t begin = 0; begin < k.cols; begin += unit, u++) {
            size_t option = k.n_options > 1 ? rng_below(&r, (uint64_t)k.n_options) : 0;
            if (c.option) {
                c.option[u] = (uint8_t)option;
            }
            for (size_t i = begin; i < begin + unit && i < k.cols; i++) {
                double x = size * column[i] * (bell(&r) + lean[i]) / (double)(option + 1);
                c.level[row * k.cols + i] = (int16_t)fmin(fmax(rint(x), -LEVEL_MAX), LEVEL_MAX);
            }
        }
    }
    free(column);
    return c;
}

static struct buf encoded(const struct coded_tensor *c)
{
    struct buf out = BUF_INIT;
    struct err e;
    cr_assert(step_encode(&out, c, &e) == 0, "%s", e.text);
    return out;
}

/* Decodes a copy of the exact size, so that a sanitizer sees a step beyond its end. */
static int decoded(int16_t *level, const struct coded_tensor *c, const void *bytes, size_t n,
                   struct err *e)
{
    struct coded_tensor to = *c;
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, n ? bytes : "", n);
    to.level = level;
    int status = step_decode(&to, copy, n, e);
    free(copy);
    return status;
}

static void round_trip(const struct coded_tensor *c)
{
    struct err e;
    size_t n = c->rows * c->cols;
    struct buf code = encoded(c);
    int16_t *back = malloc((n + 1) * sizeof *back);
    back[n] = 0x5A5A;
    cr_assert(decoded(back, c, code.s, code.len, &e) == 0, "%s", e.text);
    cr_assert(memcmp(back, c->level, n * sizeof *back) == 0 && back[n] == 0x5A5A,
              "%zu × %zu levels", c->rows, c->cols);
    free(back);
    buf_release(&code);
}

/* Bits of the levels by their frequencies in the whole tensor. */
static double entropy(const struct coded_tensor *c)
{
    enum { N = 2 * LEVEL_MAX + 1 };
    size_t n = c->rows * c->cols;
    double *count = calloc(N, sizeof *count), bits = 0;
    for (size_t i = 0; i < n; i++) {
        count[c->level[i] + LEVEL_MAX]++;
    }
    for (size_t i = 0; i < N; i++) {
        bits += count[i] > 0 ? count[i] * log2((double)n / count[i]) : 0;
    }
    free(count);
    return bits;
}

static double price_of(const struct coded_tensor *c)
{
    struct err e;
    size_t n = coded_units(c);
    float *bits = malloc(n * sizeof *bits);
    double sum = 0;
    cr_assert(step_price(bits, c, &e) == 0, "%s", e.text);
    for (size_t u = 0; u < n; u++) {
        cr_assert(bits[u] >= 0 && isfinite(bits[u]), "unit %zu costs %g", u, (double)bits[u]);
        sum += (double)bits[u];
    }
    free(bits);
    return sum;
}

static const struct make makes[] = {
    {1, 1, 1, 1, 3, 0, 0, 0},
    {7, 13, 1, 5, 2, 1, 1, 1},
    {300, 100, 32, 16, 4, 1, 1, 1},
    {1, 5000, 7, 3, 1, 0, 0, 0},
    {5000, 1, 1, 1, 1, 2, 0, 0},
    {900, 700, 700, 4, 0.7, 1, 0.5, 1},
    {900, 700, UNIT_TENSOR, 1, 3, 0.5, 0.5, 0},
    {64, 64, 64, 2, 1e6, 3, 3, 0},
    {64, 64, 64, 2, 0.001, 0, 0, 0},
    {600, 500, 100, 2, 300, 4, 4, 2},
};
enum { MAKES = sizeof makes / sizeof *makes };

Test(coding_step_coder, what_goes_in_comes_out)
{
    for (uint32_t i = 0; i < MAKES; i++) {
        struct coded_tensor c = made(i, makes[i]);
        round_trip(&c);
        coded_release(&c);
    }
}

/* Steps as far apart as 32-bit floats, which the model must not choke on. */
Test(coding_step_coder, any_finite_steps_and_largest_levels_survive)
{
    static const float steps[][3] = {{1e-38f, 1, 3e38f}, {3e38f, 1e-38f, 1}, {1e-45f, 1e-45f, 1}};
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        struct coded_tensor c = made(50, (struct make){200, 90, 10, 3, 5, 0, 0, 0});
        for (size_t i = 0; i < 18000; i++) {
            c.level[i] = (int16_t)(i % 97 == 0    ? LEVEL_MAX
                                   : i % 89 == 0  ? -LEVEL_MAX
                                   : i / 3000 % 2 ? 0
                                                  : c.level[i]);
        }
        for (int k = 0; k < 3; k++) {
            c.grid[k].scale = steps[s][k];
        }
        round_trip(&c);
        price_of(&c);
        coded_release(&c);
    }
}

/* Ideal lengths add up to what is written but for the ends of chunks. */
Test(coding_step_coder, prices_are_what_is_written)
{
    for (uint32_t i = 0; i < MAKES; i++) {
        struct coded_tensor c = made(i, makes[i]);
        struct buf code = encoded(&c);
        double price = price_of(&c), written = 8 * (double)code.len;
        double ends = 48 + 64 * (double)(c.rows * c.cols / STEP_CHUNK);
        cr_assert(fabs(written - price) < 0.001 * price + ends, "%u: %.0f bits, priced %.0f", i,
                  written, price);
        buf_release(&code);
        coded_release(&c);
    }
}

/* Without anything to learn the entropy is reached; with rows, columns, leans, it is beaten. */
Test(coding_step_coder, what_rows_and_columns_tell_is_used)
{
    static const struct {
        struct make make;
        double least, most; /* of the entropy of the levels */
    } cases[] = {{{1500, 400, UNIT_TENSOR, 1, 3, 0, 0, 0}, 0.995, 1.006},
                 {{1500, 400, UNIT_TENSOR, 1, 1, 0, 0, 0}, 0.995, 1.006},
                 {{1500, 400, UNIT_TENSOR, 1, 3, 1, 0, 0}, 0.5, 0.96},
                 {{1500, 400, UNIT_TENSOR, 1, 3, 0, 1, 0}, 0.5, 0.96},
                 {{1500, 400, UNIT_TENSOR, 1, 1, 0, 0, 1}, 0.5, 0.85}};
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct coded_tensor c = made(30 + i, cases[i].make);
        struct buf code = encoded(&c);
        double ratio = 8 * (double)code.len / entropy(&c);
        cr_assert(ratio > cases[i].least && ratio < cases[i].most, "case %u: %.4f", i, ratio);
        buf_release(&code);
        coded_release(&c);
    }
}

Test(coding_step_coder, zeros_cost_next_to_nothing)
{
    struct coded_tensor c = made(0, (struct make){500, 300, UNIT_TENSOR, 1, 0, 0, 0, 0});
    struct buf code = encoded(&c);
    cr_assert(code.len < 100, "%zu bytes", code.len);
    buf_release(&code);
    coded_release(&c);
}

Test(coding_step_coder, a_cut_code_is_refused)
{
    struct err e;
    struct coded_tensor c = made(3, (struct make){900, 300, 50, 2, 2, 1, 1, 1});
    struct buf code = encoded(&c);
    int16_t *back = malloc(270000 * sizeof *back);
    for (size_t n = 0; n < code.len; n += n < 20 || n + 20 > code.len ? 1 : 9973) {
        cr_assert(decoded(back, &c, code.s, n, &e) == -1, "%zu of %zu bytes", n, code.len);
    }
    buf_addc(&code, 0);
    cr_assert(decoded(back, &c, code.s, code.len, &e) == -1 && strstr(e.text, "1 bytes follow"));
    free(back);
    buf_release(&code);
    coded_release(&c);
}

/* Whatever the bytes are, there are levels within the bound or an error. */
static void takes_anything(const struct coded_tensor *c, const void *bytes, size_t n, int *refused)
{
    struct err e = {0};
    size_t n_levels = c->rows * c->cols;
    int16_t *back = calloc(n_levels + 1, sizeof *back);
    back[n_levels] = 0x5A5A;
    if (decoded(back, c, bytes, n, &e)) {
        ++*refused;
        cr_assert(strlen(e.text) > 10, "an error without a sentence");
    }
    for (size_t i = 0; i < n_levels; i++) {
        cr_assert(back[i] >= -LEVEL_MAX && back[i] <= LEVEL_MAX, "level %d", back[i]);
    }
    cr_assert(back[n_levels] == 0x5A5A, "written behind the end");
    free(back);
}

Test(coding_step_coder, any_bytes_are_levels_or_an_error)
{
    struct rng r = rng_stream(22, 0, RNG_TEST);
    int refused = 0;
    omp_set_num_threads(1);
    for (uint32_t i = 0; i < 300; i++) {
        struct coded_tensor c = made(i, (struct make){1 + i % 40, 1 + i % 31, 4, 1 + (int)(i % 3),
                                                      i % 5 ? 2 : 3000, 1, 1, 1});
        struct buf code = encoded(&c);
        for (uint32_t k = 0; k <= i % 5; k++) {
            code.s[rng_below(&r, code.len)] = (char)rng_below(&r, 256);
        }
        takes_anything(&c, code.s, code.len, &refused);
        for (size_t k = 4; k < code.len; k++) { /* noise behind a header */
            code.s[k] = (char)(i % 3 ? rng_below(&r, 256) : 0xFF);
        }
        takes_anything(&c, code.s, code.len, &refused);
        buf_release(&code);
        coded_release(&c);
    }
    cr_assert(refused > 50, "%d of 600 were refused", refused);
}

Test(coding_step_coder, no_thread_count_changes_a_byte)
{
    struct coded_tensor c = made(7, (struct make){2500, 400, 80, 3, 2, 1, 1, 1});
    struct err e;
    size_t units = coded_units(&c);
    float *first = malloc(units * sizeof *first), *bits = malloc(units * sizeof *bits);
    omp_set_num_threads(1);
    struct buf one = encoded(&c);
    cr_assert(step_price(first, &c, &e) == 0);
    static const int threads[] = {2, 3, 16};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        omp_set_num_threads(threads[i]);
        struct buf code = encoded(&c);
        cr_assert(code.len == one.len && memcmp(code.s, one.s, one.len) == 0, "%d threads",
                  threads[i]);
        cr_assert(step_price(bits, &c, &e) == 0 && memcmp(bits, first, units * sizeof *bits) == 0,
                  "%d threads", threads[i]);
        round_trip(&c);
        buf_release(&code);
    }
    buf_release(&one);
    free(first);
    free(bits);
    coded_release(&c);
}
