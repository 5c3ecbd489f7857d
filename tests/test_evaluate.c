/* evaluate: the reference implementation's losses, and what must not change a byte of them. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "quantized.h"
#include "support.h"
#include "tensor/matmul.h"

enum { LENGTH = 64 };

/* tests/reference/parity.json; the sequences in it. */
static json_t *read_reference(struct sequences *s)
{
    json_error_t at;
    struct err e;
    json_t *root = json_load_file(source_path("tests/reference/parity.json"), 0, &at), *list, *id;
    cr_assert(root != NULL, "%s", at.text);
    list = json_object_get(root, "sequences");
    size_t n = json_array_size(list), i, j, capacity = 0;
    *s = (struct sequences){.n = n, .start = mem_new(n + 1, sizeof *s->start, &e)};
    for (i = 0; i < n; i++) {
        json_t *sequence = json_array_get(list, i);
        s->start[i + 1] = s->start[i] + json_array_size(sequence);
        cr_assert(mem_grow(&s->ids, &capacity, s->start[i + 1], sizeof *s->ids, &e) == 0);
        json_array_foreach(sequence, j, id)
        {
            s->ids[s->start[i] + j] = (int)json_integer_value(id);
        }
    }
    return root;
}

static void open_model(struct gpt2 *m, const char *name)
{
    struct err e;
    char relative[64];
    snprintf(relative, sizeof relative, "data/models/%s.h5", name);
    cr_assert(compute_init(0, &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(m, source_path(relative), &e) == 0, "%s", e.text);
    cr_assert(gpt2_load(m, &e) == 0, "%s", e.text);
}

static struct losses score(const struct gpt2 *m, const struct sequences *s, bool padded)
{
    struct losses l;
    struct err e;
    cr_assert(losses_of_texts(&l, m, s, LENGTH, padded, NULL, &e) == 0, "%s", e.text);
    return l;
}

static bool same_scores(const struct token_score *a, const struct token_score *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i].nll != b[i].nll || a[i].baseline_nll != b[i].baseline_nll || a[i].kl != b[i].kl ||
            a[i].top1_agrees != b[i].top1_agrees) {
            return false;
        }
    }
    return true;
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* Losses of a model or a variant of it against the reference's entry for it. */
static void compare(const char *name, const struct gpt2 *m, const struct sequences *s,
                    const json_t *expected, double per_text, double mean)
{
    const struct protocol *paper = protocol_named("paper"), *text = protocol_named("text");
    struct losses l = score(m, s, true);
    struct err e;
    double paper_mean = protocol_score(paper, &l).mean_nats;
    double text_mean = protocol_score(text, &l).mean_nats;
    cr_assert(fabs(paper_mean - number(expected, "paper_mean")) <= mean, "%s: paper %.7f", name,
              paper_mean);
    cr_assert(fabs(text_mean - number(expected, "token_mean")) <= mean, "%s: text %.7f", name,
              text_mean);
    const json_t *texts = json_object_get(expected, "paper_per_text");
    const json_t *sums = json_object_get(expected, "token_nll_sums");
    struct text_score *padded_texts = mem_new(l.n, sizeof *padded_texts, &e);
    struct text_score *plain_texts = mem_new(l.n, sizeof *plain_texts, &e);
    cr_assert(padded_texts && plain_texts);
    protocol_texts(paper, &l, padded_texts);
    protocol_texts(text, &l, plain_texts);
    for (size_t i = 0; i < json_array_size(texts); i++) {
        struct text_score p = padded_texts[i], t = plain_texts[i];
        double padded = p.sum_nats / (double)p.tokens;
        double sum = json_number_value(json_array_get(sums, i));
        cr_assert(fabs(padded - json_number_value(json_array_get(texts, i))) <= per_text,
                  "%s: text %zu padded %.7f", name, i, padded);
        cr_assert(fabs(t.sum_nats - sum) <= per_text * (double)t.tokens, "%s: text %zu %.7f", name,
                  i, t.sum_nats);
    }
    free(padded_texts);
    free(plain_texts);
    losses_release(&l);
}

