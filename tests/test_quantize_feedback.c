/* Rounding with error feedback: what it gains on the output, and when it must change nothing. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "quantize/quantize.h"

static float *weights(size_t n, uint32_t stream)
{
    struct err e;
    float *x = mem_floats(n, &e);
    struct rng r = rng_stream(23, stream, RNG_TEST);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(rng_uniform(&r) + rng_uniform(&r) + rng_uniform(&r) - 1.5);
    }
    return x;
}

/* Moments of inputs whose neighbours go together: H_ij = s_i·s_j·r^|i−j|; every tenth is silent. */
static double *moments(size_t k, double r, bool silent)
{
    double *h = malloc(k * k * sizeof *h);
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            double scale = (1 + 0.5 * (double)(i % 3)) * (1 + 0.5 * (double)(j % 3));
            size_t distance = i > j ? i - j : j - i;
            bool quiet = silent && (i % 10 == 3 || j % 10 == 3);
            h[i * k + j] = quiet ? 0 : distance && r == 0 ? 0 : scale * pow(r, (double)distance);
        }
    }
    return h;
}

/* tr(E·H·Eᵀ) over the vectors along the channels. */
static double output_error(const float *out, const struct quantize_source *src)
{
    size_t k = src->channels_are_rows ? src->rows : src->cols;
    size_t n = src->channels_are_rows ? src->cols : src->rows;
    size_t stride = src->channels_are_rows ? src->cols : 1, next = src->channels_are_rows ? 1 : k;
    double sum = 0;
    for (size_t v = 0; v < n; v++) {
        for (size_t i = 0; i < k; i++) {
            size_t a = v * next + i * stride;
            double row = 0;
            for (size_t j = 0; j < k; j++) {
                size_t b = v * next + j * stride;
                row += src->moment_kk[i * k + j] * ((double)out[b] - src->w_rc[b]);
            }
            sum += row * ((double)out[a] - src->w_rc[a]);
        }
    }
    return sum;
}

struct layout {
    const char *name;
    enum grid_fit fit;
    enum allocation_form form;
    size_t unit, group;
};

