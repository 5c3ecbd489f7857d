/*
 * How fast the forward pass with its losses is, against the floor of the same shapes. Official
 * shapes that no model of the run has are listed as not measured.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bench/bench.h"
#include "bench/floor.h"
#include "bench/memory.h"
#include "bench/random.h"
#include "evaluate/evaluate.h"
#include "model/synth.h"

enum { RUNS_MIN = 2, RUNS_MAX = 7 };
static const double enough_s = 12; /* no further run after so long */

struct times {
    double floor_s, forward_s, peak_mib;
};

static int forward_once(double *seconds, const struct gpt2 *m, const struct sequences *s,
                        struct err *e)
{
    struct losses l = {0};
    double start = clock_s();
    int status = losses_of_texts(&l, m, s, BENCH_LENGTH, false, NULL, e);
    *seconds = clock_s() - start;
    losses_release(&l);
    return status;
}

/* Memory first, while there is no floor in it; that run also brings the weights in. */
static int measure(struct times *t, double *work, const struct gpt2 *m, const struct sequences *s,
                   struct err *e)
{
    struct floor f = {0};
    double begin = clock_s(), seconds = 0;
    *t = (struct times){INFINITY, INFINITY, (double)NAN};
    memory_peak_begin();
    int status = forward_once(&seconds, m, s, e);
    t->peak_mib = memory_peak_mib();
    if (status || floor_init(&f, m, s->n, BENCH_LENGTH, e)) {
        return -1;
    }
    for (int i = 0; i < RUNS_MAX && (i < RUNS_MIN || clock_s() - begin < enough_s) && !status;
         i++) {
        double start = clock_s();
        floor_run(&f);
        t->floor_s = fmin(t->floor_s, clock_s() - start);
        status = forward_once(&seconds, m, s, e);
        t->forward_s = fmin(t->forward_s, seconds);
    }
    *work = floor_flops(&f);
    floor_release(&f);
    return status;
}

static void add_numbers(struct measures *r, const char *subject, const struct times *t,
                        double tokens, double work)
{
    measures_add(r, "forward", subject, "floor", "s", t->floor_s);
    measures_add(r, "forward", subject, "forward + loss", "s", t->forward_s);
    measures_add(r, "forward", subject, "over the floor", "", t->forward_s / t->floor_s);
    measures_add(r, "forward", subject, "tokens", "1/s", tokens / t->forward_s);
    measures_add(r, "forward", subject, "speed", "GFlop/s", work / t->forward_s / 1e9);
    measures_add(r, "forward", subject, "peak memory", "MiB", t->peak_mib);
}

/* Every weight is read once, at the least: 4 bytes. */
static void add_point(struct bench *b, const struct gpt2 *m, const char *subject, double work,
                      double seconds)
{
    measures_add(&b->measures, "roofline", subject, "intensity", "Flop/byte",
                 work / (4 * (double)gpt2_parameters(m)));
    measures_add(&b->measures, "roofline", subject, "speed", "GFlop/s", work / seconds / 1e9);
}

static int forward_of(struct bench *b, const struct gpt2 *m, const char *name, size_t texts,
                      struct err *e)
{
    struct sequences s = {0};
    struct times t;
    double work = 0;
    char subject[64];
    snprintf(subject, sizeof subject, "%.40s, %zu × %d", name, texts, BENCH_LENGTH);
    b->tell("forward", subject);
    int status =
        random_texts(&s, texts, BENCH_LENGTH, m->config.V, e) || measure(&t, &work, m, &s, e) ? -1
                                                                                              : 0;
    if (!status) {
        add_numbers(&b->measures, subject, &t, (double)(texts * BENCH_LENGTH), work);
        if (texts == b->texts[0]) {
            add_point(b, m, subject, work, t.forward_s);
        }
    }
    sequences_release(&s);
    return status;
}

static bool is_given(const struct bench *b, const char *shape)
{
    char name[64];
    for (size_t i = 0; i < b->n_models; i++) {
        bench_model_name(name, sizeof name, b->models[i]);
        if (strcmp(name, shape) == 0) {
            return true;
        }
    }
    return false;
}

int bench_forward(struct bench *b, struct err *e)
{
    const struct times nothing = {(double)NAN, (double)NAN, (double)NAN};
    for (size_t i = 0; i < b->n_models; i++) {
        struct gpt2 m = {0};
        char name[64];
        bench_model_name(name, sizeof name, b->models[i]);
        int status = gpt2_open(&m, b->models[i], e) || gpt2_load(&m, e) ? -1 : 0;
        for (size_t k = 0; k < b->n_texts && !status; k++) {
            status = forward_of(b, &m, name, b->texts[k], e);
        }
        gpt2_close(&m);
        if (status) {
            return -1;
        }
    }
    for (const struct synth_shape *s = synth_shapes; s->name; s++) {
        if (!is_given(b, s->name)) {
            add_numbers(&b->measures, s->name, &nothing, 0, 0);
        }
    }
    return 0;
}