static void quantized(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                      const char *method, const char *parameter, const char *value, uint64_t seed)
{
    const struct method_kind *kind = run_method_named(method);
    struct params p;
    struct err e;
    params_init(&p, &kind->schema);
    int row = schema_find(&kind->schema, parameter);
    cr_assert(value_parse(&p.values[row], kind->schema.rows[row], value, &e) == 0, "%s", e.text);
    cr_assert(params_complete(&p, &e) == 0, "%s", e.text);
    cr_assert(quantized_variant(variant, bill, base, kind, &p, seed, &e) == 0, "%s", e.text);
}

/* One model: fp32, uniform 4-bit, exact tiers to the tolerance; sampled tiers within the range. */
static void check_model(const char *name, double per_text, double mean)
{
    struct sequences s;
    struct gpt2 m = {0}, variant;
    struct bill bill;
    json_t *root = read_reference(&s);
    const json_t *expected = json_object_get(json_object_get(root, "models"), name);
    open_model(&m, name);
    compare(name, &m, &s, json_object_get(expected, "fp32"), per_text, mean);

    quantized(&variant, &bill, &m, "uniform", "bits", "4", 0);
    compare(name, &variant, &s, json_object_get(expected, "uniform4_wte"), 1e-3, 1e-3);
    gpt2_close(&variant);

    const json_t *tiers = json_object_get(expected, "tiers_exact_wte");
    quantized(&variant, &bill, &m, "tiers", "cut", "exact", 0);
    compare(name, &variant, &s, tiers, 1e-3, 1e-3);
    cr_assert(fabs(bill_payload(&bill) - number(tiers, "avg_bits")) < 1e-9, "%s: %.12f bits", name,
              bill_payload(&bill));
    gpt2_close(&variant);

    const json_t *range = json_object_get(expected, "tiers_sampled_wte");
    const json_t *bits = json_object_get(range, "avg_bits");
    quantized(&variant, &bill, &m, "tiers", "cut", "sampled", 1);
    cr_assert(bill_payload(&bill) > json_number_value(json_array_get(bits, 0)) &&
                  bill_payload(&bill) < json_number_value(json_array_get(bits, 1)),
              "%s: %.6f bits", name, bill_payload(&bill));
    gpt2_close(&variant);
    sequences_release(&s);
    gpt2_close(&m);
    json_decref(root);
}

Test(evaluate_parity, books_1m)
{
    check_model("books-1m", 1e-3, 1e-4);
}

Test(evaluate_parity, books_3m)
{
    check_model("books-3m", 2e-4, 5e-5);
}

Test(evaluate_parity, books_7m)
{
    check_model("books-7m", 2e-4, 5e-5);
}

Test(evaluate_parity, books_12m)
{
    check_model("books-12m", 2e-4, 5e-5);
}

/* Losses of sequence i alone. */
static struct losses score_alone(const struct gpt2 *m, const struct sequences *s, size_t i,
                                 bool padded)
{
    size_t start[] = {0, s->start[i + 1] - s->start[i]};
    struct sequences one = {.ids = s->ids + s->start[i], .start = start, .n = 1};
    return score(m, &one, padded);
}

static void check_neighbours(const char *name)
{
    struct sequences s;
    struct gpt2 m = {0};
    json_t *root = read_reference(&s);
    open_model(&m, name);
    struct losses padded = score(&m, &s, true), plain = score(&m, &s, false);
    for (size_t i = 0; i < s.n; i++) {
        size_t n = plain.start[i + 1] - plain.start[i];
        struct losses alone = score_alone(&m, &s, i, i % 2);
        const struct token_score *a = padded.tokens + padded.start[i];
        const struct token_score *b = plain.tokens + plain.start[i];
        cr_assert(same_scores(a, b, n), "text %zu: padded and plain differ", i);
        cr_assert(same_scores(alone.tokens, b, n), "text %zu: alone and in a batch", i);
        losses_release(&alone);
    }
    losses_release(&padded);
    losses_release(&plain);
    sequences_release(&s);
    gpt2_close(&m);
    json_decref(root);
}

/* Too narrow for tiles that span texts, and wide enough. */
Test(evaluate_losses, neither_pads_nor_neighbours_change_a_text_s_bytes)
{
    check_neighbours("books-1m");
    check_neighbours("books-12m");
}

