#include "gradients.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void keep(void *context, int tensor, size_t row, size_t rows, size_t text, const float *g)
{
    struct gradients *to = context;
    const struct gpt2_tensor *t = &to->m->tensors[tensor];
    memcpy(to->of_t[tensor] + text * t->n + row * t->cols, g, rows * t->cols * sizeof *g);
}

void gradients_compute(struct gradients *g, const struct gpt2 *m, const struct sequences *s,
                       const bool *wanted_t)
{
    struct err e;
    struct batch b = {.n_texts = s->n};
    struct gradient_sink sink = {.take = keep, .context = g, .wanted_t = wanted_t};
    *g = (struct gradients){.m = m, .n_texts = s->n};
    g->of_t = mem_new((size_t)m->n_tensors, sizeof *g->of_t, &e);
    g->loss_nats = mem_new(s->n, sizeof *g->loss_nats, &e);
    b.texts = mem_new(s->n, sizeof *b.texts, &e);
    for (int t = 0; t < m->n_tensors; t++) {
        g->of_t[t] = mem_floats(s->n * m->tensors[t].n, &e);
        for (size_t i = 0; i < s->n * m->tensors[t].n; i++) {
            g->of_t[t][i] = NAN;
        }
    }
    for (size_t i = 0; i < s->n; i++) {
        size_t n = s->start[i + 1] - s->start[i];
        b.texts[i] = (struct batch_text){.ids = s->ids + s->start[i], .n_text = n, .n_total = n};
    }
    cr_assert(batch_layout(&b, &e) == 0, "%s", e.text);
    cr_assert(backward(g->loss_nats, m, &b, &sink, &e) == 0, "%s", e.text);
    batch_release(&b);
    free(b.texts);
}

const float *gradient_of(const struct gradients *g, int tensor, size_t text)
{
    return g->of_t[tensor] + text * g->m->tensors[tensor].n;
}

void gradients_release(struct gradients *g)
{
    for (int t = 0; t < g->m->n_tensors; t++) {
        free(g->of_t[t]);
    }
    free(g->of_t);
    free(g->loss_nats);
}
