#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "made_vocabulary.h"
#include "model/texts.h"

#define LONG "a text of over 20 characters"
#define EXACTLY_21 "123456789 123456789 1"
#define EXACTLY_20 "123456789 1234567890"

/* A fresh file with these bytes; its name stays valid until the next call. */
static const char *file_of(const char *bytes, size_t n)
{
    static char path[256];
    struct buf fresh = BUF_INIT;
    struct err e;
    cr_assert(file_temporary(&fresh, P_tmpdir "/nashswarm-texts", &e) == 0, "%s", e.text);
    snprintf(path, sizeof path, "%s", fresh.s);
    buf_release(&fresh);
    cr_assert(file_write(path, bytes, n, &e) == 0, "%s", e.text);
    return path;
}

static struct texts read_texts(const char *bytes, bool keep_line_ends, size_t samples)
{
    struct texts t;
    struct err e;
    const char *path = file_of(bytes, strlen(bytes));
    cr_assert(texts_read(&t, path, keep_line_ends, samples, &e) == 0, "%s", e.text);
    unlink(path);
    return t;
}

static void expect_text(const struct texts *t, size_t i, const char *expected)
{
    cr_assert(i < t->n, "there is no text %zu", i);
    size_t n = t->end[i] - t->start[i];
    cr_assert(n == strlen(expected) && memcmp(t->bytes.s + t->start[i], expected, n) == 0,
              "text %zu is \"%.*s\"", i, (int)n, t->bytes.s + t->start[i]);
}

static void expect_no_texts(const char *bytes, const char *why)
{
    struct texts t;
    struct err e;
    const char *path = file_of(bytes, strlen(bytes));
    cr_assert(texts_read(&t, path, false, 0, &e) == -1);
    unlink(path);
    cr_assert(strstr(e.text, path) != NULL, "%s", e.text);
    cr_assert(strstr(e.text, why) != NULL, "\"%s\" does not say \"%s\"", e.text, why);
}

Test(model_texts, line_ends_are_dropped)
{
    struct texts t = read_texts(LONG "\n" LONG "\r\n\n" LONG "\r\r\n" LONG "\r", false, 0);
    cr_assert(t.n == 4);
    expect_text(&t, 0, LONG);
    expect_text(&t, 1, LONG);
    expect_text(&t, 2, LONG "\r");
    expect_text(&t, 3, LONG "\r");
    texts_release(&t);
}

Test(model_texts, lines_are_kept_as_they_stand_when_asked)
{
    struct texts t = read_texts(" " LONG " \n" LONG "\r\n \n" LONG, true, 0);
    cr_assert(t.n == 3);
    expect_text(&t, 0, " " LONG " \n");
    expect_text(&t, 1, LONG "\r\n");
    expect_text(&t, 2, LONG);
    texts_release(&t);
}

Test(model_texts, the_filter_counts_code_points_between_white_space)
{
    struct texts t = read_texts(EXACTLY_20 "\n \t" EXACTLY_20 "   \xE3\x80\x80\n" EXACTLY_21 "\n"
                                           "\xC3\xA9" EXACTLY_20 "\n \n\xEF\xBB\xBF" EXACTLY_20,
                                false, 0);
    cr_assert(t.n == 3, "%zu texts", t.n);
    expect_text(&t, 0, EXACTLY_21);
    expect_text(&t, 1, "\xC3\xA9" EXACTLY_20);
    expect_text(&t, 2, "\xEF\xBB\xBF" EXACTLY_20); /* a byte order mark is text */
    texts_release(&t);
}

Test(model_texts, the_first_ones_that_pass_are_taken)
{
    struct texts t = read_texts("short\n1" LONG "\n\n2" LONG "\n3" LONG "\n", false, 2);
    cr_assert(t.n == 2);
    expect_text(&t, 0, "1" LONG);
    expect_text(&t, 1, "2" LONG);
    texts_release(&t);
    t = read_texts("1" LONG "\n2" LONG, false, 1000);
    cr_assert(t.n == 2);
    texts_release(&t);
}

