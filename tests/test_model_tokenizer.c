#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/rng.h"
#include "model/tokenizer.h"

#include "made_vocabulary.h"
#include "support.h"

enum { BOOKS_VOCABULARY = 8192, END_OF_TEXT = 8191, MEGABYTE = 1000000 };

/* A file of tests/reference, whole. */
static struct buf reference(const char *name)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", source_path("tests/reference"), name);
    struct buf bytes = BUF_INIT;
    struct err e;
    cr_assert(file_read(&bytes, path, &e) == 0, "%s", e.text);
    return bytes;
}

static struct tokenizer *books(void)
{
    struct buf vocab = reference("vocab.json"), merges = reference("merges.txt");
    struct tokenizer *t;
    struct err e;
    const int special = END_OF_TEXT;
    cr_assert(tokenizer_new(&t, "books", vocab.s, vocab.len, merges.s, merges.len, &special, 1,
                            BOOKS_VOCABULARY, &e) == 0,
              "%s", e.text);
    buf_release(&vocab);
    buf_release(&merges);
    return t;
}

static struct ids encode(const struct tokenizer *t, const char *text, size_t n)
{
    struct ids ids = {0};
    struct err e;
    cr_assert(tokenizer_encode(t, text, n, &ids, &e) == 0, "%s", e.text);
    return ids;
}

static void expect_round_trip(const struct tokenizer *t, const struct buf *text)
{
    struct ids ids = encode(t, buf_text(text), text->len);
    struct buf back = BUF_INIT;
    struct err e;
    cr_assert(tokenizer_decode(t, ids.id, ids.n, &back, &e) == 0, "%s", e.text);
    cr_assert(back.len == text->len && memcmp(buf_text(&back), buf_text(text), back.len) == 0,
              "%zu bytes came back as %zu other ones", text->len, back.len);
    buf_release(&back);
    ids_release(&ids);
}

static void expect_ids(const struct tokenizer *t, const char *text, size_t n, const int *expected,
                       size_t n_expected)
{
    struct ids ids = encode(t, text, n);
    cr_assert(ids.n == n_expected, "\"%s\" gave %zu ids, not %zu", text, ids.n, n_expected);
    for (size_t i = 0; i < n_expected; i++) {
        cr_assert(ids.id[i] == expected[i], "\"%s\": id %zu is %d, not %d", text, i, ids.id[i],
                  expected[i]);
    }
    ids_release(&ids);
}

Test(model_tokenizer, gives_the_reference_ids)
{
    struct tokenizer *t = books();
    struct buf file = reference("tokenizer.json");
    json_error_t problem;
    json_t *root = json_loadb(file.s, file.len, 0, &problem);
    cr_assert(root != NULL, "%s", problem.text);
    json_t *cases = json_object_get(root, "cases");
    cr_assert(json_array_size(cases) == 22);
    for (size_t c = 0; c < json_array_size(cases); c++) {
        json_t *text = json_array_get(json_array_get(cases, c), 0);
        json_t *list = json_array_get(json_array_get(cases, c), 1);
        int expected[256];
        size_t n = json_array_size(list);
        cr_assert(n <= 256);
        for (size_t i = 0; i < n; i++) {
            expected[i] = (int)json_integer_value(json_array_get(list, i));
        }
        expect_ids(t, json_string_value(text), json_string_length(text), expected, n);
    }
    json_decref(root);
    buf_release(&file);
    tokenizer_free(t);
}

Test(model_tokenizer, any_bytes_come_back)
{
    struct tokenizer *t = books();
    struct rng r = rng_stream(1, 0, RNG_TEST);
    for (int round = 0; round < 300; round++) {
        struct buf text = BUF_INIT;
        for (uint64_t left = rng_below(&r, 200); left > 0; left--) {
            buf_addc(&text, (char)rng_below(&r, 256));
        }
        expect_round_trip(t, &text);
        buf_release(&text);
    }
    tokenizer_free(t);
}

Test(model_tokenizer, any_characters_come_back)
{
    static const uint32_t below[] = {0x80, 0x800, 0x3100, 0x10000, 0x110000};
    struct tokenizer *t = books();
    struct rng r = rng_stream(2, 0, RNG_TEST);
    for (int round = 0; round < 300; round++) {
        struct buf text = BUF_INIT;
        for (uint64_t left = rng_below(&r, 100); left > 0; left--) {
            uint32_t c = (uint32_t)rng_below(&r, below[rng_below(&r, 5)]);
            add_utf8(&text, c >= 0xD800 && c <= 0xDFFF ? '\'' : c);
            if (rng_below(&r, 40) == 0) {
                buf_adds(&text, "<|endoftext|>");
            }
        }
        expect_round_trip(t, &text);
        buf_release(&text);
    }
    tokenizer_free(t);
}

