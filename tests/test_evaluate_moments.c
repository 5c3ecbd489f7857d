/* evaluate: second moments of inputs against what a probe sees, and what they predict. */
#include "evaluate/moments.h"

#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "model/forward.h"
#include "naive_gpt2.h"
#include "support.h"
#include "tensor/matmul.h"

enum { TENSORS = 28, TEXTS = 3, POSITIONS = 22 };

static int ids[] = {3, 7, 3, 0, 19, 7, 7, 12, 5, 3, 1, 2, 18, 9, 3, 4, /**/ 6, /**/ 8, 8, 0, 8, 5};
static size_t start[] = {0, 16, 17, POSITIONS};
static const struct sequences three = {.ids = ids, .start = start, .n = TEXTS};

static void start_threads(int n)
{
    struct err e;
    cr_assert(compute_init(n, &e) == 0, "%s", e.text);
}

/* A probe that adds up in the plainest way: one thread, x·xᵀ in double. */
struct plain {
    double full[TENSORS][32 * 32];
};

static void add_plainly(void *context, int tensor, const float *x, size_t k, const struct batch *b)
{
    struct plain *p = context;
#pragma omp single
    for (size_t r = 0; r < b->rows; r++) {
        for (size_t i = 0; i < k * k; i++) {
            p->full[tensor][i] += (double)x[r * k + i / k] * x[r * k + i % k] / (double)b->rows;
        }
    }
}

/* Runs the plain probe; `hidden` gets what the forward pass gives. */
static void run_plain(struct plain *p, float *hidden, const struct gpt2 *m, bool probed)
{
    struct batch_text texts[TEXTS];
    struct batch b = {.texts = texts, .n_texts = TEXTS};
    struct input_probe probe = {add_plainly, p};
    struct err e;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t n = start[i + 1] - start[i];
        texts[i] = (struct batch_text){.ids = ids + start[i], .n_text = n, .n_total = n};
    }
    cr_assert(batch_layout(&b, &e) == 0, "%s", e.text);
    int status = probed ? forward_probed(hidden, m, &b, &probe, &e) : forward(hidden, m, &b, &e);
    cr_assert(status == 0, "%s", e.text);
    batch_release(&b);
}

static void ask(enum moment_kind *kind_t, const struct gpt2 *m, enum moment_kind kind)
{
    for (int t = 0; t < m->n_tensors; t++) {
        kind_t[t] = gpt2_in_scope(&m->tensors[t], SCOPE_ALL) ? kind : MOMENT_NONE;
    }
}

Test(evaluate_moments, of_every_matrix_as_a_plain_probe_adds_them_up)
{
    static struct plain p;
    float hidden[POSITIONS * 8], alone[POSITIONS * 8];
    enum moment_kind kind_t[TENSORS];
    struct gpt2 m;
    struct moments mo;
    struct err e;
    int seen = 0;
    start_threads(2);
    random_tiny_model(&m, 21);
    run_plain(&p, hidden, &m, true);
    run_plain(NULL, alone, &m, false);
    cr_assert(memcmp(hidden, alone, sizeof hidden) == 0, "looking on changes the result");
    ask(kind_t, &m, MOMENT_FULL);
    cr_assert(moments_compute(&mo, &m, &three, kind_t, NULL, &e) == 0, "%s", e.text);
    cr_assert(mo.positions == POSITIONS);
    for (int t = 0; t < TENSORS; t++) {
        size_t k = mo.of[t].k;
        seen += k > 0;
        for (size_t i = 0; i < k * k; i++) {
            double expected = p.full[t][i];
            cr_assert(fabs(mo.of[t].full_kk[i] - expected) < 1e-6 * (1 + fabs(expected)),
                      "%s: element %zu is %g, not %g", m.tensors[t].name, i, mo.of[t].full_kk[i],
                      expected);
        }
        for (size_t i = 0; i < k; i++) {
            double expected = p.full[t][i * k + i];
            cr_assert(fabs(mo.of[t].mean_square_k[i] - expected) < 1e-12 * (1 + expected),
                      "%s: channel %zu", m.tensors[t].name, i);
        }
    }
    cr_assert(seen == 9, "%d tensors have moments", seen);
    moments_release(&mo);
    gpt2_close(&m);
}

