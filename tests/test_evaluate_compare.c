/* losses_compute with a baseline: the divergence of two models, against a naive one in double. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "model/forward.h"
#include "quantized.h"
#include "support.h"
#include "tensor/matmul.h"

enum { LENGTH = 24, TEXTS = 3 };

static int ids[TEXTS * LENGTH];
static size_t starts[] = {0, 24, 41, 72};
static const struct sequences texts = {.ids = ids, .start = starts, .n = TEXTS};

/* A model and its head cut to 3 bits. */
static void open_pair(struct gpt2 *m, struct gpt2 *variant)
{
    const struct method_kind *kind = run_method_named("uniform");
    struct params p;
    struct bill bill;
    struct err e;
    for (int i = 0; i < TEXTS * LENGTH; i++) {
        ids[i] = (i * 131 + 7) % 8000;
    }
    cr_assert(compute_init(0, &e) == 0);
    cr_assert(gpt2_open(m, source_path("data/models/books-1m.h5"), &e) == 0 &&
                  gpt2_load(m, &e) == 0,
              "%s", e.text);
    params_init(&p, &kind->schema);
    int row = schema_find(&kind->schema, "bits");
    cr_assert(value_parse(&p.values[row], kind->schema.rows[row], "3", &e) == 0);
    cr_assert(params_complete(&p, &e) == 0);
    cr_assert(quantized_variant(variant, &bill, m, kind, &p, 0, &e) == 0, "%s", e.text);
}

static struct losses compare(const struct gpt2 *m, const struct gpt2 *base, bool padded)
{
    struct windows w = windows_of_texts(&texts, 2 * LENGTH, padded);
    struct losses l;
    struct err e;
    cr_assert(losses_compute(&l, m, base, NULL, &w, NULL, &e) == 0, "%s", e.text);
    cr_assert(l.compared);
    return l;
}

/* Logits of one position, in double from the 32-bit states. */
static void logits(double *out, const struct gpt2 *m, const float *hidden_c)
{
    size_t C = (size_t)m->config.C;
    const float *wte_vc = m->tensors[m->wte].f32;
    for (size_t v = 0; v < (size_t)m->config.V; v++) {
        double sum = 0;
        for (size_t c = 0; c < C; c++) {
            sum += (double)hidden_c[c] * wte_vc[v * C + c];
        }
        out[v] = sum;
    }
}

static double log_sum_exp(const double *x, size_t n)
{
    double max = x[0], sum = 0;
    for (size_t i = 1; i < n; i++) {
        max = fmax(max, x[i]);
    }
    for (size_t i = 0; i < n; i++) {
        sum += exp(x[i] - max);
    }
    return max + log(sum);
}

static size_t top(const double *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        best = x[i] > x[best] ? i : best;
    }
    return best;
}

/* States of the first text. */
static float *states(const struct gpt2 *m)
{
    struct batch_text text = {.ids = ids, .n_text = LENGTH, .n_total = LENGTH};
    struct batch b = {.texts = &text, .n_texts = 1};
    struct err e;
    float *hidden = malloc(LENGTH * (size_t)m->config.C * sizeof *hidden);
    cr_assert(hidden && batch_layout(&b, &e) == 0 && forward(hidden, m, &b, &e) == 0);
    batch_release(&b);
    return hidden;
}

Test(evaluate_compare, is_the_divergence_of_the_definition)
{
    struct gpt2 m, variant;
    open_pair(&m, &variant);
    struct losses l = compare(&variant, &m, false);
    size_t V = (size_t)m.config.V, C = (size_t)m.config.C;
    float *own = states(&variant), *base = states(&m);
    double *p = malloc(V * sizeof *p), *q = malloc(V * sizeof *q);
    cr_assert(p && q);
    for (size_t t = 0; t + 1 < LENGTH; t++) {
        logits(p, &m, base + t * C);
        logits(q, &variant, own + t * C);
        double zp = log_sum_exp(p, V), zq = log_sum_exp(q, V), kl = 0;
        for (size_t v = 0; v < V; v++) {
            kl += exp(p[v] - zp) * ((p[v] - zp) - (q[v] - zq));
        }
        const struct token_score *s = &l.tokens[t];
        size_t target = (size_t)ids[t + 1];
        /* The logits are 32-bit floats; how many last bits are lost depends on the core of BLAS. */
        cr_assert(fabs(s->kl - kl) < 2e-5, "token %zu: %.9f and %.9f", t, s->kl, kl);
        cr_assert(fabs(s->nll - (zq - q[target])) < 1e-5);
        cr_assert(fabs(s->baseline_nll - (zp - p[target])) < 1e-5);
        cr_assert(s->top1_agrees == (top(p, V) == top(q, V)), "token %zu", t);
    }
    free(own);
    free(base);
    free(p);
    free(q);
    losses_release(&l);
    gpt2_close(&variant);
    gpt2_close(&m);
}

