#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "made_vocabulary.h"
#include "model/merges.h"
#include "model/vocab.h"

static const int no_special[] = {-1};

/* The 256 bytes, "ab" = 256 and "abb" = 257 by rules, then `more` (",\"key\":id"…). */
static void make(struct made_vocabulary *m, const char *more)
{
    made_vocabulary_bytes(m);
    made_vocabulary_rule(m, 'a', 'b');
    made_vocabulary_rule(m, 256, 'b');
    buf_adds(&m->vocab, more);
    buf_adds(&m->vocab, "}");
}

static void expect_vocab_refused(const char *json, size_t n, const int *special, size_t n_special,
                                 const char *why)
{
    struct vocab v;
    struct err e;
    cr_assert(vocab_read(&v, "m.h5", json, n, special, n_special, 300, &e) == -1, "accepted: %s",
              why);
    cr_assert(strncmp(e.text, "m.h5: vocab.json", 16) == 0, "%s", e.text);
    cr_assert(strstr(e.text, why) != NULL, "\"%s\" does not say \"%s\"", e.text, why);
}

static void expect_entry_refused(const char *entry, const char *why)
{
    struct made_vocabulary m = {0};
    make(&m, entry);
    expect_vocab_refused(m.vocab.s, m.vocab.len, no_special, 0, why);
    made_vocabulary_release(&m);
}

Test(model_vocab, what_is_no_object_of_ids_is_refused)
{
    static const char *const bad[] = {"",    "[]",        "3",    "{",
                                      "{}x", "{\"a\":0}", "\xFF", "{\"a\\u0000\":1}"};
    static const char *const why[] = {"line 1", "no JSON object", "column", "line 1",
                                      "column", "lacks",          "line 1", "line 1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_vocab_refused(bad[i], strlen(bad[i]), no_special, 0, why[i]);
    }
}

Test(model_vocab, bad_entries_are_named)
{
    expect_entry_refused(",\"zz\":1.5", "\"zz\" is no integer");
    expect_entry_refused(",\"zz\":\"7\\u0000\"", "vocab.json");
    expect_entry_refused(",\"zz\":-1", "\"zz\" has the id -1");
    expect_entry_refused(",\"zz\":300", "0 to 299");
    expect_entry_refused(",\"zz\":9223372036854775807", "9223372036854775807");
    expect_entry_refused(",\"zz\":9223372036854775808", "big");
    expect_entry_refused(",\"zz\":256", "\"ab\" and \"zz\" have the same id 256");
    expect_entry_refused(",\"ab\":258", "duplicate");
    expect_entry_refused(",\"z z\":258", "\"z z\" (id 258)");
    expect_entry_refused(",\"\xE4\xB8\xAD\":258", "byte alphabet");
    expect_entry_refused(",\"z\\n\":258", "z\\u000a");
}

Test(model_vocab, every_byte_needs_its_token)
{
    struct made_vocabulary m = {0};
    make(&m, "");
    char *seven = strstr(m.vocab.s, "\"7\":55,");
    cr_assert(seven != NULL);
    memset(seven, ' ', strlen("\"7\":55,"));
    expect_vocab_refused(m.vocab.s, m.vocab.len, no_special, 0,
                         "lacks \"7\", the token of byte 0x37");
    made_vocabulary_release(&m);
}

Test(model_vocab, deep_json_is_refused)
{
    struct buf deep = BUF_INIT;
    for (int i = 0; i < 1000000; i++) {
        buf_adds(&deep, "[");
    }
    expect_vocab_refused(deep.s, deep.len, no_special, 0, "depth");
    buf_release(&deep);
}

Test(model_vocab, special_tokens_need_an_entry_and_a_text)
{
    struct made_vocabulary m = {0};
    make(&m, ",\"\":260");
    expect_vocab_refused(m.vocab.s, m.vocab.len, (int[]){259}, 1, "special token id 259");
    expect_vocab_refused(m.vocab.s, m.vocab.len, (int[]){300}, 1, "special token id 300");
    expect_vocab_refused(m.vocab.s, m.vocab.len, (int[]){-1}, 1, "special token id -1");
    expect_vocab_refused(m.vocab.s, m.vocab.len, (int[]){260}, 1, "260 has no text");
    expect_vocab_refused(m.vocab.s, m.vocab.len, (int[]){' '}, 1, "cannot be a special token");
    made_vocabulary_release(&m);
}

