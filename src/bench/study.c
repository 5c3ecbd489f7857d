/*
 * The study's first table: of each model the loss of 20 texts of 64 tokens as it is, after uniform
 * 4-bit and after tiers with the exact cut, opening and quantization included. Against three
 * floors, which are gone through right after.
 */
#include "base/clock.h"
#include "bench/bench.h"
#include "bench/floor.h"
#include "bench/memory.h"
#include "bench/method.h"
#include "bench/random.h"
#include "evaluate/evaluate.h"

/* What two methods and three forward passes took, then what the floors did. */
struct seconds {
    double forward, quantize, total, floors;
    double peak_mib; /* before the floors */
};

static int score(struct seconds *t, const struct gpt2 *m, const struct sequences *s, struct err *e)
{
    struct losses l = {0};
    double start = clock_s();
    int status = losses_of_texts(&l, m, s, BENCH_LENGTH, true, NULL, e);
    t->forward += clock_s() - start;
    losses_release(&l);
    return status;
}

static int quantize_and_score(struct seconds *t, const struct gpt2 *base, const char *method,
                              const struct sequences *s, struct err *e)
{
    static const char *const defaults[] = {NULL};
    struct bench_method m;
    struct gpt2 variant = {0};
    struct bill bill;
    if (bench_method_init(&m, method, defaults, e)) {
        return -1;
    }
    double start = clock_s();
    int status = bench_method_model(&variant, &bill, &m, base, e);
    t->quantize += clock_s() - start;
    if (!status) {
        status = score(t, &variant, s, e);
    }
    gpt2_close(&variant);
    return status;
}

static int three_floors(struct seconds *t, const struct gpt2 *m, size_t texts, struct err *e)
{
    struct floor f;
    if (floor_init(&f, m, texts, BENCH_LENGTH, e)) {
        return -1;
    }
    double start = clock_s();
    for (int i = 0; i < 3; i++) {
        floor_run(&f);
    }
    t->floors = clock_s() - start;
    floor_release(&f);
    return 0;
}

/* Opening is part of it. */
static int row_of(struct seconds *t, const char *path, size_t texts, struct err *e)
{
    struct gpt2 m = {0};
    struct sequences s = {0};
    *t = (struct seconds){0};
    memory_peak_begin();
    double start = clock_s();
    int status = gpt2_open(&m, path, e) || gpt2_load(&m, e) ||
                         random_texts(&s, texts, BENCH_LENGTH, m.config.V, e) ||
                         score(t, &m, &s, e) || quantize_and_score(t, &m, "uniform", &s, e) ||
                         quantize_and_score(t, &m, "tiers", &s, e)
                     ? -1
                     : 0;
    t->total = clock_s() - start;
    t->peak_mib = memory_peak_mib();
    if (!status) {
        status = three_floors(t, &m, texts, e);
    }
    sequences_release(&s);
    gpt2_close(&m);
    return status;
}

int bench_study(struct bench *b, struct err *e)
{
    double all_s = 0, all_floors_s = 0;
    for (size_t i = 0; i < b->n_models; i++) {
        struct seconds t;
        char name[64];
        bench_model_name(name, sizeof name, b->models[i]);
        b->tell("study", name);
        if (row_of(&t, b->models[i], b->texts[0], e)) {
            return -1;
        }
        measures_add(&b->measures, "study", name, "forward passes", "s", t.forward);
        measures_add(&b->measures, "study", name, "quantization", "s", t.quantize);
        measures_add(&b->measures, "study", name, "in all", "s", t.total);
        measures_add(&b->measures, "study", name, "over three floors", "", t.total / t.floors);
        measures_add(&b->measures, "study", name, "peak memory", "MiB", t.peak_mib);
        all_s += t.total;
        all_floors_s += t.floors;
    }
    measures_add(&b->measures, "study", "all of these", "in all", "s", all_s);
    measures_add(&b->measures, "study", "all of these", "over three floors", "",
                 all_s / all_floors_s);
    return 0;
}
