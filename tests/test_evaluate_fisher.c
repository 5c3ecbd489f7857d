/* evaluate: the Fisher diagonal against squared gradients, by every size of group. */
#include "evaluate/fisher.h"

#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "gradients.h"
#include "naive_gpt2.h"
#include "tensor/matmul.h"

enum { TENSORS = 28 };

static int ids[] = {3, 7, 3, 0, 19, 7, 7, 12, /**/ 5, /**/ 6, 5, /**/ 8, 8, 0, 8};
static size_t start[] = {0, 8, 9, 11, 15};
static const struct sequences four = {.ids = ids, .start = start, .n = 4};

/* The same without the text of one token. */
static int scored_ids[] = {3, 7, 3, 0, 19, 7, 7, 12, /**/ 6, 5, /**/ 8, 8, 0, 8};
static size_t scored_start[] = {0, 8, 10, 14};
static const struct sequences scored = {.ids = scored_ids, .start = scored_start, .n = 3};

static struct fisher fisher_with(const struct gpt2 *m, const struct sequences *s, size_t group)
{
    struct fisher f;
    struct err e;
    size_t group_t[TENSORS];
    cr_assert(m->n_tensors == TENSORS);
    for (int t = 0; t < TENSORS; t++) {
        group_t[t] = group;
    }
    cr_assert(fisher_compute(&f, m, s, group_t, NULL, &e) == 0, "%s", e.text);
    return f;
}

static void open_model(struct gpt2 *m, int threads)
{
    struct err e;
    cr_assert(compute_init(threads, &e) == 0, "%s", e.text);
    random_tiny_model(m, 9);
}

/* Mean over texts and weights [from, to) of the squared gradient. */
static double mean_square(const struct gradients *g, int t, size_t from, size_t to)
{
    double sum = 0;
    for (size_t text = 0; text < g->n_texts; text++) {
        for (size_t i = from; i < to; i++) {
            double x = gradient_of(g, t, text)[i];
            sum += x * x;
        }
    }
    return sum / (double)g->n_texts / (double)(to - from);
}

static void check_groups(const struct fisher *f, const struct gradients *g, size_t group)
{
    for (int t = 0; t < TENSORS; t++) {
        const struct gpt2_tensor *tensor = &g->m->tensors[t];
        size_t cols = tensor->cols, rows = tensor->rows ? tensor->rows : 1, k = 0;
        for (size_t r = 0; r < rows; r++) {
            for (size_t c = 0; c < cols; k++) {
                size_t end = cols - c < group ? cols : c + group;
                double expected = mean_square(g, t, r * cols + c, r * cols + end);
                cr_assert(fabs(f->of[t].mean_square[k] - expected) <= 1e-12 * expected,
                          "groups of %zu, %s, group %zu: %g, not %g", group, tensor->name, k,
                          f->of[t].mean_square[k], expected);
                c = end;
            }
        }
        cr_assert(f->of[t].n == k && k == rows * f->of[t].per_row, "%s: %zu groups", tensor->name,
                  f->of[t].n);
    }
}

Test(evaluate_fisher, groups_are_means_of_squared_gradients_of_whole_texts)
{
    struct gpt2 m;
    struct gradients g;
    const size_t groups[] = {1, 5, 8, FISHER_ROW};
    open_model(&m, 2);
    gradients_compute(&g, &m, &scored, NULL);
    for (int i = 0; i < 4; i++) {
        struct fisher f = fisher_with(&m, &four, groups[i]);
        double nats = (g.loss_nats[0] + g.loss_nats[1] + g.loss_nats[2]) / (7 + 1 + 3);
        check_groups(&f, &g, groups[i]);
        cr_assert(f.texts == 3 && fabs(f.mean_nats - nats) < 1e-12, "%zu texts", f.texts);
        fisher_release(&f);
    }
    struct fisher whole = fisher_with(&m, &four, FISHER_TENSOR);
    for (int t = 0; t < TENSORS; t++) {
        double expected = mean_square(&g, t, 0, m.tensors[t].n);
        cr_assert(whole.of[t].n == 1, "%s", m.tensors[t].name);
        cr_assert(fabs(whole.of[t].mean_square[0] - expected) <= 1e-12 * expected, "%s",
                  m.tensors[t].name);
    }
    fisher_release(&whole);
    gradients_release(&g);
    gpt2_close(&m);
}