/* Widths that tiles do not divide (96, 384), and more positions than a batch. */
Test(evaluate_moments, no_thread_count_changes_a_byte)
{
    enum { MANY = 37, LENGTH = 61 };
    static int drawn[MANY * LENGTH];
    static size_t at[MANY + 1];
    struct sequences s = {.ids = drawn, .start = at, .n = MANY};
    enum moment_kind kind_t[64];
    struct gpt2 m;
    struct moments first = {0}, mo;
    struct err e;
    struct rng r = rng_stream(8, 0, RNG_TEST);
    start_threads(1);
    cr_assert(gpt2_open(&m, source_path("data/models/books-1m.h5"), &e) == 0, "%s", e.text);
    cr_assert(gpt2_load(&m, &e) == 0, "%s", e.text);
    for (int i = 0; i < MANY * LENGTH; i++) {
        drawn[i] = (int)rng_below(&r, 8000);
        at[i / LENGTH + 1] = (size_t)(i / LENGTH + 1) * LENGTH;
    }
    ask(kind_t, &m, MOMENT_FULL);
    for (int threads = 1; threads <= 16; threads = threads * 2 + 1) {
        omp_set_num_threads(threads);
        cr_assert(moments_compute(&mo, &m, &s, kind_t, NULL, &e) == 0, "%s", e.text);
        if (threads == 1) {
            first = mo;
            continue;
        }
        for (int t = 0; t < m.n_tensors; t++) {
            size_t k = mo.of[t].k;
            cr_assert(k == 0 || (memcmp(mo.of[t].full_kk, first.of[t].full_kk,
                                        k * k * sizeof(double)) == 0 &&
                                 memcmp(mo.of[t].mean_square_k, first.of[t].mean_square_k,
                                        k * sizeof(double)) == 0),
                      "%d threads: %s", threads, m.tensors[t].name);
            for (size_t i = 0; i < k; i++) {
                double full = mo.of[t].full_kk[i * k + i], channel = mo.of[t].mean_square_k[i];
                cr_assert(fabs(full - channel) < 1e-5 * channel, "%s: channel %zu is %g and %g",
                          m.tensors[t].name, i, full, channel);
                cr_assert(mo.of[t].full_kk[i] == mo.of[t].full_kk[i * k], "not symmetric");
            }
        }
        moments_release(&mo);
    }
    moments_release(&first);
    gpt2_close(&m);
}

static void assert_refused(const struct gpt2 *m, const struct sequences *s,
                           const enum moment_kind *kind_t, const char *part)
{
    struct moments mo;
    struct err e;
    cr_assert(moments_compute(&mo, m, s, kind_t, NULL, &e) == -1, "not refused: %s", part);
    cr_assert(strstr(e.text, part) != NULL && mo.of == NULL, "%s", e.text);
}

Test(evaluate_moments, channels_alone_take_no_square_and_vectors_have_none)
{
    enum moment_kind kind_t[TENSORS];
    struct gpt2 m;
    struct moments mo;
    struct err e;
    size_t long_start[] = {0, 17}, empty_start[] = {0, 0};
    struct sequences beyond = {.ids = ids, .start = long_start, .n = 1};
    struct sequences empty = {.ids = ids, .start = empty_start, .n = 1}, none = {.n = 0};
    start_threads(2);
    random_tiny_model(&m, 22);
    ask(kind_t, &m, MOMENT_CHANNELS);
    cr_assert(moments_compute(&mo, &m, &three, kind_t, NULL, &e) == 0, "%s", e.text);
    cr_assert(mo.of[m.wte].mean_square_k && !mo.of[m.wte].full_kk && mo.of[m.wte].k == 8);
    cr_assert(mo.of[m.layers[0].mlp_c_proj_weight].k == 32);
    moments_release(&mo);
    assert_refused(&m, &beyond, kind_t, "text 1 has 17 tokens, but tiny takes 1 to 16");
    assert_refused(&m, &empty, kind_t, "text 1 has 0 tokens");
    assert_refused(&m, &none, kind_t, "no calibration texts");
    kind_t[m.wpe] = MOMENT_CHANNELS;
    assert_refused(&m, &three, kind_t, "wpe.weight of tiny is not a matrix");
    gpt2_close(&m);
}