Test(model_vocab, a_special_token_is_its_text_and_others_are_bytes)
{
    struct made_vocabulary m = {0};
    make(&m, ",\"\\u0120x\":270,\"\\u0120y\":271}");
    m.vocab.len--; /* one brace is enough */
    struct vocab v;
    struct err e;
    cr_assert(vocab_read(&v, "m.h5", m.vocab.s, m.vocab.len, (int[]){271}, 1, 300, &e) == 0, "%s",
              e.text);
    cr_assert(v.tokens[270].n == 2 && memcmp(v.tokens[270].bytes, " x", 2) == 0);
    cr_assert(v.tokens[271].n == 3 && memcmp(v.tokens[271].bytes, "\xC4\xA0y", 3) == 0);
    cr_assert(v.tokens[272].bytes == NULL);
    cr_assert(vocab_find(&v, "ab") == 256 && vocab_find(&v, "ba") == -1);
    for (int byte = 0; byte < 256; byte++) {
        cr_assert(v.byte_id[byte] == byte);
        cr_assert(v.tokens[byte].n == 1 && (unsigned char)v.tokens[byte].bytes[0] == byte);
    }
    vocab_release(&v);
    made_vocabulary_release(&m);
}

static int read_merges(struct merges *rules, const char *text, size_t n, struct err *e)
{
    struct made_vocabulary m = {0};
    make(&m, ",\"\\u0120ab\":258");
    struct vocab v;
    cr_assert(vocab_read(&v, "m.h5", m.vocab.s, m.vocab.len, (int[]){258}, 1, 300, e) == 0, "%s",
              e->text);
    int status = merges_read(rules, "m.h5", text, n, &v, e);
    vocab_release(&v);
    made_vocabulary_release(&m);
    return status;
}

Test(model_vocab, rank_is_the_order_of_rules)
{
    static const char *const good[] = {"#version: 0.2\na b\nab b\n", "a b\nab b",
                                       "#version\r\n\r\na b\r\n\n\nab b\r\n"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct merges rules;
        struct err e;
        cr_assert(read_merges(&rules, good[i], strlen(good[i]), &e) == 0, "%s", e.text);
        const struct merge *first = merges_find(&rules, 'a', 'b');
        const struct merge *second = merges_find(&rules, 256, 'b');
        cr_assert(first && first->rank == 0 && first->merged == 256);
        cr_assert(second && second->rank == 1 && second->merged == 257);
        cr_assert(merges_find(&rules, 'b', 'a') == NULL);
        merges_release(&rules);
    }
}

Test(model_vocab, no_rules_are_fine)
{
    struct merges rules;
    struct err e;
    cr_assert(read_merges(&rules, "", 0, &e) == 0, "%s", e.text);
    cr_assert(merges_find(&rules, 'a', 'b') == NULL);
    merges_release(&rules);
}

Test(model_vocab, bad_rules_are_named_with_their_line)
{
    static const struct {
        const char *text;
        size_t n;
        const char *why;
    } bad[] = {
        {"a b\nab\n", 7, "line 2: \"ab\" is no rule"},
        {"a  b", 4, "line 1: \"a  b\" is no rule"},
        {" a b", 4, "is no rule"},
        {"a b ", 4, "is no rule"},
        {"a ", 2, "is no rule"},
        {" ", 1, "is no rule"},
        {"a b\n#version\n", 13, "line 2: \"#version\" is no rule"},
        {"a b\n\na c\n", 9, "line 3: vocab.json has no token \"ac\""},
        {"q\xC3\xA4x b", 6, "no token \"q\xC3\xA4x\""},
        {"a b\n\na b\n", 9, "line 3: the rule \"a b\" is there twice"},
        {"a b\0", 4, "no token \"b\\u0000\""},
        {"\xC4\xA0 ab", 5, "(id 258) is a special token"},
        {"\xFF b", 3, "no token"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct merges rules;
        struct err e;
        cr_assert(read_merges(&rules, bad[i].text, bad[i].n, &e) == -1, "accepted: %s", bad[i].why);
        cr_assert(strncmp(e.text, "m.h5: merges.txt, line ", 23) == 0, "%s", e.text);
        cr_assert(strstr(e.text, bad[i].why) != NULL, "\"%s\" does not say \"%s\"", e.text,
                  bad[i].why);
    }
}
