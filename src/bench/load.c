/* Opening a model file, and making its weights ready: what stands before any use of it. */
#include <math.h>

#include "base/clock.h"
#include "bench/bench.h"
#include "model/gpt2.h"

enum { RUNS = 5 };

static int measure(double *open_s, double *load_s, const char *path, struct err *e)
{
    *open_s = *load_s = INFINITY;
    for (int i = 0; i < RUNS; i++) {
        struct gpt2 m = {0};
        double start = clock_s();
        int status = gpt2_open(&m, path, e);
        double middle = clock_s();
        status = status || gpt2_load(&m, e) ? -1 : 0;
        double end = clock_s();
        gpt2_close(&m);
        if (status) {
            return -1;
        }
        *open_s = fmin(*open_s, middle - start);
        *load_s = fmin(*load_s, end - middle);
    }
    return 0;
}

int bench_load(struct bench *b, struct err *e)
{
    for (size_t i = 0; i < b->n_models; i++) {
        char name[64];
        double open_s, load_s;
        bench_model_name(name, sizeof name, b->models[i]);
        b->tell("load", name);
        if (measure(&open_s, &load_s, b->models[i], e)) {
            return -1;
        }
        measures_add(&b->measures, "load", name, "open", "ms", 1e3 * open_s);
        measures_add(&b->measures, "load", name, "weights ready", "ms", 1e3 * load_s);
    }
    return 0;
}
