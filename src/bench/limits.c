/* What this machine can do at most. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/float_bits.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/simd.h"
#include "base/stream.h"
#include "bench/bench.h"
#include "bench/peak.h"
#include "tensor/matmul.h"

enum { RUNS = 7, ROUNDS = 10000000, FLOATS = 1 << 26 /* 256 MiB: no cache holds it */ };

/* Operations a second of so many threads. */
static double multiply_adds(int threads)
{
    double best = 0;
    (void)threads; /* without OpenMP, as analysers read this, nobody asks */
    for (int i = 0; i < 3; i++) {
        double operations = 0, start = clock_s();
#pragma omp parallel num_threads(threads)
        {
            double own = peak_run(ROUNDS);
#pragma omp atomic
            operations += own;
        }
        best = fmax(best, operations / (clock_s() - start));
    }
    return best;
}

SIMD_CLONES static uint32_t look_at(const float *x, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += float_to_bits(x[i]);
    }
    return sum;
}

static double read_s(const float *x)
{
    uint32_t sum = 0;
    double start = clock_s();
#pragma omp parallel for schedule(static)
    for (size_t c = 0; c < chunk_count(FLOATS); c++) {
        uint32_t own = look_at(x + chunk_begin(c), PARALLEL_CHUNK);
#pragma omp atomic
        sum += own;
    }
    __asm__ volatile("" : : "r"(sum));
    return clock_s() - start;
}

static double write_s(float *x)
{
    double start = clock_s();
#pragma omp parallel
    {
        float from[1024];
        for (int i = 0; i < 1024; i++) {
            from[i] = (float)i;
        }
#pragma omp for schedule(static)
        for (size_t i = 0; i < FLOATS / 1024; i++) {
            stream_floats(x + i * 1024, from, 1024);
        }
        stream_end();
    }
    return clock_s() - start;
}

int bench_measure_limits(struct bench *b, struct err *e)
{
    double read = INFINITY, write = INFINITY;
    float *x = mem_floats(FLOATS, e);
    if (!x) {
        return -1;
    }
    write_s(x); /* its pages come to be */
    for (int i = 0; i < RUNS; i++) {
        read = fmin(read, read_s(x));
        write = fmin(write, write_s(x));
    }
    free(x);
    b->limits = (struct bench_limits){.flops = multiply_adds(compute_threads()),
                                      .flops_one_thread = multiply_adds(1),
                                      .read_bytes = 4.0 * FLOATS / read,
                                      .write_bytes = 4.0 * FLOATS / write};
    measures_add(&b->measures, "limits", "this machine", "multiply-adds, all threads", "GFlop/s",
                 b->limits.flops / 1e9);
    measures_add(&b->measures, "limits", "this machine", "multiply-adds, one thread", "GFlop/s",
                 b->limits.flops_one_thread / 1e9);
    measures_add(&b->measures, "limits", "this machine", "memory read", "GB/s",
                 b->limits.read_bytes / 1e9);
    measures_add(&b->measures, "limits", "this machine", "memory written", "GB/s",
                 b->limits.write_bytes / 1e9);
    return 0;
}