Test(model_texts, another_encoding_is_refused_at_its_first_byte)
{
    struct texts t;
    struct err e;
    const char utf16[] = "\xff\xfe"
                         "a\0 \0t\0e\0x\0t\0 \0t\0h\0a\0t\0 \0i\0s\0";
    const char *path = file_of(utf16, sizeof utf16 - 1);
    cr_assert(texts_read(&t, path, false, 0, &e) == -1 && strstr(e.text, ":1:1: the byte 0xff"));
    unlink(path);
    path = file_of(utf16 + 2, sizeof utf16 - 3); /* without its mark all of it is UTF-8 */
    cr_assert(texts_read(&t, path, false, 0, &e) == -1 && strstr(e.text, ":1:2: the byte 0x00"));
    unlink(path);
    expect_no_texts("short\n" LONG "\n" LONG "\xe9" LONG "\n", ":3:29: the byte 0xe9");
    t = read_texts("\xe9\n" LONG "\n", false, 0); /* a line that is no text may be anything */
    cr_assert(t.n == 1);
    texts_release(&t);
}

Test(model_texts, no_text_is_an_error)
{
    expect_no_texts("", "0 lines");
    expect_no_texts("short\n", "1 line:");
    expect_no_texts("short\n\n" EXACTLY_20, "3 lines");
}

Test(model_texts, unreadable_files_are_named)
{
    struct texts t;
    struct sequences s;
    struct err e;
    cr_assert(texts_read(&t, "/nonexistent/texts", false, 0, &e) == -1);
    cr_assert(strstr(e.text, "/nonexistent/texts") != NULL);
    cr_assert(texts_read(&t, "/", false, 0, &e) == -1);
    cr_assert(sequences_read(&s, "/nonexistent/ids", 10, 0, 0, &e) == -1);
    cr_assert(strstr(e.text, "/nonexistent/ids") != NULL);
}

Test(model_texts, texts_become_sequences_cut_to_length)
{
    struct made_vocabulary m = {0};
    made_vocabulary_bytes(&m);
    buf_adds(&m.vocab, "}");
    struct tokenizer *tokenizer;
    struct err e;
    cr_assert(tokenizer_new(&tokenizer, "bytes", m.vocab.s, m.vocab.len, "", 0, NULL, 0, 256, &e) ==
                  0,
              "%s", e.text);
    struct texts t = read_texts(EXACTLY_21 "\n" LONG "\n", false, 0);
    for (size_t max_tokens = 0; max_tokens < 30; max_tokens++) {
        struct sequences s;
        cr_assert(texts_encode(&t, tokenizer, max_tokens, &s, &e) == 0, "%s", e.text);
        cr_assert(s.n == 2 && s.start[0] == 0);
        for (size_t i = 0; i < s.n; i++) {
            size_t n = t.end[i] - t.start[i];
            n = max_tokens > 0 && max_tokens < n ? max_tokens : n;
            cr_assert(s.start[i + 1] - s.start[i] == n, "text %zu: %zu ids", i,
                      s.start[i + 1] - s.start[i]);
            for (size_t k = 0; k < n; k++) {
                cr_assert(s.ids[s.start[i] + k] == t.bytes.s[t.start[i] + k]);
            }
        }
        sequences_release(&s);
    }
    texts_release(&t);
    tokenizer_free(tokenizer);
    made_vocabulary_release(&m);
}

/* As "\n\n".join() makes it of WikiText's lines in the documentation of transformers. */
Test(model_texts, a_stream_of_lines_as_they_stand_has_white_space_alone_as_nothing)
{
    static const char expected[] = "\n\n = Heading = \n\n\n\n\n " LONG " \n\n\n short \n\n\n";
    struct made_vocabulary m = {0};
    made_vocabulary_bytes(&m);
    buf_adds(&m.vocab, "}");
    struct tokenizer *tokenizer;
    struct token_stream stream;
    struct err e;
    cr_assert(tokenizer_new(&tokenizer, "bytes", m.vocab.s, m.vocab.len, "", 0, NULL, 0, 256, &e) ==
                  0,
              "%s", e.text);
    struct texts t = read_texts(" \n = Heading = \n \n " LONG " \n short \n \n", true, 0);
    cr_assert(t.n == 1 && texts_stream(&t, tokenizer, &stream, &e) == 0, "%s", e.text);
    cr_assert(stream.n == sizeof expected - 1 && stream.n_texts == 6, "%zu tokens of %zu lines",
              stream.n, stream.n_texts);
    for (size_t i = 0; i < stream.n; i++) {
        cr_assert(stream.ids[i] == expected[i], "token %zu is %d", i, stream.ids[i]);
    }
    token_stream_release(&stream);
    texts_release(&t);
    tokenizer_free(tokenizer);
    made_vocabulary_release(&m);
}

