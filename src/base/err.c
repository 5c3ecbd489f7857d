#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/*
 * Names in a sentence come from files that anybody may have made: what a terminal would obey, or
 * cannot show, becomes a question mark.
 */
static void make_printable(char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0, length; i < n; i += length) {
        length = utf8_valid_length(text + i, n - i);
        uint32_t c = length ? utf8_code_point(text + i, length) : 0;
        if (utf8_is_control(c)) { /* 0: a byte of no character */
            length = length ? length : 1;
            memset(text + i, '?', length);
        }
    }
}

/* vsnprintf that marks a cut instead of hiding it. */
static void fill(char *out, size_t size, const char *format, va_list args)
{
    int need = vsnprintf(out, size, format, args);
    if (need >= (int)size) {
        memcpy(out + size - sizeof "…", "…", sizeof "…");
    }
    make_printable(out);
}

void err_fill(struct err *e, const char *format, ...)
{
    static const char memory[] = "out of memory";
    va_list args;
    va_start(args, format);
    fill(e->text, sizeof e->text, format, args);
    va_end(args);
    e->memory = strncmp(e->text, memory, sizeof memory - 1) == 0;
}

void err_fill_prefix(struct err *e, const char *format, ...)
{
    char context[ERR_MAX / 2], old[ERR_MAX];
    va_list args;
    va_start(args, format);
    fill(context, sizeof context, format, args);
    va_end(args);
    memcpy(old, e->text, sizeof old);
    bool memory = e->memory;
    err_fill(e, "%s: %s", context, old);
    e->memory = memory;
}

void err_fill_errno(struct err *e, int code, const char *format, ...)
{
    char what[ERR_MAX - 256];
    va_list args;
    va_start(args, format);
    fill(what, sizeof what, format, args);
    va_end(args);
    err_fill(e, "%s: %s", what, strerror(code));
}

void bug_at(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "BUG at %s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}
