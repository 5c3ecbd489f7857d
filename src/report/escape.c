#include "report/escape.h"

#include <string.h>

#include "base/utf8.h"

/* What stands for one character, the first of `text`, where it is followed by the rest. */
struct replacement {
    const char *text, *by;
};

static const struct replacement for_markdown[] = {
    {"\\", "\\\\"}, {"|", "\\|"},  {"*", "\\*"},   {"_", "\\_"},
    {"`", "\\`"},   {"<", "&lt;"}, {"&", "&amp;"}, {NULL, NULL},
};

/*
 * "[" and "*" in braces: at the start of a row they would be taken for arguments of "\\". Two
 * dashes, quotes or commas, and "?`", would become one sign.
 */
static const struct replacement for_latex[] = {
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"#", "\\#"},
    {"$", "\\$"},
    {"%", "\\%"},
    {"&", "\\&"},
    {"_", "\\_"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"\"", "\\char34{}"},
    {"<", "$<$"},
    {">", "$>$"},
    {"|", "$|$"},
    {"[", "{[}"},
    {"*", "{*}"},
    {"--", "-{}"},
    {"''", "'{}"},
    {"``", "`{}"},
    {",,", ",{}"},
    {"?`", "?{}"},
    {"!`", "!{}"},
    {"Δ", "$\\Delta$"},
    {"×", "$\\times$"},
    {"−", "$-$"},
    {"±", "$\\pm$"},
    {"≤", "$\\le$"},
    {"≥", "$\\ge$"},
    {"–", "--"},
    {NULL, NULL},
};

static const struct replacement for_html[] = {
    {"<", "&lt;"}, {">", "&gt;"}, {"&", "&amp;"}, {"\"", "&quot;"}, {"'", "&#39;"}, {NULL, NULL},
};

static const struct replacement for_terminal[] = {{NULL, NULL}};

static const char *find(const struct replacement *r, const char *text, size_t bytes)
{
    for (; r->text; r++) {
        size_t length = strlen(r->text);
        if (length <= bytes && memcmp(r->text, text, length) == 0) {
            return r->by;
        }
    }
    return NULL;
}

static void escape(const struct replacement *table, const char *text, size_t bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes;) {
        size_t length = utf8_valid_length(text + i, bytes - i);
        uint32_t code = length ? utf8_code_point(text + i, length) : 0;
        const char *by;
        if (length == 0) {
            buf_addc(out, '?');
        } else if (utf8_is_control(code)) {
            buf_addc(out, ' ');
        } else if ((by = find(table, text + i, bytes - i)) != NULL) {
            buf_adds(out, by);
        } else {
            buf_add(out, text + i, length);
        }
        i += length ? length : 1;
    }
}

size_t utf8_columns(const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; n++) {
        size_t length = utf8_valid_length(text + i, bytes - i);
        i += length ? length : 1;
    }
    return n;
}

void escape_terminal(const char *text, size_t bytes, struct buf *out)
{
    escape(for_terminal, text, bytes, out);
}

void escape_markdown(const char *text, struct buf *out)
{
    escape(for_markdown, text, strlen(text), out);
}

void escape_latex(const char *text, size_t bytes, struct buf *out)
{
    escape(for_latex, text, bytes, out);
}

void escape_html(const char *text, size_t bytes, struct buf *out)
{
    escape(for_html, text, bytes, out);
}