static void expect_sequences(const char *bytes, size_t samples, size_t max_tokens, size_t n,
                             const int *ids, const size_t *lengths)
{
    struct sequences s;
    struct err e;
    const char *path = file_of(bytes, strlen(bytes));
    cr_assert(sequences_read(&s, path, 100, samples, max_tokens, &e) == 0, "%s", e.text);
    unlink(path);
    cr_assert(s.n == n, "\"%s\" has %zu sequences", bytes, s.n);
    for (size_t i = 0; i < n; i++) {
        cr_assert(s.start[i + 1] - s.start[i] == lengths[i], "\"%s\": sequence %zu", bytes, i);
    }
    cr_assert(s.start[0] == 0);
    cr_assert(memcmp(s.ids, ids, s.start[n] * sizeof *ids) == 0, "\"%s\"", bytes);
    sequences_release(&s);
}

static void expect_no_sequences(const char *bytes, size_t n, const char *why)
{
    struct sequences s;
    struct err e;
    const char *path = file_of(bytes, n);
    cr_assert(sequences_read(&s, path, 100, 0, 0, &e) == -1, "\"%s\" was accepted", bytes);
    unlink(path);
    cr_assert(strncmp(e.text, path, strlen(path)) == 0, "%s", e.text);
    cr_assert(strncmp(e.text + strlen(path), why, strlen(why)) == 0, "\"%s\", not \"%s\"", e.text,
              why);
}

Test(model_texts, sequences_are_lines_of_ids)
{
    expect_sequences("1 2 3\n99\n", 0, 0, 2, (int[]){1, 2, 3, 99}, (size_t[]){3, 1});
    expect_sequences("1 2 3\r\n0 007\r", 0, 0, 2, (int[]){1, 2, 3, 0, 7}, (size_t[]){3, 2});
    expect_sequences(" \t5\t\t6 \n7", 0, 0, 2, (int[]){5, 6, 7}, (size_t[]){2, 1});
    expect_sequences("1 2 3\n4\n5 6 7", 0, 2, 3, (int[]){1, 2, 4, 5, 6}, (size_t[]){2, 1, 2});
    expect_sequences("1\n2\nx", 2, 0, 2, (int[]){1, 2}, (size_t[]){1, 1});
    expect_sequences("1\n2\n", 9, 9, 2, (int[]){1, 2}, (size_t[]){1, 1});
}

Test(model_texts, bad_sequences_are_named_with_line_and_column)
{
    expect_no_sequences("", 0, " is empty");
    expect_no_sequences("1\n\n2\n", 5, ":2:1: the line has no token ids");
    expect_no_sequences("1\n \r\n", 5, ":2:1: the line has no token ids");
    expect_no_sequences("\n", 1, ":1:1: ");
    expect_no_sequences("1 2\n3  100\n", 11,
                        ":2:4: token id 100 is out of range: the vocabulary has 100");
    expect_no_sequences("1 -2", 4, ":1:3: \"-2\" is no token id");
    expect_no_sequences("+2", 2, ":1:1: \"+2\"");
    expect_no_sequences("1,2", 3, ":1:1: \"1,2\"");
    expect_no_sequences("0x1", 3, ":1:1: \"0x1\"");
    expect_no_sequences("1.0", 3, ":1:1: \"1.0\"");
    expect_no_sequences("1\r2\n", 4, ":1:1: \"1\\u000d2\"");
    expect_no_sequences("1 2\0", 4, ":1:3: \"2\\u0000\"");
    expect_no_sequences("18446744073709551616", 20, ":1:1: token id 18446744073709551616 is out");
    expect_no_sequences("4294967297", 10, ":1:1: token id 4294967297 is out of range");
    expect_no_sequences("\xEF\xBB\xBF"
                        "1",
                        4, ":1:1: ");
}

Test(model_texts, a_huge_number_does_not_overflow)
{
    struct sequences s;
    struct err e;
    struct buf digits = BUF_INIT;
    for (int i = 0; i < 1000000; i++) {
        buf_addc(&digits, '9');
    }
    const char *path = file_of(digits.s, digits.len);
    cr_assert(sequences_read(&s, path, INT_MAX, 0, 0, &e) == -1);
    unlink(path);
    cr_assert(strstr(e.text, "out of range") != NULL, "%s", e.text);
    buf_release(&digits);
}
