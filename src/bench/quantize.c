#include "bench/quantize.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/methods.h"

enum { RUNS = 7 };

/* One method; `given` is "name=value" pairs. */
static int bench_method(struct buf *out, const struct quantize_source *src, float *decoded,
                        const char *method, const char *const (*given)[2], struct err *e)
{
    const struct method_kind *kind = run_method_named(method);
    const struct allocate_method *allocator = allocate_method_named(method);
    struct allocate_tensor t = {.w_rc = src->w_rc, .rows = src->rows, .cols = src->cols};
    struct params p;
    params_init(&p, &kind->schema);
    for (; (*given)[0]; given++) {
        int row = schema_find(&kind->schema, (*given)[0]);
        if (value_parse(&p.values[row], kind->schema.rows[row], (*given)[1], e)) {
            return -1;
        }
    }
    if (params_complete(&p, e)) {
        return -1;
    }
    struct grid_options o = grid_options_of(&p);
    double best = INFINITY;
    for (int i = 0; i < RUNS; i++) {
        struct allocation a = {0};
        struct bill bill;
        double start = clock_s();
        int status = allocator->run(&a, &t, &p, 0, e);
        if (!status) {
            status = quantize_tensor(decoded, &bill, src, &a, &o, e);
        }
        best = fmin(best, clock_s() - start);
        allocation_release(&a);
        if (status) {
            return -1;
        }
    }
    double bytes = 4.0 * (double)(src->rows * src->cols);
    buf_addf(out, "  %-26s %8.4f s  %6.1f GB/s of weights\n", src->what, best, bytes / best / 1e9);
    return 0;
}

struct row {
    const char *what, *method;
    const char *const (*given)[2];
};

static const char *const exact[][2] = {{"cut", "exact"}, {0}};
static const char *const sampled[][2] = {{"cut", "sampled"}, {0}};
static const char *const mean[][2] = {{"importance", "neighbour-mean"}, {0}};
static const char *const four[][2] = {{0}};
static const char *const grouped[][2] = {{"group", "32"}, {0}};
static const struct row table[] = {
    {"tiers, exact cut", "tiers", exact},        {"tiers, sampled cut", "tiers", sampled},
    {"tiers, neighbour-mean", "tiers", mean},    {"uniform 4-bit", "uniform", four},
    {"4-bit, groups of 32", "uniform", grouped},
};

int bench_quantize(struct buf *out, const float *w_rc, size_t rows, size_t cols, struct err *e)
{
    float *decoded = mem_floats(rows * cols, e);
    int status = decoded ? 0 : -1;
    buf_addf(out, "quantize a %zu × %zu matrix (allocate, code, decode, bill)\n", rows, cols);
    for (size_t i = 0; i < sizeof table / sizeof *table && !status; i++) {
        struct quantize_source src = {
            .w_rc = w_rc, .rows = rows, .cols = cols, .what = table[i].what};
        status = bench_method(out, &src, decoded, table[i].method, table[i].given, e);
    }
    free(decoded);
    return status;
}
