/* model: every gradient of a small model against differences in double; what must not change. */
#include "model/backward.h"

#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "evaluate/evaluate.h"
#include "gradients.h"
#include "naive_gpt2.h"
#include "support.h"
#include "tensor/matmul.h"

/* Ids come again within a text, so rows of the embedding get several shares. */
static int ids[] = {3, 7, 3, 0, 19, 7, 7, 12, 5, 3, 1, 2, 18, 9, 3, 4, /**/ 6, 5, /**/ 8, 8, 0, 8};
static size_t start[] = {0, 16, 18, 22};
static const struct sequences three = {.ids = ids, .start = start, .n = 3};

static void start_threads(int n)
{
    struct err e;
    cr_assert(compute_init(n, &e) == 0, "%s", e.text);
}

Test(model_backward, every_gradient_is_the_slope_of_the_loss)
{
    struct gpt2 m;
    struct gradients g;
    const double step = 1e-4;
    start_threads(2);
    random_tiny_model(&m, 1);
    gradients_compute(&g, &m, &three, NULL);
    for (size_t text = 0; text < three.n; text++) {
        const int *of = ids + start[text];
        size_t n = start[text + 1] - start[text];
        double loss = naive_gpt2_loss(&m, of, n, -1, 0, 0);
        cr_assert(fabs(g.loss_nats[text] - loss) < 1e-4, "text %zu: loss %.7f, not %.7f", text,
                  g.loss_nats[text], loss);
        for (int t = 0; t < m.n_tensors; t++) {
            const float *gradient = gradient_of(&g, t, text);
            for (size_t i = 0; i < m.tensors[t].n; i++) {
                double up = naive_gpt2_loss(&m, of, n, t, i, step);
                double slope = (up - naive_gpt2_loss(&m, of, n, t, i, -step)) / (2 * step);
                cr_assert(fabs(gradient[i] - slope) < 1e-3 * fabs(slope) + 2e-5,
                          "text %zu, %s, weight %zu: %.7f, not %.7f", text, m.tensors[t].name, i,
                          (double)gradient[i], slope);
            }
        }
    }
    gradients_release(&g);
    gpt2_close(&m);
}

static void assert_same(const struct gradients *a, size_t text_a, const struct gradients *b,
                        size_t text_b, const char *what)
{
    cr_assert(memcmp(&a->loss_nats[text_a], &b->loss_nats[text_b], sizeof(double)) == 0, "%s: loss",
              what);
    for (int t = 0; t < a->m->n_tensors; t++) {
        cr_assert(memcmp(gradient_of(a, t, text_a), gradient_of(b, t, text_b),
                         a->m->tensors[t].n * sizeof(float)) == 0,
                  "%s: %s", what, a->m->tensors[t].name);
    }
}

Test(model_backward, neither_threads_nor_neighbours_change_a_byte)
{
    struct gpt2 m;
    struct gradients first, other;
    start_threads(1);
    random_tiny_model(&m, 2);
    gradients_compute(&first, &m, &three, NULL);
    for (int threads = 2; threads <= 16; threads += 7) {
        omp_set_num_threads(threads);
        gradients_compute(&other, &m, &three, NULL);
        for (size_t i = 0; i < three.n; i++) {
            assert_same(&first, i, &other, i, "threads");
        }
        gradients_release(&other);
    }
    for (size_t i = 0; i < three.n; i++) {
        size_t alone_start[] = {0, start[i + 1] - start[i]};
        struct sequences alone = {.ids = ids + start[i], .start = alone_start, .n = 1};
        gradients_compute(&other, &m, &alone, NULL);
        assert_same(&first, i, &other, 0, "alone");
        gradients_release(&other);
    }
    gradients_release(&first);
    gpt2_close(&m);
}