/* Broken UTF-8 is punctuation: it joins "!" to one run, and cuts a word. */
Test(model_tokenizer, bad_bytes_join_a_run_of_punctuation)
{
    static const char *const bad[] = {
        "\xFF", "\x80", "\xC3", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC0\xAF"};
    struct tokenizer *t = books();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf word = BUF_INIT;
        buf_addf(&word, "the%sthe", bad[i]);
        struct ids whole = encode(t, word.s, word.len), the = encode(t, "the", 3);
        size_t n_bad = strlen(bad[i]);
        cr_assert(whole.n == 2 * the.n + n_bad, "bad sequence %zu: %zu ids", i, whole.n);
        for (size_t k = 0; k < the.n; k++) {
            cr_assert(whole.id[k] == the.id[k]);
            cr_assert(whole.id[the.n + n_bad + k] == the.id[k]);
        }
        expect_round_trip(t, &word);
        ids_release(&whole);
        ids_release(&the);
        buf_release(&word);
    }
    tokenizer_free(t);
}

Test(model_tokenizer, a_bad_byte_leaves_the_rest_of_the_text_alone)
{
    struct tokenizer *t = books();
    const char *good = " It's 12 o'clock, d\xC3\xA9j\xC3\xA0 vu\xE2\x80\x83  !";
    struct buf both = BUF_INIT;
    buf_addf(&both, "\xFF%s", good);
    struct ids with = encode(t, both.s, both.len), without = encode(t, good, strlen(good));
    cr_assert(with.n == without.n + 1);
    cr_assert(memcmp(with.id + 1, without.id, without.n * sizeof *without.id) == 0);
    ids_release(&with);
    ids_release(&without);
    buf_release(&both);
    tokenizer_free(t);
}

Test(model_tokenizer, a_nul_byte_is_like_any_other)
{
    struct tokenizer *t = books();
    struct buf text = BUF_INIT;
    buf_add(&text, "a\0b\0\0", 5);
    struct ids ids = encode(t, text.s, text.len);
    cr_assert(ids.n == 5, "%zu ids", ids.n);
    cr_assert(ids.id[1] == ids.id[3] && ids.id[3] == ids.id[4]);
    expect_round_trip(t, &text);
    ids_release(&ids);
    buf_release(&text);
    tokenizer_free(t);
}

Test(model_tokenizer, encoding_appends)
{
    struct tokenizer *t = books();
    struct ids ids = {0};
    struct err e;
    cr_assert(tokenizer_encode(t, "a", 1, &ids, &e) == 0);
    cr_assert(tokenizer_encode(t, "", 0, &ids, &e) == 0);
    cr_assert(tokenizer_encode(t, "b", 1, &ids, &e) == 0);
    cr_assert(ids.n == 2 && ids.id[0] == 64 && ids.id[1] == 65);
    ids_release(&ids);
    tokenizer_free(t);
}

Test(model_tokenizer, an_id_without_entry_is_not_decoded)
{
    struct tokenizer *t = books();
    const int bad[] = {64, BOOKS_VOCABULARY};
    struct buf out = BUF_INIT;
    struct err e;
    cr_assert(tokenizer_decode(t, bad, 2, &out, &e) == -1);
    cr_assert(strstr(e.text, "8192") != NULL, "%s", e.text);
    cr_assert(tokenizer_decode(t, &(int){-1}, 1, &out, &e) == -1);
    buf_release(&out);
    tokenizer_free(t);
}

/* One piece as long as the line, or a million of them: neither may be slow, nor hit a limit. */
Test(model_tokenizer, a_line_of_a_megabyte_is_fast, .timeout = 120)
{
    static const struct {
        const char *what, *unit;
    } lines[] = {
        {"one letter", "a"},
        {"a word", "theatre"},
        {"blanks", " "},
        {"blank and tab", " \t"},
        {"em spaces", "\xE2\x80\x83"},
        {"punctuation", "!"},
        {"dots and dashes", "..-"},
        {"apostrophes", "'"},
        {"digits", "1234567890"},
        {"mixed digits", "1\xC2\xB2\xE2\x85\xA3"},
        {"letters and digits", "a1"},
        {"ideographs", "\xE4\xB8\xAD\xE6\x96\x87"},
        {"bad bytes", "\xFF"},
        {"bad and good", "\xFF"
                         "a"},
        {"special tokens", "<|endoftext|>"},
        {"nearly special tokens", "<|endoftext"},
        {"line feeds", "\n"},
        {"NULs", ""},
    };
    struct tokenizer *t = books();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct buf line = BUF_INIT;
        while (line.len < MEGABYTE) {
            size_t n = strlen(lines[i].unit);
            buf_add(&line, lines[i].unit, n ? n : 1);
        }
        double begin = processor_s();
        expect_round_trip(t, &line);
        double taken = processor_s() - begin;
        if (getenv("NASHSWARM_TIMES")) {
            fprintf(stderr, "%-24s %.3f s\n", lines[i].what, taken);
        }
        cr_assert(taken < 10, "%s: %.1f s", lines[i].what, taken);
        buf_release(&line);
    }
    tokenizer_free(t);
}

