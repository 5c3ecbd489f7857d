#include "bench/forward.h"

#include <math.h>

#include "base/clock.h"
#include "bench/floor.h"
#include "bench/random.h"
#include "evaluate/evaluate.h"
#include "tensor/matmul.h"

enum { LENGTH = 64, RUNS_MIN = 3, RUNS_MAX = 7 };
static const double enough_s = 20; /* no further run after so long */

static int measure(double *floor_s, double *forward_s, struct floor *f, const struct sequences *s,
                   struct err *e)
{
    double begin = clock_s();
    *floor_s = *forward_s = INFINITY;
    for (int i = 0; i < RUNS_MAX && (i < RUNS_MIN || clock_s() - begin < enough_s); i++) {
        struct losses l = {0};
        double start = clock_s();
        floor_run(f);
        double middle = clock_s();
        int status = losses_of_texts(&l, f->m, s, LENGTH, false, NULL, e);
        double end = clock_s();
        losses_release(&l);
        if (status) {
            return -1;
        }
        *floor_s = fmin(*floor_s, middle - start);
        *forward_s = fmin(*forward_s, end - middle);
    }
    return 0;
}

int bench_forward(struct buf *out, const struct gpt2 *m, size_t texts, struct err *e)
{
    struct floor f = {0};
    struct sequences s = {0};
    double floor_s, forward_s;
    int status = floor_init(&f, m, texts, LENGTH, e) ||
                         random_texts(&s, texts, LENGTH, m->config.V, e) ||
                         measure(&floor_s, &forward_s, &f, &s, e)
                     ? -1
                     : 0;
    if (!status) {
        double rows = (double)(texts * LENGTH), work = floor_flops(&f);
        buf_addf(out, "forward + loss, %zu × %d tokens, %d threads, BLAS core %s\n", texts, LENGTH,
                 compute_threads(), blas_core());
        buf_addf(out, "  floor            %8.4f s  %7.1f GFlop/s (products and log-sum-exp)\n",
                 floor_s, work / floor_s / 1e9);
        buf_addf(out, "  forward + loss   %8.4f s  %7.1f GFlop/s  %9.0f tokens/s\n", forward_s,
                 work / forward_s / 1e9, rows / forward_s);
        buf_addf(out, "  %.3f times the floor\n", forward_s / floor_s);
    }
    floor_release(&f);
    sequences_release(&s);
    return status;
}