Test(model_backward, only_what_is_wanted_is_handed_out)
{
    struct gpt2 m;
    struct gradients all, some;
    bool wanted[64] = {false};
    start_threads(2);
    random_tiny_model(&m, 3);
    wanted[m.wte] = wanted[m.layers[1].c_fc_weight] = true;
    gradients_compute(&all, &m, &three, NULL);
    gradients_compute(&some, &m, &three, wanted);
    for (int t = 0; t < m.n_tensors; t++) {
        size_t bytes = three.n * m.tensors[t].n * sizeof(float);
        if (wanted[t]) {
            cr_assert(memcmp(all.of_t[t], some.of_t[t], bytes) == 0, "%s", m.tensors[t].name);
        } else {
            cr_assert(isnan(some.of_t[t][0]), "%s was handed out", m.tensors[t].name);
        }
    }
    gradients_release(&all);
    gradients_release(&some);
    gpt2_close(&m);
}

static double sum_of_losses(const struct gpt2 *m, const struct sequences *s)
{
    struct losses l;
    struct err e;
    double sum = 0;
    cr_assert(losses_of_texts(&l, m, s, 256, false, NULL, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < l.start[l.n]; i++) {
        sum += l.tokens[i].nll;
    }
    losses_release(&l);
    return sum;
}

/* What the gradient, summed over two texts, says of moving `base` to `up` from `down`. */
static double predicted(const struct gradients *g, const struct gpt2 *down, const struct gpt2 *up)
{
    double sum = 0;
    for (int t = 0; t < up->n_tensors; t++) {
        const float *one = gradient_of(g, t, 0), *two = gradient_of(g, t, 1);
        for (size_t i = 0; i < up->tensors[t].n; i++) {
            double moved = (double)up->tensors[t].f32[i] - down->tensors[t].f32[i];
            sum += moved * ((double)one[i] + two[i]);
        }
    }
    return sum;
}

/*
 * `base` moved by up to `step` of the gradient's sign in every weight: a random direction in the
 * orthant of the gradient, where all weights' shares add up. Along one out of all, they would
 * cancel to less than what a loss in floats can show.
 */
static void move(struct gpt2 *variant, const struct gpt2 *base, const struct gradients *g,
                 float step)
{
    struct err e;
    struct rng r = rng_stream(4, 1, RNG_TEST);
    cr_assert(gpt2_share(variant, base, &e) == 0, "%s", e.text);
    for (int t = 0; t < base->n_tensors; t++) {
        const float *one = gradient_of(g, t, 0), *two = gradient_of(g, t, 1);
        float *x = mem_floats(base->tensors[t].n, &e);
        for (size_t i = 0; i < base->tensors[t].n; i++) {
            x[i] =
                base->tensors[t].f32[i] + step * copysignf((float)rng_uniform(&r), one[i] + two[i]);
        }
        gpt2_replace(variant, t, x);
    }
}

/* A text of 256 tokens and one of 70: they cross the tiles of the head, and fill the context. */
Test(model_backward, the_slope_along_a_random_direction_of_books_1m)
{
    enum { TOKENS = 326 };
    int drawn[TOKENS];
    size_t at[] = {0, 256, TOKENS};
    struct sequences s = {.ids = drawn, .start = at, .n = 2};
    struct gpt2 m, up, down;
    struct gradients g;
    struct err e;
    struct rng r = rng_stream(4, 0, RNG_TEST);
    start_threads(2);
    cr_assert(gpt2_open(&m, source_path("data/models/books-1m.h5"), &e) == 0, "%s", e.text);
    cr_assert(gpt2_load(&m, &e) == 0, "%s", e.text);
    for (int i = 0; i < TOKENS; i++) {
        drawn[i] = (int)rng_below(&r, (uint64_t)m.config.V);
    }
    gradients_compute(&g, &m, &s, NULL);
    double sum = sum_of_losses(&m, &s);
    cr_assert(fabs(g.loss_nats[0] + g.loss_nats[1] - sum) < 1e-5 * sum, "the losses differ");
    move(&up, &m, &g, 1e-5f);
    move(&down, &m, &g, -1e-5f);
    double expected = predicted(&g, &down, &up),
           rise = sum_of_losses(&up, &s) - sum_of_losses(&down, &s);
    cr_assert(expected > 0.5, "a step too small to see");
    cr_assert(fabs(rise - expected) < 1e-3 * expected, "rise %.6f, gradient %.6f", rise, expected);
    gradients_release(&g);
    gpt2_close(&up);
    gpt2_close(&down);
    gpt2_close(&m);
}