static void check_threads(const char *name)
{
    struct sequences s;
    struct gpt2 m = {0};
    json_t *root = read_reference(&s);
    open_model(&m, name);
    omp_set_num_threads(1);
    struct losses first = score(&m, &s, true);
    for (int threads = 2; threads <= 16; threads += 7) {
        omp_set_num_threads(threads);
        struct losses l = score(&m, &s, true);
        cr_assert(same_scores(l.tokens, first.tokens, l.start[l.n]), "%d threads", threads);
        losses_release(&l);
    }
    losses_release(&first);
    sequences_release(&s);
    gpt2_close(&m);
    json_decref(root);
}

Test(evaluate_losses, no_thread_count_changes_a_byte)
{
    check_threads("books-3m");
    check_threads("books-12m");
}

Test(evaluate_losses, a_long_text_is_cut_into_tiles_without_seams)
{
    enum { LONG = 256 };
    int ids[LONG];
    size_t start[] = {0, LONG}, short_start[] = {0, 100};
    struct gpt2 m = {0};
    struct losses whole, prefix;
    struct err e;
    for (int i = 0; i < LONG; i++) {
        ids[i] = (i * 37 + 11) % 8000;
    }
    struct sequences s = {.ids = ids, .start = start, .n = 1};
    struct sequences p = {.ids = ids, .start = short_start, .n = 1};
    open_model(&m, "books-3m");
    cr_assert(losses_of_texts(&whole, &m, &s, LONG, false, NULL, &e) == 0, "%s", e.text);
    cr_assert(losses_of_texts(&prefix, &m, &p, 128, true, NULL, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < 99; i++) {
        cr_assert(fabs(whole.tokens[i].nll - prefix.tokens[i].nll) < 1e-4,
                  "a token sees only what stands before");
    }
    losses_release(&whole);
    losses_release(&prefix);
    gpt2_close(&m);
}

Test(evaluate_losses, one_token_scores_nothing_as_text_and_all_pads_as_paper)
{
    int ids[] = {42};
    size_t start[] = {0, 1};
    struct sequences s = {.ids = ids, .start = start, .n = 1};
    struct gpt2 m = {0};
    open_model(&m, "books-1m");
    struct losses plain = score(&m, &s, false), padded = score(&m, &s, true);
    struct score nothing = protocol_score(protocol_named("text"), &plain);
    cr_assert(nothing.tokens == 0 && isnan(nothing.mean_nats) && isnan(nothing.perplexity));
    struct score pads = protocol_score(protocol_named("paper"), &padded);
    cr_assert(pads.tokens == 63 && pads.mean_nats > 0);
    losses_release(&plain);
    losses_release(&padded);
    gpt2_close(&m);
}

Test(evaluate_losses, more_than_the_context_is_refused)
{
    int ids[] = {1, 2};
    size_t start[] = {0, 2};
    struct sequences s = {.ids = ids, .start = start, .n = 1};
    struct gpt2 m = {0};
    struct losses l;
    struct err e;
    open_model(&m, "books-1m");
    cr_assert(losses_of_texts(&l, &m, &s, 257, true, NULL, &e) == -1);
    cr_assert(strstr(e.text, "257 tokens are more than the context") != NULL, "%s", e.text);
    gpt2_close(&m);
}

/* Pads of another token than the end-of-text token would give another loss. */
Test(evaluate_losses, padding_needs_the_end_of_text_token_and_a_text_a_token)
{
    int ids[] = {1, 2};
    size_t start[] = {0, 2}, empty[] = {0, 0};
    struct sequences s = {.ids = ids, .start = start, .n = 1};
    struct gpt2 m = {0};
    struct losses l;
    struct err e;
    open_model(&m, "books-1m");
    m.config.eos_token_id = -1;
    cr_assert(losses_of_texts(&l, &m, &s, LENGTH, true, NULL, &e) == -1);
    cr_assert(strstr(e.text, "no eos_token_id") != NULL, "%s", e.text);
    cr_assert(losses_of_texts(&l, &m, &s, LENGTH, false, NULL, &e) == 0, "%s", e.text);
    losses_release(&l);
    s.start = empty;
    cr_assert(losses_of_texts(&l, &m, &s, LENGTH, false, NULL, &e) == -1);
    cr_assert(strstr(e.text, "text 1 has 0 tokens") != NULL, "%s", e.text);
    gpt2_close(&m);
}
