#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "model/pretokenize.h"

static int put_bar_after(void *context, const char *piece, size_t n, struct err *e)
{
    buf_add(context, piece, n);
    buf_addc(context, '|');
    return buf_check(context, e);
}

static void expect_pieces(const char *text, const char *barred)
{
    struct pretokenizer *p;
    struct buf out = BUF_INIT;
    struct err e;
    cr_assert(pretokenizer_new(&p, &e) == 0, "%s", e.text);
    cr_assert(pretokenize(p, text, strlen(text), put_bar_after, &out, &e) == 0, "%s", e.text);
    cr_assert(strcmp(buf_text(&out), barred) == 0, "\"%s\" gave \"%s\", not \"%s\"", text,
              buf_text(&out), barred);
    buf_release(&out);
    pretokenizer_free(p);
}

Test(model_pretokenize, a_word_takes_one_blank_with_it)
{
    expect_pieces("", "");
    expect_pieces("one two", "one| two|");
    expect_pieces("one  two", "one| | two|");
    expect_pieces("one\ttwo", "one|\t|two|");
    expect_pieces("  \n one", "  \n| one|");
}

Test(model_pretokenize, white_space_at_the_end_is_one_piece)
{
    expect_pieces("one   ", "one|   |");
    expect_pieces(" ", " |");
    expect_pieces("\r\n\r\n", "\r\n\r\n|");
}

Test(model_pretokenize, contractions_are_lower_case)
{
    expect_pieces("I'll we've they're it's don't I'm he'd",
                  "I|'ll| we|'ve| they|'re| it|'s| don|'t| I|'m| he|'d|");
    expect_pieces("IT'S", "IT|'|S|");
    expect_pieces("'sx", "'s|x|");
    expect_pieces(" 's", " '|s|");
    expect_pieces("''s", "''|s|");
}

Test(model_pretokenize, letters_numbers_and_the_rest_stand_apart)
{
    expect_pieces("ab12cd!?34", "ab|12|cd|!?|34|");
    expect_pieces(" 1\xC2\xB2\xE2\x85\xA3 _x", " 1\xC2\xB2\xE2\x85\xA3| _|x|"); /* 1²Ⅳ */
    expect_pieces("x\xCC\x81y", "x|\xCC\x81|y|"); /* a combining accent is no letter */
}

Test(model_pretokenize, white_space_is_the_property_of_unicode)
{
    static const char *const spaces[] = {
        "\t",           "\v",           "\f",           "\xC2\x85",     "\xC2\xA0",
        "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9",
        "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
    static const char *const others[] = {"\x1C", "\x1F", "\xE1\xA0\x8E", "\xE2\x80\x8B",
                                         "\xEF\xBB\xBF"};
    char text[16], barred[16];
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        snprintf(text, sizeof text, "!%s!", spaces[i]);
        snprintf(barred, sizeof barred, "!|%s|!|", spaces[i]);
        expect_pieces(text, barred);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        snprintf(text, sizeof text, "!%s!", others[i]);
        snprintf(barred, sizeof barred, "!%s!|", others[i]);
        expect_pieces(text, barred);
    }
}

Test(model_pretokenize, broken_utf8_is_like_punctuation)
{
    expect_pieces("a\xFF\xFE!b", "a|\xFF\xFE!|b|");
    expect_pieces("a \x80 b\xC3", "a| \x80| b|\xC3|");
    expect_pieces("\xED\xA0\x80'\xC0\xAF", "\xED\xA0\x80'\xC0\xAF|");
    expect_pieces("\xC3'll", "\xC3'|ll|");
}

static int refuse(void *context, const char *piece, size_t n, struct err *e)
{
    (*(int *)context)++;
    return err_set(e, "no more after %.*s", (int)n, piece);
}

Test(model_pretokenize, the_taker_can_end_it)
{
    struct pretokenizer *p;
    struct err e;
    int taken = 0;
    cr_assert(pretokenizer_new(&p, &e) == 0, "%s", e.text);
    cr_assert(pretokenize(p, "one two", 7, refuse, &taken, &e) == -1);
    cr_assert(taken == 1);
    cr_assert(strcmp(e.text, "no more after one") == 0);
    pretokenizer_free(p);
}
