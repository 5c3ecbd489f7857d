/* The cost table against what quantizing really does, unit by unit. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "quantize/costs.h"

enum { ROWS = 13, COLS = 150, N = ROWS * COLS, M = 5 };
static const int bits[M] = {0, 1, 3, 4, 8};
static const float steps[M] = {0.5f, 0.1f, 0.03f, 0.01f, 0.003f};
static const size_t units[] = {1, 32, 1000, UNIT_TENSOR};

static float *weights(uint32_t stream)
{
    struct err e;
    float *x = mem_floats(N, &e);
    struct rng r = rng_stream(22, stream, RNG_TEST);
    for (size_t i = 0; i < N; i++) {
        double u = rng_uniform(&r) + rng_uniform(&r) + rng_uniform(&r) - 1.5;
        x[i] = (float)(0.3 * u * (1 + (double)(i / COLS % 4)));
    }
    return x;
}

static struct grid_options options_of(int fit)
{
    return (struct grid_options){.fit = (enum grid_fit)fit,
                                 .dtype = fit & 1 ? GRID_F32 : GRID_F16,
                                 .coding = fit == FIT_STEP ? CODING_ENTROPY : CODING_PLAIN};
}

static struct allocation everyone(size_t unit, int option)
{
    return (struct allocation){.n = N,
                               .n_tiers = 1,
                               .bits = {bits[option]},
                               .step = {steps[option]},
                               .form = ALLOCATION_UNITS,
                               .unit = unit};
}

/* First weight of unit u and how many there are. */
static size_t unit_at(size_t u, size_t unit, size_t *n)
{
    if (unit == UNIT_TENSOR) {
        *n = N;
        return 0;
    }
    unit = unit < COLS ? unit : COLS;
    size_t a_row = allocation_units(1, COLS, unit), col = u % a_row * unit;
    *n = COLS - col < unit ? COLS - col : unit;
    return u / a_row * COLS + col;
}

/* Distortions and variances of one request against the weights that everyone's option gives. */
static void compare(const float *w, size_t unit, int fit, bool weighted)
{
    struct err e;
    struct grid_options o = options_of(fit);
    struct quantize_source src = {.w_rc = w, .rows = ROWS, .cols = COLS, .what = "w"};
    size_t n_units = allocation_units(ROWS, COLS, unit < COLS || unit == UNIT_TENSOR ? unit : COLS);
    double *weight_u = malloc(n_units * sizeof *weight_u),
           *variance = malloc(n_units * sizeof(double));
    float *distortion = malloc(n_units * M * sizeof *distortion), weight_c[COLS];
    float *out = mem_floats(N, &e);
    for (size_t u = 0; u < n_units; u++) {
        weight_u[u] = 0.5 + (double)(u % 5);
    }
    for (int c = 0; c < COLS; c++) {
        weight_c[c] = (float)(c % 7);
    }
    struct cost_request q = {
        .src = &src, .unit = unit, .o = &o, .m = M, .bits = bits, .step = steps};
    if (weighted) {
        q.weight_u = weight_u;
        q.weight_c = weight_c;
    }
    cr_assert(cost_table(distortion, NULL, variance, &q, &e) == 0, "%s", e.text);
    for (int k = 0; k < M; k++) {
        struct allocation a = everyone(unit, k);
        struct bill bill;
        cr_assert(quantize_tensor(out, &bill, &src, &a, &o, &e) == 0, "%s", e.text);
        for (size_t u = 0; u < n_units; u++) {
            size_t n, first = unit_at(u, unit, &n);
            double expected = 0, square = 0;
            for (size_t i = first; i < first + n; i++) {
                double weight = weighted ? (double)weight_c[i % COLS] : 1,
                       d = (double)out[i] - w[i];
                expected += weight * d * d;
                square += weight * w[i] * w[i];
            }
            expected *= weighted ? weight_u[u] : 1;
            square *= weighted ? weight_u[u] : 1;
            cr_assert(fabs(distortion[u * M + (size_t)k] - expected) <= 1e-5 * expected + 1e-14,
                      "%s, unit %zu of %zu, option %d: %g, not %g", grid_fit_names[fit], u, unit, k,
                      (double)distortion[u * M + (size_t)k], expected);
            cr_assert(fabs(variance[u] - square / (double)n) <= 1e-9 * square);
        }
    }
    free(weight_u);
    free(variance);
    free(distortion);
    free(out);
}

Test(quantize_costs, distortions_are_what_quantizing_does)
{
    float *w = weights(0);
    omp_set_num_threads(2);
    for (int fit = FIT_MINMAX; fit <= FIT_STEP; fit++) {
        for (int u = 0; u < 4; u++) {
            compare(w, units[u], fit, u % 2 == fit % 2);
        }
    }
    free(w);
}

