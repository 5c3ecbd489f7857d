/* allocate: quantiles against sorting, tiers and their shares, the forms of importance. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/bracket.h"
#include "allocate/importance.h"
#include "allocate/method.h"
#include "allocate/quantile.h"
#include "base/mem.h"
#include "base/rng.h"

static float *random_floats(size_t n, uint32_t stream)
{
    struct err e;
    float *x = mem_floats(n, &e);
    struct rng r = rng_stream(4, stream, RNG_TEST);
    for (size_t i = 0; i < n; i++) {
        double u = rng_uniform(&r) + rng_uniform(&r) - 1;
        x[i] = (float)(u * u * u);
    }
    return x;
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* The definition, by sorting. */
static float sorted_quantile(const float *x, size_t n, double q)
{
    float *sorted = malloc(n * sizeof *sorted);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = fabsf(x[i]);
    }
    qsort(sorted, n, sizeof *sorted, ascending);
    double h = q * (double)(n - 1);
    size_t below = (size_t)h, above = below + 1 < n ? below + 1 : below;
    double value = sorted[below] + (h - (double)below) * ((double)sorted[above] - sorted[below]);
    free(sorted);
    return (float)value;
}

Test(allocate_quantile, equals_sorting)
{
    const double q[] = {0, 0.1, 0.5, 0.7, 0.9, 0.999, 1};
    const size_t sizes[] = {1, 2, 3, 100, 70001};
    for (size_t s = 0; s < 5; s++) {
        float out[7], *x = random_floats(sizes[s], (uint32_t)s);
        struct err e;
        cr_assert(quantiles_of_magnitude(out, q, 7, x, sizes[s], &e) == 0);
        for (int i = 0; i < 7; i++) {
            float expected = sorted_quantile(x, sizes[s], q[i]);
            cr_assert(out[i] == expected, "n %zu q %g: %.9g, not %.9g", sizes[s], q[i],
                      (double)out[i], (double)expected);
        }
        free(x);
    }
}

Test(allocate_quantile, equals_sorting_with_ties_zeros_and_tiny_values)
{
    float x[1000];
    const float few[] = {0.0f, -0.0f, 1e-45f, -1e-45f, 0.25f, -0.25f, 3e38f};
    struct rng r = rng_stream(5, 0, RNG_TEST);
    for (int i = 0; i < 1000; i++) {
        x[i] = few[rng_below(&r, 7)];
    }
    for (double q = 0; q <= 1; q += 0.037) {
        float out;
        struct err e;
        cr_assert(quantiles_of_magnitude(&out, &q, 1, x, 1000, &e) == 0);
        cr_assert(out == sorted_quantile(x, 1000, q), "q %g", q);
    }
}

/* As many values as a large tensor's, of which one in `ties` is 0. */
static float *many_floats(size_t n, size_t ties)
{
    float *x = random_floats(n, 9);
    for (size_t i = 0; i < n; i++) {
        x[i] = i % ties == 0 ? 0 : x[i];
    }
    return x;
}

Test(allocate_quantile, many_values_are_gathered_and_equal_sorting)
{
    const size_t n = (1 << 20) + 12345;
    float *x = many_floats(n, 1000), out[3];
    const double q[] = {0, 0.7, 0.9};
    size_t rank[] = {0, n / 2, n - 1};
    struct gathered g;
    bool found;
    struct err e;
    cr_assert(gather_ranks(&found, &g, rank, 3, x, n, &e) == 0);
    cr_assert(found && g.n < n / 8, "%zu of %zu gathered", g.n, n);
    cr_assert(rank[0] == 0 && rank[1] < g.n && rank[2] == g.n - 1);
    gathered_release(&g);
    cr_assert(quantiles_of_magnitude(out, q, 3, x, n, &e) == 0);
    for (int i = 0; i < 3; i++) {
        cr_assert(out[i] == sorted_quantile(x, n, q[i]), "q %g", q[i]);
    }
    free(x);
}

