/* windows: streams cut as the procedures that they are named after cut them, and the same losses.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/evaluate.h"
#include "model/gpt2_tokenizer.h"
#include "support.h"
#include "tensor/matmul.h"

/* Tokens 0, 1, 2, …, of texts of ten tokens each. */
static struct token_stream counted(size_t n)
{
    struct token_stream t = {.n = n, .n_texts = (n + 9) / 10};
    t.ids = malloc(n * sizeof *t.ids);
    t.text = malloc(n * sizeof *t.text);
    cr_assert(t.ids && t.text);
    for (size_t i = 0; i < n; i++) {
        t.ids[i] = (int)i;
        t.text[i] = i / 10;
    }
    return t;
}

/* How often each token of the stream is a scored target; their texts are checked on the way. */
static void count_targets(int *times, const struct windows *w)
{
    size_t k = 0;
    for (size_t i = 0; i < w->s.n; i++) {
        size_t n = w->s.start[i + 1] - w->s.start[i];
        cr_assert(n >= 1 && n <= w->length);
        for (size_t p = windows_first(w, i); p < n; p++) {
            int id = w->s.ids[w->s.start[i] + p];
            times[id]++;
            cr_assert(w->text[k++] == (size_t)id / 10, "the text of token %d", id);
        }
    }
}

Test(evaluate_windows, strided_scores_each_token_but_the_first_once)
{
    static const struct {
        size_t n, length, stride, windows;
    } cases[] = {{2, 8, 4, 1},    {8, 8, 4, 1},     {9, 8, 4, 2}, {100, 8, 4, 24},
                 {101, 8, 1, 94}, {100, 64, 3, 13}, {13, 8, 7, 2}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct token_stream t = counted(cases[c].n);
        struct windows w;
        struct err e;
        int times[101] = {0};
        cr_assert(windows_strided(&w, &t, cases[c].length, cases[c].stride, &e) == 0, "%s", e.text);
        cr_assert(w.s.n == cases[c].windows, "case %zu: %zu windows", c, w.s.n);
        count_targets(times, &w);
        for (size_t i = 0; i < cases[c].n; i++) {
            cr_assert(times[i] == (i > 0), "case %zu: token %zu %d times", c, i, times[i]);
        }
        windows_release(&w);
        token_stream_release(&t);
    }
}

Test(evaluate_windows, without_overlap_the_first_token_of_a_window_is_context)
{
    struct token_stream t = counted(20);
    struct windows w;
    struct err e;
    int times[20] = {0};
    cr_assert(windows_strided(&w, &t, 8, 8, &e) == 0, "%s", e.text);
    count_targets(times, &w);
    for (int i = 0; i < 20; i++) {
        cr_assert(times[i] == (i % 8 != 0), "token %d", i);
    }
    windows_release(&w);
    token_stream_release(&t);
}

Test(evaluate_windows, disjoint_ones_drop_the_tail_and_score_the_second_half)
{
    struct token_stream t = counted(21);
    struct windows w;
    struct err e;
    int times[21] = {0};
    cr_assert(windows_disjoint(&w, &t, 8, &e) == 0, "%s", e.text);
    cr_assert(w.s.n == 2);
    count_targets(times, &w);
    for (int i = 0; i < 21; i++) {
        cr_assert(times[i] == (i < 16 && i % 8 > 4), "token %d", i);
    }
    windows_release(&w);
    cr_assert(windows_disjoint(&w, &t, 22, &e) == -1);
    cr_assert(strstr(e.text, "21 tokens long, which is less than one window of 22"), "%s", e.text);
    token_stream_release(&t);
    t = counted(1);
    cr_assert(windows_strided(&w, &t, 8, 4, &e) == -1);
    cr_assert(strstr(e.text, "1 token long"), "%s", e.text);
    token_stream_release(&t);
}

/* The held-out texts as one stream of the model's tokens. */
static struct token_stream heldout(const struct gpt2 *m)
{
    struct tokenizer *tokenizer;
    struct texts texts;
    struct token_stream t;
    struct err e;
    cr_assert(gpt2_tokenizer(&tokenizer, m, &e) == 0, "%s", e.text);
    cr_assert(texts_read(&texts, source_path("data/texts/heldout.txt"), false, 0, &e) == 0);
    cr_assert(texts_stream(&texts, tokenizer, &t, &e) == 0, "%s", e.text);
    texts_release(&texts);
    tokenizer_free(tokenizer);
    return t;
}

static void check_score(const struct gpt2 *m, struct windows *w, const char *protocol,
                        const json_t *expected)
{
    struct losses l;
    struct err e;
    cr_assert(losses_compute(&l, m, NULL, NULL, w, NULL, &e) == 0, "%s", e.text);
    struct score s = protocol_score(protocol_named(protocol), &l);
    const json_t *published = json_object_get(expected, "published");
    cr_assert(s.tokens == (size_t)json_integer_value(json_object_get(expected, "scored")));
    cr_assert(fabs(s.mean_nats - json_number_value(json_object_get(expected, "mean"))) < 2e-6,
              "%s: %.7f", protocol, s.mean_nats);
    cr_assert(!published || fabs(s.mean_nats - json_number_value(published)) < 1e-4);
    losses_release(&l);
    windows_release(w);
}

static void check_model(const char *name)
{
    json_error_t at;
    json_t *root = json_load_file(source_path("tests/reference/strided.json"), 0, &at);
    struct gpt2 m;
    struct windows w;
    struct err e;
    char path[64];
    snprintf(path, sizeof path, "data/models/%s.h5", name);
    cr_assert(root && compute_init(0, &e) == 0);
    cr_assert(gpt2_open(&m, source_path(path), &e) == 0 && gpt2_load(&m, &e) == 0, "%s", e.text);
    struct token_stream t = heldout(&m);
    cr_assert(t.n == (size_t)json_integer_value(json_object_get(root, "tokens")));
    const json_t *of = json_object_get(root, name), *strided = json_object_get(of, "strided");
    for (size_t i = 0; i < json_array_size(strided); i++) {
        const json_t *one = json_array_get(strided, i);
        size_t stride = (size_t)json_integer_value(json_object_get(one, "stride"));
        cr_assert(windows_strided(&w, &t, (size_t)m.config.P, stride, &e) == 0, "%s", e.text);
        check_score(&m, &w, "strided", one);
    }
    cr_assert(windows_disjoint(&w, &t, (size_t)m.config.P, &e) == 0, "%s", e.text);
    check_score(&m, &w, "windows", json_object_get(of, "windows"));
    token_stream_release(&t);
    gpt2_close(&m);
    json_decref(root);
}

Test(evaluate_windows, books_1m_as_transformers_scores_it)
{
    check_model("books-1m");
}

Test(evaluate_windows, books_3m_as_transformers_scores_it)
{
    check_model("books-3m");
}