Test(evaluate_compare, a_model_is_nothing_away_from_itself)
{
    struct gpt2 m, variant, again;
    struct err e;
    open_pair(&m, &variant);
    cr_assert(gpt2_open(&again, source_path("data/models/books-1m.h5"), &e) == 0 &&
              gpt2_load(&again, &e) == 0);
    /* Once by another handle, through both passes, once by the same, through one. */
    for (int same = 0; same < 2; same++) {
        struct losses l = compare(&m, same ? &m : &again, true);
        for (size_t t = 0; t < l.start[l.n]; t++) {
            cr_assert(l.tokens[t].kl == 0 && l.tokens[t].top1_agrees &&
                          l.tokens[t].nll == l.tokens[t].baseline_nll,
                      "token %zu", t);
        }
        losses_release(&l);
    }
    gpt2_close(&again);
    gpt2_close(&variant);
    gpt2_close(&m);
}

Test(evaluate_compare, a_baseline_changes_no_byte_of_the_losses_nor_do_threads)
{
    struct gpt2 m, variant;
    struct err e;
    open_pair(&m, &variant);
    struct windows w = windows_of_texts(&texts, 2 * LENGTH, true);
    struct losses alone, first = {0};
    cr_assert(losses_compute(&alone, &variant, NULL, NULL, &w, NULL, &e) == 0, "%s", e.text);
    for (int threads = 1; threads < 8; threads += 3) {
        omp_set_num_threads(threads);
        struct losses l = compare(&variant, &m, true);
        for (size_t t = 0; t < l.start[l.n]; t++) {
            cr_assert(l.tokens[t].nll == alone.tokens[t].nll, "token %zu", t);
            cr_assert(!first.n || l.tokens[t].kl == first.tokens[t].kl, "token %zu", t);
            cr_assert(l.tokens[t].kl > 0);
        }
        if (!first.n) {
            first = l;
        } else {
            losses_release(&l);
        }
    }
    losses_release(&first);
    losses_release(&alone);
    gpt2_close(&variant);
    gpt2_close(&m);
}

Test(evaluate_compare, kept_states_change_no_byte)
{
    struct gpt2 m, variant;
    struct err e;
    open_pair(&m, &variant);
    for (int way = 0; way < 4; way++) {
        int by_itself = way % 2;
        struct windows w = windows_of_texts(&texts, 2 * LENGTH, true);
        struct kept_states kept = {.with_logits = way / 2};
        struct losses plain = compare(&variant, &m, true), l;
        for (int pass = 0; pass < 2; pass++) { /* fills them, then uses them */
            const struct gpt2 *scored = by_itself && pass == 0 ? &m : &variant;
            cr_assert(losses_compute(&l, scored, &m, &kept, &w, NULL, &e) == 0, "%s", e.text);
            cr_assert(kept.full);
            for (size_t t = 0; t < l.start[l.n] && scored == &variant; t++) {
                cr_assert(l.tokens[t].kl == plain.tokens[t].kl &&
                              l.tokens[t].nll == plain.tokens[t].nll &&
                              l.tokens[t].baseline_nll == plain.tokens[t].baseline_nll,
                          "token %zu", t);
            }
            losses_release(&l);
        }
        kept_states_release(&kept);
        losses_release(&plain);
    }
    gpt2_close(&variant);
    gpt2_close(&m);
}

/* Weights may be finite and their sums not: then there is no loss, and no divergence of 0. */
Test(evaluate_compare, losses_that_overflow_are_an_error_that_names_model_and_text)
{
    struct gpt2 m, variant, *pair[] = {&m, &variant};
    struct losses l;
    struct err e;
    open_pair(&m, &variant);
    size_t n = m.tensors[m.ln_f_bias].n;
    float *huge = mem_floats(n, &e);
    cr_assert(huge != NULL);
    for (size_t i = 0; i < n; i++) {
        huge[i] = i % 2 ? 3e38f : -3e38f;
    }
    gpt2_replace(&variant, m.ln_f_bias, huge);
    free(variant.path);
    variant.path = mem_string("huge.h5", &e);
    for (int padded = 0; padded < 2; padded++) {
        for (int own = 0; own < 2; own++) {
            struct windows w = windows_of_texts(&texts, 2 * LENGTH, padded);
            cr_assert(losses_compute(&l, pair[own], pair[!own], NULL, &w, NULL, &e) == -1);
            cr_assert(strstr(e.text, "huge.h5 gives text 1 a loss that is not finite"), "%s",
                      e.text);
        }
    }
    gpt2_close(&variant);
    gpt2_close(&m);
}