/* What the units' prices add up to, beside what the bill says of the same choice. */
static void compare_bits(const float *w, size_t unit, int fit, enum coding coding)
{
    struct err e;
    struct grid_options o = options_of(fit);
    struct quantize_source src = {.w_rc = w, .rows = ROWS, .cols = COLS, .what = "w"};
    size_t n_units = allocation_units(ROWS, COLS, unit < COLS || unit == UNIT_TENSOR ? unit : COLS);
    float *distortion = malloc(n_units * M * sizeof *distortion);
    float *price = malloc(n_units * M * sizeof *price), *out = mem_floats(N, &e);
    struct cost_request q = {
        .src = &src, .unit = unit, .o = &o, .m = M, .bits = bits, .step = steps};
    o.coding = coding;
    cr_assert(cost_table(distortion, price, NULL, &q, &e) == 0, "%s", e.text);
    for (int k = 0; k < M; k++) {
        struct allocation a = everyone(unit, k);
        struct bill bill;
        double sum = 0, rate[M], side[M];
        cr_assert(quantize_tensor(out, &bill, &src, &a, &o, &e) == 0, "%s", e.text);
        cost_plain_bits(rate, side, &o, unit, M, bits);
        for (size_t u = 0; u < n_units; u++) {
            size_t n;
            double bits_u = (double)price[u * M + (size_t)k];
            unit_at(u, unit, &n);
            cr_assert(fmod(bits_u, COST_BIT_UNIT) == 0);
            cr_assert(coding != CODING_PLAIN || bits_u == (double)n * rate[k] + side[k]);
            sum += bits_u;
        }
        double map = 3.0 * (double)n_units; /* five options */
        bool shared = unit == 1;
        double expected = map + (coding == CODING_PLAIN ? (double)bill.code_bits
                                 : fit == FIT_STEP      ? (double)bill.payload.packed_bits
                                                        : bill.payload.ideal_bits);
        expected += shared || (fit == FIT_STEP && unit != UNIT_TENSOR) ? 0 : bill.grid.ideal_bits;
        if (fit == FIT_LLOYD_MAX && unit != UNIT_TENSOR && !shared && bits[k]) {
            expected -= (double)(1 << bits[k]) * (o.dtype == GRID_F16 ? 16 : 32);
        }
        double slack = coding == CODING_PLAIN ? 0 : fit == FIT_STEP ? 80 : (double)n_units * 1e-5;
        cr_assert(fabs(sum - expected) <= slack + 1e-3, "%s, unit %zu, option %d: %g bits, not %g",
                  grid_fit_names[fit], unit, k, sum, expected);
    }
    free(distortion);
    free(price);
    free(out);
}

Test(quantize_costs, prices_add_up_to_the_bill)
{
    float *w = weights(1);
    omp_set_num_threads(2);
    for (int fit = FIT_MINMAX; fit <= FIT_STEP; fit++) {
        for (int u = 0; u < 4; u++) {
            compare_bits(w, units[u], fit, CODING_ENTROPY);
            if (fit != FIT_STEP) {
                compare_bits(w, units[u], fit, CODING_PLAIN);
            }
        }
    }
    free(w);
}

Test(quantize_costs, no_thread_count_changes_a_byte)
{
    enum { TALL = 500, WIDE = 301 };
    const int threads[] = {2, 3, 16};
    struct err e;
    float *w = mem_floats(TALL * WIDE, &e);
    struct rng r = rng_stream(22, 2, RNG_TEST);
    for (size_t i = 0; i < TALL * WIDE; i++) {
        w[i] = (float)(rng_uniform(&r) - 0.5);
    }
    struct quantize_source src = {.w_rc = w, .rows = TALL, .cols = WIDE, .what = "w"};
    for (int i = 0; i < 20; i++) {
        struct grid_options o = options_of(i / 4);
        size_t unit = units[i % 4], n = allocation_units(TALL, WIDE, unit < WIDE ? unit : WIDE);
        n = unit == UNIT_TENSOR ? 1 : n;
        struct cost_request q = {
            .src = &src, .unit = unit, .o = &o, .m = 2, .bits = bits + 1, .step = steps + 1};
        float *first = calloc(4 * n, sizeof *first), *next = calloc(4 * n, sizeof *next);
        double *variance = calloc(2 * n, sizeof *variance);
        o.coding = i % 3 ? CODING_ENTROPY : o.coding;
        omp_set_num_threads(1);
        cr_assert(cost_table(first, first + 2 * n, variance, &q, &e) == 0, "%s", e.text);
        omp_set_num_threads(threads[i % 3]);
        cr_assert(cost_table(next, next + 2 * n, variance + n, &q, &e) == 0, "%s", e.text);
        cr_assert(memcmp(first, next, 4 * n * sizeof *first) == 0, "%s, unit %zu, %d threads",
                  grid_fit_names[i / 4], unit, threads[i % 3]);
        cr_assert(memcmp(variance, variance + n, n * sizeof *variance) == 0);
        free(first);
        free(next);
        free(variance);
    }
    free(w);
}

Test(quantize_costs, refuses_steps_for_weights_that_are_all_the_same)
{
    static const float none[2];
    static const float same[6] = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    struct grid_options o = options_of(FIT_STEP);
    struct quantize_source src = {.w_rc = same, .rows = 2, .cols = 3, .what = "w"};
    struct cost_request q = {.src = &src, .unit = 3, .o = &o, .m = 2, .step = none};
    float distortion[4];
    double variance[2];
    struct err e = {.text = ""};
    cr_assert(cost_table(distortion, NULL, variance, &q, &e) == -1);
    cr_assert(strstr(e.text, "w: its weights are all the same"), "%s", e.text);
}

Test(quantize_costs, refuses_steps_that_cannot_be_stored)
{
    const float w[] = {1, 2, 3, -4};
    const float wrong[][2] = {{1, 0}, {1, -1}, {1, 1e-5f}, {1, NAN}};
    struct quantize_source src = {.w_rc = w, .rows = 2, .cols = 2, .what = "wte.weight"};
    struct grid_options o = options_of(FIT_STEP);
    float distortion[8];
    for (int i = 0; i < 4; i++) {
        struct cost_request q = {.src = &src, .unit = 2, .o = &o, .m = 2, .step = wrong[i]};
        struct err e = {.text = ""};
        cr_assert(cost_table(distortion, NULL, NULL, &q, &e) == -1);
        cr_assert(strstr(e.text, "wte.weight"), "%s", e.text);
    }
}
