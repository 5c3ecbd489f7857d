/* model: step by step against the forward pass; sampled texts and what must not change them. */
#include "model/sample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/decode.h"
#include "model/forward.h"
#include "naive_gpt2.h"
#include "scratch.h"
#include "support.h"
#include "tensor/matmul.h"

static void open_books(struct gpt2 *m, int threads)
{
    struct err e;
    cr_assert(compute_init(threads, &e) == 0, "%s", e.text);
    cr_assert(gpt2_open(m, source_path("data/models/books-1m.h5"), &e) == 0, "%s", e.text);
    cr_assert(gpt2_load(m, &e) == 0, "%s", e.text);
}

Test(model_decode, every_step_gives_the_logits_of_the_forward_pass)
{
    enum { T = 40 };
    struct gpt2 m;
    struct decoder d;
    struct err e;
    static int ids[DECODE_ROWS][T];
    struct batch_text texts[DECODE_ROWS];
    struct batch b = {.texts = texts, .n_texts = DECODE_ROWS};
    open_books(&m, 1);
    size_t C = (size_t)m.config.C, V = (size_t)m.config.V;
    for (int i = 0; i < DECODE_ROWS * T; i++) {
        ids[i / T][i % T] = (i * 7919 + 13) % m.config.V;
        texts[i / T] = (struct batch_text){.ids = ids[i / T], .n_text = T, .n_total = T};
    }
    cr_assert(batch_layout(&b, &e) == 0, "%s", e.text);
    float *hidden = mem_floats(b.rows * C, &e);
    float *logits = mem_floats(V, &e);
    cr_assert(forward(hidden, &m, &b, &e) == 0, "%s", e.text);
    cr_assert(decoder_init(&d, &m, T, &e) == 0, "%s", e.text);
    for (int again = 0; again < 2; again++) {
        decoder_restart(&d);
        for (size_t t = 0; t < T; t++) {
            int next[DECODE_ROWS];
            for (int s = 0; s < DECODE_ROWS; s++) {
                next[s] = ids[s][t];
            }
            decoder_step(&d, next);
            for (size_t s = 0; s < DECODE_ROWS; s += 31) {
                matmul_transposed(logits, V, hidden + (s * T + t) * C, C, m.tensors[m.wte].f32, C,
                                  1, C, V, 1);
                for (size_t v = 0; v < V; v++) {
                    cr_assert(fabsf(logits[v] - d.logits_sv[s * V + v]) < 2e-3f,
                              "row %zu, step %zu, id %zu: %g, not %g", s, t, v,
                              (double)d.logits_sv[s * V + v], (double)logits[v]);
                }
            }
        }
    }
    decoder_release(&d);
    free(hidden);
    free(logits);
    batch_release(&b);
    gpt2_close(&m);
}

static struct sequences sampled(const struct gpt2 *m, const struct sampling *s,
                                const bool *drawable)
{
    struct sequences out;
    struct err e;
    cr_assert(sample_texts(&out, m, s, drawable, NULL, &e) == 0, "%s", e.text);
    return out;
}

static bool *every_id(const struct gpt2 *m)
{
    struct err e;
    bool *drawable = mem_new((size_t)m->config.V, sizeof *drawable, &e);
    memset(drawable, true, (size_t)m->config.V);
    return drawable;
}

Test(model_sample, neither_threads_nor_more_texts_change_a_text)
{
    struct gpt2 m;
    struct sampling s = {.texts = 70, .tokens = 12, .seed = 5, .temperature = 1};
    open_books(&m, 1);
    bool *drawable = every_id(&m);
    struct sequences first = sampled(&m, &s, drawable);
    for (int threads = 1; threads <= 16; threads = threads * 2 + 1) {
        omp_set_num_threads(threads);
        s.texts = threads == 7 ? 33 : 70;
        struct sequences other = sampled(&m, &s, drawable);
        cr_assert(other.n == s.texts);
        cr_assert(memcmp(other.start, first.start, (other.n + 1) * sizeof *other.start) == 0,
                  "%d threads: lengths", threads);
        cr_assert(memcmp(other.ids, first.ids, other.start[other.n] * sizeof *other.ids) == 0,
                  "%d threads: ids", threads);
        sequences_release(&other);
    }
    s.seed = 6;
    struct sequences different = sampled(&m, &s, drawable);
    cr_assert(memcmp(different.ids, first.ids, 40 * sizeof *first.ids) != 0, "the seed is ignored");
    sequences_release(&different);
    sequences_release(&first);
    free(drawable);
    gpt2_close(&m);
}

/* With a vocabulary of 20 the end is drawn often: texts of every length from 1 on. */
Test(model_sample, texts_end_before_the_end_token_and_are_never_empty)
{
    struct gpt2 m;
    struct err e;
    struct sampling s = {.texts = 400, .tokens = 16, .seed = 1, .temperature = 8};
    size_t of_length[17] = {0};
    cr_assert(compute_init(2, &e) == 0, "%s", e.text);
    random_tiny_model(&m, 31);
    bool *drawable = every_id(&m);
    drawable[4] = false;
    struct sequences out = sampled(&m, &s, drawable);
    for (size_t i = 0; i < out.n; i++) {
        size_t n = out.start[i + 1] - out.start[i];
        cr_assert(n >= 1 && n <= 16, "text %zu has %zu ids", i, n);
        of_length[n]++;
    }
    for (size_t i = 0; i < out.start[out.n]; i++) {
        cr_assert(out.ids[i] >= 0 && out.ids[i] < 19 && out.ids[i] != 4, "id %d", out.ids[i]);
    }
    cr_assert(of_length[1] > 0 && of_length[2] > 0 && of_length[16] > 0 && of_length[16] < out.n);
    sequences_release(&out);
    free(drawable);
    gpt2_close(&m);
}

