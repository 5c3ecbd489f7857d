/*
 * nashswarm bench: how fast this machine is, against what its BLAS can do, in one run.
 *
 * The floor of the forward pass is the time that OpenBLAS alone, with its own threads on the same
 * cores, takes for the matrix products of the same shapes: all rows of the batch at once through
 * every block matrix and the output head, and the attention products head by head. Ratios of best
 * times in one run are what to compare; absolute times move with the machine.
 */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "commands/bench_allocate.h"
#include "commands/command.h"
#include "evaluate/evaluate.h"
#include "run/methods.h"
#include "tensor/matmul.h"

enum { TEXTS = 20, LENGTH = 64, REPEATS = 7, BIG_ROWS = 50257, BIG_COLS = 768 };

struct options {
    const char *model;
    long threads;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    if (key == ARGP_KEY_ARG) {
        command_take_argument(&o->model, arg, "model", state);
    } else if (key == COMMAND_KEY_THREADS) {
        command_take_threads(&o->threads, arg, state);
    } else if (key == ARGP_KEY_END && !o->model) {
        argp_error(state, "which model? Give a .h5 file");
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_option option_rows[] = {COMMAND_THREADS_ROW, {0}};
static const struct argp argp = {option_rows,
                                 parse,
                                 "MODEL.h5",
                                 "Measure the forward pass, the quantizers and the game of bits on "
                                 "this machine, against its BLAS.",
                                 0,
                                 0,
                                 0};

static void fill_random(float *x, size_t n, uint32_t stream)
{
    struct rng r = rng_stream(1, stream, RNG_TEST);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(rng_uniform(&r) + rng_uniform(&r) + rng_uniform(&r) - 1.5) * 0.1f;
    }
}

/* Scratch for the bare products: one input, one output, big enough for any of them. */
struct floor {
    float *x, *y;
    size_t rows;
};

/* All rows through every weight matrix, then the head in the blocks in which it is really used. */
static void bare_products(const struct floor *f, const struct gpt2 *m)
{
    size_t C = (size_t)m->config.C, V = (size_t)m->config.V, H = (size_t)m->config.H, D = C / H;
    for (int i = 0; i < m->n_tensors; i++) {
        const struct gpt2_tensor *t = &m->tensors[i];
        if (t->scope == SCOPE_BLOCKS) {
            matmul(f->y, t->cols, f->x, t->rows, t->f32, t->cols, f->rows, t->rows, t->cols, 1, 0);
        }
    }
    for (size_t v = 0; v < V; v += HEAD_COLUMNS) {
        size_t n = V - v < HEAD_COLUMNS ? V - v : HEAD_COLUMNS;
        matmul_transposed(f->y, n, f->x, C, m->tensors[m->wte].f32 + v * C, C, f->rows, C, n, 1);
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < TEXTS * H * (size_t)m->config.L; i++) {
        size_t text = i % TEXTS;
        const float *q = f->x + text * LENGTH * D;
        float *s = f->y + text * LENGTH * LENGTH;
        matmul_transposed(s, LENGTH, q, D, q, D, LENGTH, D, LENGTH, 1);
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < TEXTS * H * (size_t)m->config.L; i++) {
        size_t text = i % TEXTS;
        float *out = f->y + text * LENGTH * D;
        matmul(out, D, f->x, LENGTH, f->x, D, LENGTH, LENGTH, D, 1, 0);
    }
}

/* Multiply-adds count as two. */
static double flops(const struct gpt2 *m, double rows)
{
    double weights = (double)m->config.V * m->config.C;
    for (int i = 0; i < m->n_tensors; i++) {
        weights += m->tensors[i].scope == SCOPE_BLOCKS ? (double)m->tensors[i].n : 0;
    }
    return 2 * rows * (weights + 2.0 * LENGTH * m->config.C * m->config.L);
}

static int random_sequences(struct sequences *s, int n_vocab, struct err *e)
{
    struct rng r = rng_stream(2, 0, RNG_TEST);
    *s = (struct sequences){.n = TEXTS};
    if (!(s->ids = mem_new(TEXTS * LENGTH, sizeof *s->ids, e)) ||
        !(s->start = mem_new(TEXTS + 1, sizeof *s->start, e))) {
        return -1;
    }
    for (size_t i = 0; i < TEXTS * LENGTH; i++) {
        s->ids[i] = (int)rng_below(&r, (uint64_t)n_vocab);
    }
    for (size_t i = 0; i <= TEXTS; i++) {
        s->start[i] = i * LENGTH;
    }
    return 0;
}

static int bench_forward(struct buf *out, const struct gpt2 *m, struct err *e)
{
    struct floor f = {.rows = TEXTS * LENGTH};
    struct sequences s = {0};
    size_t C = (size_t)m->config.C, F = (size_t)m->config.F;
    size_t x_n = f.rows * (F > C ? F : C), widest = 3 * C > F ? 3 * C : F;
    size_t y_n = f.rows * (widest > HEAD_COLUMNS ? widest : HEAD_COLUMNS);
    double best_floor = INFINITY, best = INFINITY;
    int status = (f.x = mem_floats(x_n, e)) && (f.y = mem_floats(y_n, e)) ? 0 : -1;
    if (!status) {
        fill_random(f.x, x_n, 0);
        status = random_sequences(&s, m->config.V, e);
    }
    for (int i = 0; i < REPEATS && !status; i++) {
        struct losses l = {0};
        double start = clock_s();
        bare_products(&f, m);
        double middle = clock_s();
        status = losses_of_texts(&l, m, &s, LENGTH, false, NULL, e);
        double end = clock_s();
        losses_release(&l);
        best_floor = fmin(best_floor, middle - start);
        best = fmin(best, end - middle);
    }
    if (!status) {
        double rows = (double)f.rows, work = flops(m, rows);
        buf_addf(out, "forward + loss, %d × %d tokens, %d threads, BLAS core %s\n", TEXTS, LENGTH,
                 compute_threads(), blas_core());
        buf_addf(out, "  bare products    %8.4f s  %7.1f GFlop/s\n", best_floor,
                 work / best_floor / 1e9);
        buf_addf(out, "  forward + loss   %8.4f s  %7.1f GFlop/s  %9.0f tokens/s\n", best,
                 work / best / 1e9, rows / best);
        buf_addf(out, "  fraction of the bare products' speed: %.1f %%\n", 100 * best_floor / best);
    }
    free(f.x);
    free(f.y);
    sequences_release(&s);
    return status;
}

/* One method on a matrix of the size of GPT-2's embedding; `given` is "name=value" pairs. */
static int bench_method(struct buf *out, const float *w, float *decoded, const char *label,
                        const char *method, const char *const (*given)[2], struct err *e)
{
    const struct method_kind *kind = run_method_named(method);
    const struct allocate_method *allocator = allocate_method_named(method);
    struct allocate_tensor t = {.w_rc = w, .rows = BIG_ROWS, .cols = BIG_COLS};
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
    struct quantize_source src = {.w_rc = w, .rows = BIG_ROWS, .cols = BIG_COLS, .what = label};
    double best = INFINITY;
    for (int i = 0; i < REPEATS; i++) {
        struct allocation a = {0};
        struct bill bill;
        double start = clock_s();
        int status = allocator->run(&a, &t, &p, 0, e);
        if (!status) {
            status = quantize_tensor(decoded, &bill, &src, &a, &o, e);
        }
        best = fmin(best, clock_s() - start);
        allocation_release(&a);
        if (status) {
            return -1;
        }
    }
    double bytes = 4.0 * BIG_ROWS * BIG_COLS;
    buf_addf(out, "  %-26s %8.4f s  %6.1f GB/s of weights\n", label, best, bytes / best / 1e9);
    return 0;
}

static int bench_quantize(struct buf *out, struct err *e)
{
    static const char *const exact[][2] = {{"cut", "exact"}, {0}};
    static const char *const sampled[][2] = {{"cut", "sampled"}, {0}};
    static const char *const mean[][2] = {{"importance", "neighbour-mean"}, {0}};
    static const char *const four[][2] = {{0}};
    static const char *const grouped[][2] = {{"group", "32"}, {0}};
    size_t n = (size_t)BIG_ROWS * BIG_COLS;
    float *w = mem_floats(n, e), *decoded = NULL;
    int status = w ? 0 : -1;
    if (!status) { /* before anything else of that size exists: it measures memory */
        fill_random(w, n, 1);
        status = bench_allocate(out, w, BIG_ROWS, BIG_COLS, e);
    }
    if (!status && !(decoded = mem_floats(n, e))) {
        status = -1;
    }
    if (!status) {
        buf_addf(out, "quantize a %d × %d matrix (allocate, code, decode, bill)\n", BIG_ROWS,
                 BIG_COLS);
        status = bench_method(out, w, decoded, "tiers, exact cut", "tiers", exact, e) ||
                         bench_method(out, w, decoded, "tiers, sampled cut", "tiers", sampled, e) ||
                         bench_method(out, w, decoded, "tiers, neighbour-mean", "tiers", mean, e) ||
                         bench_method(out, w, decoded, "uniform 4-bit", "uniform", four, e) ||
                         bench_method(out, w, decoded, "4-bit, groups of 32", "uniform", grouped, e)
                     ? -1
                     : 0;
    }
    free(w);
    free(decoded);
    return status;
}

int cmd_bench(int argc, char **argv)
{
    struct options o = {0};
    struct gpt2 m = {0};
    struct buf out = BUF_INIT;
    struct err e;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    int failed = compute_init((int)o.threads, &e) || gpt2_open(&m, o.model, &e) ||
                 gpt2_load(&m, &e) || bench_forward(&out, &m, &e) || bench_quantize(&out, &e);
    int status = failed ? command_fail("bench", EXIT_FAILED, &e) : command_print("bench", &out);
    gpt2_close(&m);
    buf_release(&out);
    return status;
}