static const struct layout layouts[] = {
    {"uniform", FIT_MINMAX, ALLOCATION_ONE, 0, 0},
    {"groups", FIT_MINMAX, ALLOCATION_ONE, 0, 32},
    {"rows", FIT_MSE, ALLOCATION_UNITS, 1000, 0},
    {"units", FIT_LLOYD_MAX, ALLOCATION_UNITS, 16, 0},
    {"signs", FIT_SIGN_MAGNITUDE, ALLOCATION_UNITS, 32, 0},
    {"tiers", FIT_MINMAX, ALLOCATION_CUT, 0, 0},
    {"weights", FIT_LLOYD_MAX, ALLOCATION_UNITS, 1, 0},
    {"steps", FIT_STEP, ALLOCATION_UNITS, 32, 0},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static void quantize(float *out, struct bill *bill, const struct quantize_source *src,
                     const struct layout *l, enum rounding rounding)
{
    struct allocation a = {.n = src->rows * src->cols,
                           .n_tiers = l->form == ALLOCATION_ONE ? 1 : 2,
                           .bits = {3, 2},
                           .step = {0.2f, 0.5f},
                           .form = l->form,
                           .cut = {0.5f},
                           .unit = l->unit};
    struct grid_options o = {.group = l->group,
                             .fit = l->fit,
                             .rounding = rounding,
                             .coding = l->fit == FIT_STEP ? CODING_ENTROPY : CODING_PLAIN};
    struct err e;
    if (l->form == ALLOCATION_UNITS) {
        size_t unit = l->unit < src->cols ? l->unit : src->cols;
        size_t n = allocation_units(src->rows, src->cols, unit);
        a.map = malloc(n);
        for (size_t u = 0; u < n; u++) {
            a.map[u] = (uint8_t)(u % 3 % 2);
        }
    }
    cr_assert(quantize_tensor(out, bill, src, &a, &o, &e) == 0, "%s: %s", l->name, e.text);
    allocation_release(&a);
}

/* Head and block layouts; 200 channels are more than one block of them. */
Test(quantize_feedback, lowers_the_error_of_the_output)
{
    enum { LONG = 200, SHORT = 70, N = LONG * SHORT };
    struct err e;
    float *w = weights(N, 0), *near = mem_floats(N, &e), *fed = mem_floats(N, &e);
    double *h = moments(LONG, 0.9, true);
    omp_set_num_threads(2);
    for (int i = 0; i < 2 * LAYOUTS; i++) {
        bool blocks = i % 2;
        struct quantize_source src = {.w_rc = w,
                                      .rows = blocks ? LONG : SHORT,
                                      .cols = blocks ? SHORT : LONG,
                                      .what = "w",
                                      .moment_kk = h,
                                      .channels_are_rows = blocks};
        struct bill a, b;
        quantize(near, &a, &src, &layouts[i / 2], ROUNDING_NEAREST);
        quantize(fed, &b, &src, &layouts[i / 2], ROUNDING_FEEDBACK);
        double nearest = output_error(near, &src), feedback = output_error(fed, &src);
        cr_assert(feedback < 0.7 * nearest, "%s, %s: %g, nearest %g", layouts[i / 2].name,
                  blocks ? "blocks" : "head", feedback, nearest);
        cr_assert(b.squared_error > a.squared_error, "the weights themselves are further off");
        cr_assert(a.grid.packed_bits == b.grid.packed_bits &&
                  a.map.packed_bits == b.map.packed_bits);
    }
    free(w);
    free(near);
    free(fed);
    free(h);
}

Test(quantize_feedback, is_nearest_rounding_when_inputs_are_uncorrelated)
{
    enum { LONG = 150, SHORT = 33, N = LONG * SHORT };
    struct err e;
    float *w = weights(N, 1), *near = mem_floats(N, &e), *fed = mem_floats(N, &e);
    double *diagonal = moments(LONG, 0, true), *nothing = calloc(LONG * LONG, sizeof *nothing);
    for (int i = 0; i < 4 * LAYOUTS; i++) {
        bool blocks = i % 2;
        struct quantize_source src = {.w_rc = w,
                                      .rows = blocks ? LONG : SHORT,
                                      .cols = blocks ? SHORT : LONG,
                                      .what = "w",
                                      .moment_kk = i / 2 % 2 ? nothing : diagonal,
                                      .channels_are_rows = blocks};
        struct bill a, b;
        quantize(near, &a, &src, &layouts[i / 4], ROUNDING_NEAREST);
        quantize(fed, &b, &src, &layouts[i / 4], ROUNDING_FEEDBACK);
        cr_assert(memcmp(near, fed, N * sizeof *near) == 0, "%s", layouts[i / 4].name);
        cr_assert(a.payload.packed_bits == b.payload.packed_bits &&
                      a.grid.packed_bits == b.grid.packed_bits &&
                      a.map.packed_bits == b.map.packed_bits,
                  "%s", layouts[i / 4].name);
    }
    free(w);
    free(near);
    free(fed);
    free(diagonal);
    free(nothing);
}

Test(quantize_feedback, no_thread_count_changes_a_byte)
{
    enum { ROWS = 300, COLS = 260, N = ROWS * COLS };
    const int threads[] = {2, 3, 16};
    struct err e;
    float *w = weights(N, 2), *first = mem_floats(N, &e), *out = mem_floats(N, &e);
    for (int i = 0; i < 4; i++) {
        double *h = moments(i % 2 ? ROWS : COLS, 0.8, false);
        struct quantize_source src = {.w_rc = w,
                                      .rows = ROWS,
                                      .cols = COLS,
                                      .what = "w",
                                      .moment_kk = h,
                                      .channels_are_rows = i % 2};
        const struct layout *l = &layouts[i / 2 ? 7 : 1];
        struct bill reference, bill;
        omp_set_num_threads(1);
        quantize(first, &reference, &src, l, ROUNDING_FEEDBACK);
        for (int t = 0; t < 3; t++) {
            omp_set_num_threads(threads[t]);
            quantize(out, &bill, &src, l, ROUNDING_FEEDBACK);
            cr_assert(memcmp(out, first, N * sizeof *out) == 0, "%d threads", threads[t]);
            cr_assert(memcmp(&bill, &reference, sizeof bill) == 0, "%d threads", threads[t]);
        }
        free(h);
    }
    free(w);
    free(first);
    free(out);
}

Test(quantize_feedback, refuses_what_it_cannot_use)
{
    const float w[] = {1, 2, 3, 4};
    const double negative[] = {1, 9, 9, 1};
    float out[4];
    struct allocation a = {.n = 4, .n_tiers = 1, .bits = {2}, .form = ALLOCATION_ONE};
    struct grid_options o = {.rounding = ROUNDING_FEEDBACK};
    struct quantize_source src = {.w_rc = w, .rows = 2, .cols = 2, .what = "wte.weight"};
    struct bill bill;
    struct err e;
    cr_assert(quantize_tensor(out, &bill, &src, &a, &o, &e) == -1);
    cr_assert(strstr(e.text, "wte.weight: rounding: feedback needs the second moments"), "%s",
              e.text);
    src.moment_kk = negative;
    cr_assert(quantize_tensor(out, &bill, &src, &a, &o, &e) == -1);
    cr_assert(strstr(e.text, "wte.weight") && strstr(e.text, "positive definite"), "%s", e.text);
}