/* More positions than a batch has: texts fall into several. */
Test(evaluate_fisher, no_thread_count_changes_a_byte)
{
    enum { TEXTS = 100, LENGTH = 11 };
    int many_ids[TEXTS * LENGTH];
    size_t many_start[TEXTS + 1] = {0};
    struct sequences many = {.ids = many_ids, .start = many_start, .n = TEXTS};
    struct gpt2 m;
    for (int i = 0; i < TEXTS * LENGTH; i++) {
        many_ids[i] = (i * 7 + i / LENGTH) % 20;
        many_start[i / LENGTH + 1] = (size_t)(i / LENGTH + 1) * LENGTH;
    }
    open_model(&m, 1);
    struct fisher first = fisher_with(&m, &many, 3);
    for (int threads = 2; threads <= 16; threads += 7) {
        omp_set_num_threads(threads);
        struct fisher f = fisher_with(&m, &many, 3);
        for (int t = 0; t < TENSORS; t++) {
            cr_assert(memcmp(f.of[t].mean_square, first.of[t].mean_square,
                             f.of[t].n * sizeof(double)) == 0,
                      "%d threads: %s", threads, m.tensors[t].name);
        }
        cr_assert(memcmp(&f.mean_nats, &first.mean_nats, sizeof f.mean_nats) == 0);
        fisher_release(&f);
    }
    fisher_release(&first);
    gpt2_close(&m);
}

Test(evaluate_fisher, tensors_that_nobody_asked_for_take_no_memory)
{
    size_t group_t[TENSORS] = {FISHER_NONE};
    struct gpt2 m;
    struct fisher f;
    struct err e;
    open_model(&m, 2);
    group_t[m.wte] = 1;
    cr_assert(fisher_compute(&f, &m, &four, group_t, NULL, &e) == 0, "%s", e.text);
    for (int t = 0; t < TENSORS; t++) {
        cr_assert((f.of[t].mean_square != NULL) == (t == m.wte) &&
                  f.of[t].n == (t == m.wte ? m.tensors[t].n : 0));
    }
    fisher_release(&f);
    gpt2_close(&m);
}

static void assert_refused(const struct gpt2 *m, const struct sequences *s, const char *part)
{
    size_t group_t[TENSORS] = {1};
    struct fisher f;
    struct err e;
    cr_assert(fisher_compute(&f, m, s, group_t, NULL, &e) == -1, "not refused: %s", part);
    cr_assert(strstr(e.text, part) != NULL, "%s", e.text);
}

Test(evaluate_fisher, texts_without_targets_or_beyond_the_context_are_refused)
{
    int long_ids[17] = {0};
    size_t long_start[] = {0, 1, 17 + 1}, ones_start[] = {0, 1, 2};
    int seventeen[18] = {0};
    struct sequences beyond = {.ids = seventeen, .start = long_start, .n = 2};
    struct sequences ones = {.ids = long_ids, .start = ones_start, .n = 2};
    struct gpt2 m;
    open_model(&m, 2);
    assert_refused(&m, &beyond, "text 2 has 17 tokens, more than the context of tiny, which is 16");
    assert_refused(&m, &ones, "none of the 2 texts has two tokens");
    gpt2_close(&m);
}

static bool stop_at_once(void *context, size_t done, size_t total)
{
    size_t *seen = context;
    *seen = done * 1000 + total;
    return true;
}

Test(evaluate_fisher, a_listener_can_stop_it)
{
    size_t group_t[TENSORS] = {1}, seen = 0;
    struct progress progress = {.report = stop_at_once, .context = &seen};
    struct gpt2 m;
    struct fisher f;
    struct err e;
    open_model(&m, 2);
    cr_assert(fisher_compute(&f, &m, &four, group_t, &progress, &e) == -1);
    cr_assert(strstr(e.text, "interrupted") && seen == 3003 && f.of == NULL, "%zu", seen);
    gpt2_close(&m);
}
