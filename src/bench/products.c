/* OpenBLAS' products at the shapes of a forward pass: what the floor is made of. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bench/bench.h"
#include "bench/random.h"
#include "evaluate/evaluate.h"
#include "model/gpt2.h"
#include "tensor/matmul.h"

enum { RUNS = 5 };

/* x_mk · w_kn, or w_nk transposed. */
struct product {
    const char *what;
    size_t m, k, n;
    bool transposed;
};

static double product_s(const struct product *p, float *out, const float *x, const float *w)
{
    double best = INFINITY;
    for (int i = 0; i < RUNS; i++) {
        double start = clock_s();
        if (p->transposed) {
            matmul_transposed(out, p->n, x, p->k, w, p->k, p->m, p->k, p->n, 1);
        } else {
            matmul(out, p->n, x, p->k, w, p->n, p->m, p->k, p->n, 1, 0);
        }
        best = fmin(best, clock_s() - start);
    }
    return best;
}

static int measure(struct bench *b, const char *model, const struct product *p, struct err *e)
{
    char subject[64];
    float *out = mem_floats(p->m * p->n, e), *x = mem_floats(p->m * p->k, e);
    float *w = mem_floats(p->k * p->n, e);
    snprintf(subject, sizeof subject, "%.24s, %s, %zu × %zu × %zu", model, p->what, p->m, p->k,
             p->n);
    int status = out && x && w ? 0 : -1;
    if (!status) {
        random_weights(x, p->m * p->k, 0);
        random_weights(w, p->k * p->n, 1);
        double work = 2.0 * (double)p->m * (double)p->k * (double)p->n;
        double speed = work / product_s(p, out, x, w);
        measures_add(&b->measures, "products", subject, "speed", "GFlop/s", speed / 1e9);
        measures_add(&b->measures, "products", subject, "of the peak", "%",
                     100 * speed / b->limits.flops);
    }
    free(out);
    free(x);
    free(w);
    return status;
}

int bench_products(struct bench *b, struct err *e)
{
    for (size_t i = 0; i < b->n_models; i++) {
        struct gpt2 m = {0};
        char name[64];
        bench_model_name(name, sizeof name, b->models[i]);
        b->tell("products", name);
        if (gpt2_open(&m, b->models[i], e)) {
            return -1;
        }
        size_t rows = b->texts[0] * BENCH_LENGTH, C = (size_t)m.config.C, F = (size_t)m.config.F;
        gpt2_close(&m);
        const struct product products[] = {{"attention in", rows, C, 3 * C, false},
                                           {"attention out", rows, C, C, false},
                                           {"MLP in", rows, C, F, false},
                                           {"MLP out", rows, F, C, false},
                                           {"head", rows, C, HEAD_COLUMNS, true}};
        for (size_t k = 0; k < sizeof products / sizeof *products; k++) {
            if (measure(b, name, &products[k], e)) {
                return -1;
            }
        }
    }
    return 0;
}
