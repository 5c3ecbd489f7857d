#include "spec/problems.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { LINE_SHOWN = 160, LINE_BEFORE = 100 }; /* code points of a long line, before the caret */

/* Bytes of the line break at text[0..n), 0 when there is none: CR LF, CR, LF, NEL, LS, PS. */
static size_t break_length(const char *text, size_t n)
{
    if (text[0] == '\r') {
        return n > 1 && text[1] == '\n' ? 2 : 1;
    }
    if (text[0] == '\n') {
        return 1;
    }
    if (n > 1 && memcmp(text, "\xC2\x85", 2) == 0) {
        return 2;
    }
    bool separator = n > 2 && (memcmp(text, "\u2028", 3) == 0 || memcmp(text, "\u2029", 3) == 0);
    return separator ? 3 : 0;
}

/* Bytes of the character at text[0..n); a byte that is part of none counts as one. */
static size_t character_length(const char *text, size_t n)
{
    size_t length = utf8_valid_length(text, n);
    return length ? length : 1;
}

static int add_line(struct source *s, size_t start, struct err *e)
{
    if (mem_grow(&s->line_start, &s->capacity, s->n_lines + 1, sizeof *s->line_start, e)) {
        return -1;
    }
    s->line_start[s->n_lines++] = start;
    return 0;
}

int source_index(struct source *s, struct err *e)
{
    const char *text = buf_text(&s->bytes);
    size_t n = s->bytes.len;
    s->n_lines = 0;
    if (add_line(s, 0, e)) {
        return -1;
    }
    for (size_t i = 0; i < n;) {
        size_t end_of_line = break_length(text + i, n - i);
        i += end_of_line ? end_of_line : 1;
        if (end_of_line && add_line(s, i, e)) {
            return -1;
        }
    }
    return 0;
}

void source_release(struct source *s)
{
    free(s->path);
    free(s->line_start);
    buf_release(&s->bytes);
    *s = (struct source){0};
}

struct place source_place(const struct source *s, size_t offset)
{
    size_t line = s->n_lines;
    while (line > 1 && s->line_start[line - 1] > offset) {
        line--;
    }
    const char *text = buf_text(&s->bytes);
    size_t column = 1;
    for (size_t i = s->line_start[line - 1]; i < offset && i < s->bytes.len; column++) {
        i += character_length(text + i, s->bytes.len - i);
    }
    return (struct place){s, line, column};
}

void problems_add(struct problems *p, struct place at, const char *format, ...)
{
    struct err ignored;
    if (p->n == PROBLEMS_MAX) {
        p->dropped++;
        return;
    }
    va_list args;
    va_start(args, format);
    char *sentence = NULL;
    if (vasprintf(&sentence, format, args) < 0 ||
        mem_grow(&p->all, &p->capacity, p->n + 1, sizeof *p->all, &ignored)) {
        free(sentence);
        p->failed = true;
    } else {
        p->all[p->n] = (struct problem){.at = at, .sentence = sentence, .order = p->n};
        p->n++;
    }
    va_end(args);
}

bool problems_known_at(const struct problems *p, struct place at)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct place *q = &p->all[i].at;
        if (q->source == at.source && q->line == at.line && q->column == at.column) {
            return true;
        }
    }
    return false;
}

size_t problems_count(const struct problems *p)
{
    return p->n + p->dropped;
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* By file, the command line last, then by place, then as found. */
static int compare_problems(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    int rank_x = x->at.source ? x->at.source->rank : INT32_MAX;
    int rank_y = y->at.source ? y->at.source->rank : INT32_MAX;
    if (rank_x != rank_y) {
        return rank_x < rank_y ? -1 : 1;
    }
    if (x->at.line != y->at.line) {
        return compare_sizes(x->at.line, y->at.line);
    }
    if (x->at.column != y->at.column) {
        return compare_sizes(x->at.column, y->at.column);
    }
    return compare_sizes(x->order, y->order);
}

/* A character that a terminal may be shown. */
static bool printable(const char *text, size_t length)
{
    return !utf8_is_control(utf8_code_point(text, length));
}

static void print_line(struct place at, struct buf *out)
{
    const struct source *s = at.source;
    size_t start = s->line_start[at.line - 1];
    const char *text = buf_text(&s->bytes) + start;
    size_t n = s->bytes.len - start, column = 1;
    size_t from = at.column > LINE_BEFORE ? at.column - LINE_BEFORE : 1;
    struct buf caret = BUF_INIT;
    buf_adds(out, from > 1 ? "    …" : "    ");
    buf_adds(&caret, from > 1 ? "     " : "    ");
    for (size_t i = 0; i < n && !break_length(text + i, n - i); column++) {
        size_t length = utf8_valid_length(text + i, n - i);
        if (column == from + LINE_SHOWN) {
            buf_adds(out, "…");
            break;
        }
        if (column >= from) {
            bool shows = length && (text[i] == '\t' || printable(text + i, length));
            buf_add(out, shows ? text + i : "?", shows ? length : 1);
            if (column < at.column) {
                buf_addc(&caret, text[i] == '\t' ? '\t' : ' ');
            }
        }
        i += length ? length : 1;
    }
    buf_addf(out, "\n%s^\n", buf_text(&caret));
    out->failed = out->failed || caret.failed;
    buf_release(&caret);
}

void problems_print(struct problems *p, struct buf *out)
{
    if (p->n) {
        qsort(p->all, p->n, sizeof *p->all, compare_problems);
    }
    for (size_t i = 0; i < p->n; i++) {
        struct place at = p->all[i].at;
        if (!at.source) {
            buf_addf(out, "%s\n", p->all[i].sentence);
            continue;
        }
        buf_addf(out, "%s:%zu:%zu: %s\n", at.source->path, at.line, at.column, p->all[i].sentence);
        print_line(at, out);
    }
    if (p->dropped) {
        buf_addf(out, "and %zu more\n", p->dropped);
    }
}

void problems_release(struct problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->all[i].sentence);
    }
    free(p->all);
    *p = (struct problems){0};
}

struct shown shown(const char *text)
{
    struct shown s;
    size_t n = strlen(text), used = 0;
    for (size_t i = 0; i < n;) {
        size_t length = utf8_valid_length(text + i, n - i);
        bool shows = length && printable(text + i, length);
        size_t width = shows ? length : 1;
        if (used + width > SHOWN_MAX) {
            memcpy(s.text + used, "…", sizeof "…");
            return s;
        }
        memcpy(s.text + used, shows ? text + i : "?", width);
        used += width;
        i += length ? length : 1;
    }
    s.text[used] = '\0';
    return s;
}