static int made_tokenizer(struct tokenizer **t, const struct made_vocabulary *m, const int *special,
                          size_t n_special, struct err *e)
{
    return tokenizer_new(t, "made-up", buf_text(&m->vocab), m->vocab.len, buf_text(&m->merges),
                         m->merges.len, special, n_special, MADE_MAX, e);
}

/* The definition: merge the leftmost pair of the lowest rank until no pair has a rule. */
static size_t merge_slowly(const struct made_vocabulary *m, int *ids, size_t n)
{
    for (;;) {
        size_t best = n;
        int rule = MADE_MAX;
        for (size_t i = 0; i + 1 < n; i++) {
            for (int id = 256; id < m->n && id < rule; id++) {
                if (m->left[id] == ids[i] && m->right[id] == ids[i + 1]) {
                    rule = id;
                    best = i;
                }
            }
        }
        if (best == n) {
            return n;
        }
        ids[best] = rule;
        memmove(ids + best + 1, ids + best + 2, (n - best - 2) * sizeof *ids);
        n--;
    }
}

Test(model_tokenizer, merges_like_the_definition)
{
    struct rng r = rng_stream(3, 0, RNG_TEST);
    for (int round = 0; round < 20; round++) {
        struct made_vocabulary m = {0};
        made_vocabulary_bytes(&m);
        int letters = 2 + round % 3;
        for (int tries = 0; tries < 400 && m.n < 300; tries++) {
            int pick[2];
            for (int k = 0; k < 2; k++) {
                uint64_t i = rng_below(&r, (uint64_t)(letters + m.n - 256));
                pick[k] = i < (uint64_t)letters ? 'a' + (int)i : 256 + (int)i - letters;
            }
            made_vocabulary_rule(&m, pick[0], pick[1]);
        }
        buf_adds(&m.vocab, "}");
        struct tokenizer *t;
        struct err e;
        cr_assert(made_tokenizer(&t, &m, NULL, 0, &e) == 0, "%s", e.text);
        for (int word = 0; word < 50; word++) {
            char text[60];
            int expected[60];
            size_t n = 1 + rng_below(&r, sizeof text);
            for (size_t i = 0; i < n; i++) {
                text[i] = (char)('a' + (int)rng_below(&r, (uint64_t)letters));
                expected[i] = text[i];
            }
            size_t n_expected = merge_slowly(&m, expected, n);
            struct ids ids = encode(t, text, n);
            cr_assert(ids.n == n_expected, "%.*s", (int)n, text);
            cr_assert(memcmp(ids.id, expected, n_expected * sizeof *expected) == 0, "%.*s", (int)n,
                      text);
            ids_release(&ids);
        }
        tokenizer_free(t);
        made_vocabulary_release(&m);
    }
}

Test(model_tokenizer, the_earliest_then_the_longest_special_token_wins)
{
    struct made_vocabulary m = {0};
    made_vocabulary_bytes(&m);
    buf_adds(&m.vocab, ",\"<s>\":300,\"<s>>\":301,\"a<s\":302,\"\\u00e9 \\n\":303}");
    const int special[] = {300, 301, 302, 303, 300};
    struct tokenizer *t;
    struct err e;
    cr_assert(made_tokenizer(&t, &m, special, 5, &e) == 0, "%s", e.text);
    expect_ids(t, "x<s>y", 5, (int[]){'x', 300, 'y'}, 3);
    expect_ids(t, "<s>>>", 5, (int[]){301, '>'}, 2);
    expect_ids(t, "aa<s>>", 6, (int[]){'a', 302, '>', '>'}, 4);
    expect_ids(t, "<s<s>", 5, (int[]){'<', 's', 300}, 3);
    expect_ids(t, "\xC3\xA9 \n<s", 6, (int[]){303, '<', 's'}, 3);
    struct buf text = BUF_INIT;
    buf_adds(&text, "<s>\xC3\xA9 \n\xC3 <s>>a<s");
    expect_round_trip(t, &text);
    buf_release(&text);
    tokenizer_free(t);
    made_vocabulary_release(&m);
}
