/*
 * Quantizers on matrices of the size of the embeddings of GPT-2 and GPT-2 XL, into warm pages,
 * against what the bandwidth of memory allows: the reads that a method cannot do without, and the
 * write of what the codes stand for.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "bench/bench.h"
#include "bench/method.h"
#include "bench/random.h"
#include "model/synth.h"

enum { RUNS = 9 };

struct row {
    const char *what, *method;
    const char *given[5]; /* name, value, …, NULL */
    int reads;            /* of the matrix */
    double operations;    /* on floats, a weight: the rule's, ranges, sums and errors included */
};

/* Tiers need quantiles, then ranges, then codes; one grid needs its range, then codes. */
static const struct row methods[] = {
    {"tiers, exact cut", "tiers", {"cut", "exact"}, 3, 21},
    {"tiers, sampled cut", "tiers", {"cut", "sampled"}, 2, 17},
    {"tiers, neighbour-mean", "tiers", {"importance", "neighbour-mean"}, 3, 29},
    {"uniform 4-bit", "uniform", {NULL}, 2, 15},
    {"4-bit, groups of 32", "uniform", {"group", "32"}, 1, 15},
};

/* A matrix, and room for what it is quantized to. */
struct matrix {
    float *w_rc, *decoded_rc;
    size_t rows, cols;
};

static int measure(struct bench *b, const struct matrix *x, const struct row *row, struct err *e)
{
    double best = INFINITY, bytes = 4.0 * (double)x->rows * (double)x->cols;
    double bound = bench_memory_s(&b->limits, row->reads * bytes, bytes);
    struct bench_method m;
    struct bill bill;
    char subject[64];
    snprintf(subject, sizeof subject, "%s, %zu × %zu", row->what, x->rows, x->cols);
    b->tell("quantize", subject);
    if (bench_method_init(&m, row->method, row->given, e)) {
        return -1;
    }
    for (int i = 0; i < RUNS; i++) {
        double start = clock_s();
        if (bench_method_matrix(x->decoded_rc, &bill, &m, x->w_rc, x->rows, x->cols, e)) {
            return -1;
        }
        best = fmin(best, clock_s() - start);
    }
    double work = row->operations * (double)x->rows * (double)x->cols;
    measures_add(&b->measures, "quantize", subject, "time", "ms", 1e3 * best);
    measures_add(&b->measures, "quantize", subject, "reads", "", row->reads);
    measures_add(&b->measures, "quantize", subject, "bound of memory", "ms", 1e3 * bound);
    measures_add(&b->measures, "quantize", subject, "over the bound", "", best / bound);
    if (x->cols == (size_t)synth_shapes[0].C) {
        measures_add(&b->measures, "roofline", row->what, "intensity", "Flop/byte",
                     work / (bytes * (row->reads + 1)));
        measures_add(&b->measures, "roofline", row->what, "speed", "GFlop/s", work / best / 1e9);
    }
    return 0;
}

int bench_quantize_matrix(struct bench *b, size_t rows, size_t cols, struct err *e)
{
    struct matrix x = {.rows = rows, .cols = cols};
    size_t n = rows * cols;
    int status = (x.w_rc = mem_floats(n, e)) && (x.decoded_rc = mem_floats(n, e)) ? 0 : -1;
    if (!status) {
        random_weights(x.w_rc, n, 1);
        random_weights(x.decoded_rc, n, 2); /* its pages come to be */
    }
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !status; i++) {
        status = measure(b, &x, &methods[i], e);
    }
    free(x.w_rc);
    free(x.decoded_rc);
    return status;
}

int bench_quantize(struct bench *b, struct err *e)
{
    const int cols[] = {synth_shape_named("gpt2")->C, synth_shape_named("gpt2-xl")->C};
    for (int i = 0; i < 2; i++) {
        size_t need = 4 * 4 * (size_t)SYNTH_VOCABULARY * (size_t)cols[i];
        size_t there = machine_memory_available();
        char subject[64];
        if (there && there < need) {
            snprintf(subject, sizeof subject, "%d × %d", SYNTH_VOCABULARY, cols[i]);
            measures_add(&b->measures, "quantize", subject, "time", "ms", (double)NAN);
        } else if (bench_quantize_matrix(b, SYNTH_VOCABULARY, (size_t)cols[i], e)) {
            return -1;
        }
    }
    return 0;
}