Test(allocate_quantile, many_equal_or_ordered_values_equal_sorting_too)
{
    const size_t n = (1 << 20) + 12345;
    float *x = many_floats(n, 2), out;
    size_t rank = n / 4;
    const double q = 0.55;
    struct gathered g;
    bool found;
    struct err e;
    cr_assert(gather_ranks(&found, &g, &rank, 1, x, n, &e) == 0);
    cr_assert(!found && rank == n / 4, "half of all values in one place are not worth gathering");
    gathered_release(&g);
    cr_assert(quantiles_of_magnitude(&out, &q, 1, x, n, &e) == 0);
    cr_assert(out == sorted_quantile(x, n, q));
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)i;
    }
    cr_assert(quantiles_of_magnitude(&out, &q, 1, x, n, &e) == 0);
    cr_assert(out == sorted_quantile(x, n, q));
    free(x);
}

/* Parameters of tiers from text; NULL leaves the default. */
static struct params tiers_params(const char *shares, const char *bits, const char *cut,
                                  const char *importance)
{
    static struct schema s;
    struct params p;
    struct err e;
    s = (struct schema){0};
    schema_add(&s, allocate_tiers.params, allocate_tiers.n_params);
    params_init(&p, &s);
    const char *name[] = {"shares", "bits", "cut", "importance"};
    const char *text[] = {shares, bits, cut, importance};
    for (int i = 0; i < 4; i++) {
        int row = schema_find(&s, name[i]);
        cr_assert(!text[i] || value_parse(&p.values[row], s.rows[row], text[i], &e) == 0, "%s",
                  e.text);
    }
    cr_assert(params_complete(&p, &e) == 0);
    return p;
}

static int tier_of(const struct allocation *a, float w, size_t i)
{
    int tier = 0;
    if (a->form == ALLOCATION_MAP) {
        return a->map[i];
    }
    while (tier < a->n_tiers - 1 && !(fabsf(w) >= a->cut[tier])) {
        tier++;
    }
    return tier;
}

static void count_tiers(size_t *count, const struct allocation *a, const float *w)
{
    memset(count, 0, TIERS_MAX * sizeof *count);
    for (size_t i = 0; i < a->n; i++) {
        count[tier_of(a, w[i], i)]++;
    }
}

Test(allocate_tiers, shares_are_met_to_a_weight)
{
    enum { ROWS = 100, COLS = 1001, N = ROWS * COLS };
    float *w = random_floats(N, 9);
    const struct {
        const char *shares, *bits;
        double percent[4];
    } cases[] = {
        {"10,20,70", "8,4,2", {10, 20, 70, 0}}, {"100", "3", {100, 0, 0, 0}},
        {"0,30,70", "8,4,2", {0, 30, 70, 0}},   {"30,0,70", "8,4,2", {30, 0, 70, 0}},
        {"50,50,0", "8,4,2", {50, 50, 0, 0}},   {"0,0,100", "8,4,2", {0, 0, 100, 0}},
        {"100,0,0", "8,4,2", {100, 0, 0, 0}},   {"25,25,25,25", "8,4,4,1", {25, 25, 25, 25}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct params p = tiers_params(cases[c].shares, cases[c].bits, "exact", NULL);
        struct allocate_tensor t = {.w_rc = w, .rows = ROWS, .cols = COLS};
        struct allocation a;
        struct err e;
        size_t count[TIERS_MAX];
        cr_assert(allocate_tiers.run(&a, &t, &p, 0, &e) == 0, "%s", e.text);
        count_tiers(count, &a, w);
        for (int k = 0; k < 4; k++) {
            double expected = cases[c].percent[k] / 100 * N;
            cr_assert(fabs((double)count[k] - expected) <= 1, "%s: tier %d has %zu, not %.1f",
                      cases[c].shares, k, count[k], expected);
        }
        allocation_release(&a);
    }
    free(w);
}

Test(allocate_tiers, the_same_seed_gives_the_same_sample_and_another_one_another)
{
    enum { ROWS = 300, COLS = 400 };
    float *w = random_floats(ROWS * COLS, 10), first = 0;
    struct params p = tiers_params(NULL, NULL, "sampled", NULL);
    struct allocate_tensor t = {.w_rc = w, .rows = ROWS, .cols = COLS};
    cr_assert(allocate_tiers.uses_seed(&p));
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct allocation a, b;
        struct err e;
        cr_assert(allocate_tiers.run(&a, &t, &p, seed, &e) == 0);
        cr_assert(allocate_tiers.run(&b, &t, &p, seed, &e) == 0);
        cr_assert(a.cut[0] == b.cut[0] && a.cut[1] == b.cut[1]);
        cr_assert(seed == 0 || a.cut[0] != first);
        first = a.cut[0];
        float exact = sorted_quantile(w, ROWS * COLS, 0.9);
        cr_assert(a.cut[0] != exact && fabsf(a.cut[0] - exact) < 0.1f * exact);
    }
    free(w);
}

