/* The forward pass on 1, 2, 4, … threads, up to all. */
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "bench/bench.h"
#include "bench/random.h"
#include "evaluate/evaluate.h"
#include "model/gpt2.h"
#include "tensor/matmul.h"

static const double long_s = 5; /* a run that took so long is not repeated */

static int best_of_two(double *best, const struct gpt2 *m, const struct sequences *s, struct err *e)
{
    *best = INFINITY;
    for (int i = 0; i < 2 && (i == 0 || *best < long_s); i++) {
        struct losses l = {0};
        double start = clock_s();
        int status = losses_of_texts(&l, m, s, BENCH_LENGTH, false, NULL, e);
        *best = fmin(*best, clock_s() - start);
        losses_release(&l);
        if (status) {
            return -1;
        }
    }
    return 0;
}

/* 1, 2, 4, … and then all of them. */
static int next_threads(int threads, int all)
{
    return threads < all && 2 * threads > all ? all : 2 * threads;
}

static int scale(struct bench *b, const struct gpt2 *m, const char *name, const struct sequences *s,
                 struct err *e)
{
    int all = compute_threads(), status = 0;
    double one = 0, seconds;
    for (int threads = 1; threads <= all && !status; threads = next_threads(threads, all)) {
        char subject[64];
        snprintf(subject, sizeof subject, "%.40s, threads: %d", name, threads);
        b->tell("scaling", subject);
        compute_set_threads(threads);
        status = best_of_two(&seconds, m, s, e);
        one = threads == 1 ? seconds : one;
        if (!status) {
            measures_add(&b->measures, "scaling", subject, "forward + loss", "s", seconds);
            measures_add(&b->measures, "scaling", subject, "times one thread's speed", "",
                         one / seconds);
        }
    }
    compute_set_threads(all);
    return status;
}

int bench_scaling(struct bench *b, struct err *e)
{
    for (size_t i = 0; i < b->n_models; i++) {
        struct gpt2 m = {0};
        struct sequences s = {0};
        char name[64];
        bench_model_name(name, sizeof name, b->models[i]);
        int status = gpt2_open(&m, b->models[i], e) || gpt2_load(&m, e) ||
                             random_texts(&s, b->texts[0], BENCH_LENGTH, m.config.V, e) ||
                             scale(b, &m, name, &s, e)
                         ? -1
                         : 0;
        sequences_release(&s);
        gpt2_close(&m);
        if (status) {
            return -1;
        }
    }
    return 0;
}