static void assert_refused(const struct gpt2 *m, struct sampling s, const char *part)
{
    struct sequences out;
    struct err e;
    bool drawable[20];
    memset(drawable, true, sizeof drawable);
    cr_assert(sample_texts(&out, m, &s, drawable, NULL, &e) == -1, "not refused: %s", part);
    cr_assert(strstr(e.text, part) != NULL && out.ids == NULL, "%s", e.text);
}

Test(model_sample, what_cannot_be_is_refused)
{
    struct gpt2 m;
    struct err e;
    const struct sampling good = {.texts = 1, .tokens = 16, .temperature = 1, .top_k = 20};
    struct sampling s;
    cr_assert(compute_init(1, &e) == 0, "%s", e.text);
    random_tiny_model(&m, 32);
    s = good, s.tokens = 17;
    assert_refused(&m, s, "17 tokens a text were asked for; the context of tiny allows 1 to 16");
    s = good, s.tokens = 0;
    assert_refused(&m, s, "0 tokens");
    s = good, s.texts = SAMPLED_TEXTS_MAX + 1;
    assert_refused(&m, s, "1000001 texts");
    s = good, s.temperature = NAN;
    assert_refused(&m, s, "temperature");
    s = good, s.temperature = 0;
    assert_refused(&m, s, "temperature is 0; it must be above 0");
    s = good, s.top_k = 21;
    assert_refused(&m, s, "likeliest 21 tokens were asked for; the vocabulary of tiny has 20");
    float *huge = mem_floats(m.tensors[m.ln_f_weight].n, &e);
    for (size_t i = 0; i < m.tensors[m.ln_f_weight].n; i++) {
        huge[i] = 3e38f;
    }
    gpt2_replace(&m, m.ln_f_weight, huge);
    assert_refused(&m, good, "not finite");
    m.config.eos_token_id = -1;
    assert_refused(&m, good, "tiny has no eos_token_id");
    gpt2_close(&m);
}

static void assert_line(const char *text, size_t n, const char *expected)
{
    struct buf out = BUF_INIT;
    sample_line(&out, text, n);
    cr_assert(strcmp(buf_text(&out), expected) == 0, "\"%s\", not \"%s\"", buf_text(&out),
              expected);
    buf_release(&out);
}

Test(model_sample, a_text_becomes_one_line)
{
    assert_line("one\ntwo", 7, "one two");
    assert_line("\r\n\n one  two\t\n\n", 15, " one  two");
    assert_line("nul\0and\x7f\x1b.", 10, "nul and .");
    assert_line("caf\xc3\xa9 \xe2\x80", 8, "caf\xc3\xa9 ");
    assert_line("\xff\nx", 3, "x");
    assert_line("\n\n", 2, "");
}

static int lines_of(const char *text)
{
    int n = 0;
    for (; *text; text++) {
        n += *text == '\n';
    }
    return n;
}

Test(model_sample, the_command_writes_the_same_to_a_file_and_to_its_output)
{
    struct scratch folder = scratch_new();
    struct buf out = BUF_INIT, error = BUF_INIT;
    char line[1024];
    const char *model = source_path("data/models/books-1m.h5");
    if (model[0] != '/') {
        cr_skip("needs NASHSWARM_SOURCE");
    }
    snprintf(line, sizeof line,
             "nashswarm sample '%s' --tokens 9 --texts 3 --seed 4 --threads 1 --top-k 50 -o a && "
             "nashswarm sample '%s' --tokens 9 --texts 3 --seed 4 --threads 2 --top-k 50 | "
             "tee b && cmp a b",
             model, model);
    cr_assert(run_program(folder.folder, line, &out, &error) == 0, "%s", buf_text(&error));
    cr_assert(lines_of(buf_text(&out)) == 3, "%s", buf_text(&out));
    buf_release(&out);
    buf_release(&error);
    scratch_remove(&folder);
}

Test(model_sample, the_command_refuses_what_makes_no_sense)
{
    static const struct {
        const char *options, *part;
        int status;
    } cases[] = {
        {"--tokens 9", "give --tokens and --texts", 2},
        {"--tokens 0 --texts 1", "--tokens takes a number from 1", 2},
        {"--tokens 9 --texts -3", "--texts takes a number from 1", 2},
        {"--tokens 9 --texts 3 --temperature 0", "--temperature takes a number from 0.001", 2},
        {"--tokens 9 --texts 3 --temperature nan", "--temperature takes a number from 0.001", 2},
        {"--tokens 9 --texts 3 --temperature 1x", "not \"1x\"", 2},
        {"--tokens 9 --texts 3 --top-k 0", "--top-k takes a number from 1", 2},
        {"--tokens 9 --texts 3 --seed -1", "--seed takes a number from 0", 2},
        {"--tokens 257 --texts 3", "allows 1 to 256", 1},
        {"--tokens 9 --texts 3 --top-k 8193", "has 8192", 1},
        {"--tokens 9 --texts 3 -o no/such/folder", "no/such/folder", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf error = BUF_INIT;
        char line[1024];
        snprintf(line, sizeof line, "nashswarm sample '%s' %s",
                 source_path("data/models/books-1m.h5"), cases[i].options);
        int status = run_program(NULL, line, NULL, &error);
        cr_assert(status == cases[i].status, "%s: status %d", cases[i].options, status);
        cr_assert(strcasestr(buf_text(&error), cases[i].part) != NULL, "%s: %s", cases[i].options,
                  buf_text(&error));
        buf_release(&error);
    }
}