Test(allocate_tiers, a_small_tensor_is_cut_exactly_even_when_sampled)
{
    enum { N = 100000 };
    float *w = random_floats(N, 11);
    struct params exact = tiers_params(NULL, NULL, "exact", NULL);
    struct allocate_tensor t = {.w_rc = w, .rows = 1, .cols = N};
    struct allocation a, b;
    struct err e;
    cr_assert(allocate_tiers.run(&a, &t, &exact, 0, &e) == 0);
    struct params sampled = tiers_params(NULL, NULL, "sampled", NULL);
    cr_assert(allocate_tiers.run(&b, &t, &sampled, 1, &e) == 0);
    cr_assert(a.cut[0] == b.cut[0] && a.cut[1] == b.cut[1]);
    cr_assert(a.cut[0] == sorted_quantile(w, N, 0.9) && a.cut[1] == sorted_quantile(w, N, 0.7));
    free(w);
}

Test(allocate_tiers, bad_combinations_are_named)
{
    const struct {
        const char *shares, *bits, *which, *message;
    } cases[] = {
        {"10,20,60", "8,4,2", "shares", "shares add up to 90 %, not to 100 %"},
        {"10,90", "8,4,2", "bits", "2 shares need 2 bit widths, but there are 3"},
        {"70,20,10", "2,4,8", "bits",
         "bits must not rise from 2 to 4: the first tier is the most important"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct params p = tiers_params(cases[i].shares, cases[i].bits, NULL, NULL);
        const char *which;
        struct err e;
        cr_assert(allocate_tiers.check(&p, &which, &e) == -1);
        cr_assert(strcmp(which, cases[i].which) == 0 && strcmp(e.text, cases[i].message) == 0, "%s",
                  e.text);
    }
}

Test(allocate_importance, by_hand_on_a_2_by_3_matrix)
{
    const float w[] = {1, -2, 3, 0.5f, 4, -1};
    float out[6];
    importance_compute(out, w, 2, 3, IMPORTANCE_NEIGHBOUR_PRODUCT);
    cr_assert(out[0] == 1 * (1 + 0.5f) * (1 + 2.0f), "corner: down, right");
    cr_assert(out[1] == 2 * (1 + 4.0f) * (1 + 1.0f) * (1 + 3.0f), "edge: down, left, right");
    cr_assert(out[5] == 1 * (1 + 3.0f) * (1 + 4.0f));
    importance_compute(out, w, 2, 3, IMPORTANCE_NEIGHBOUR_MEAN);
    cr_assert(out[0] == 1 * (1 + (1 + 0.5f + 1 + 2) / 4), "up and left are replicated");
    cr_assert(out[1] == 2 * (1 + (2 + 4.0f + 1 + 3) / 4), "up is replicated");
    cr_assert(out[4] == 4 * (1 + (2 + 4 + 0.5f + 1) / 4), "down is replicated");
    importance_compute(out, w, 2, 3, IMPORTANCE_MAGNITUDE);
    cr_assert(out[1] == 2 && out[5] == 1);
}

Test(allocate_tiers, no_thread_count_changes_the_map)
{
    enum { ROWS = 200, COLS = 700, N = ROWS * COLS };
    float *w = random_floats(N, 12);
    struct params p = tiers_params(NULL, NULL, "exact", "neighbour-product");
    struct allocate_tensor t = {.w_rc = w, .rows = ROWS, .cols = COLS};
    struct allocation first = {0};
    for (int threads = 1; threads <= 16; threads = threads * 2 + 1) {
        struct allocation a;
        struct err e;
        omp_set_num_threads(threads);
        cr_assert(allocate_tiers.run(&a, &t, &p, 0, &e) == 0);
        if (!first.map) {
            first = a;
            continue;
        }
        cr_assert(memcmp(a.map, first.map, N) == 0, "%d threads", threads);
        allocation_release(&a);
    }
    allocation_release(&first);
    free(w);
}
