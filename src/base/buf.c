#include "base/buf.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void buf_release(struct buf *b)
{
    free(b->s);
    *b = BUF_INIT;
}

void buf_release_part(struct buf *part, struct buf *whole)
{
    whole->failed = whole->failed || part->failed;
    buf_release(part);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->s) {
        b->s[0] = '\0';
    }
}

/* Room for `more` bytes and the NUL; false when the buffer is (now) failed. */
static bool room(struct buf *b, size_t more)
{
    struct err ignored;
    size_t need;
    if (__builtin_add_overflow(b->len + 1, more, &need) ||
        mem_grow(&b->s, &b->capacity, need, 1, &ignored)) {
        b->failed = true;
    }
    return !b->failed;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (!room(b, n)) {
        return;
    }
    if (n) {
        memcpy(b->s + b->len, bytes, n);
    }
    b->len += n;
    b->s[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        b->failed = true;
    } else if (room(b, (size_t)n)) {
        vsnprintf(b->s + b->len, (size_t)n + 1, format, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

/* Most numbers are small and whole, and their text is known without trying digits. */
static bool add_whole(struct buf *b, double x)
{
    static const double limit = 1e15; /* from here on %.15g takes an exponent */
    char digits[24], *at = digits + sizeof digits;
    if (!(fabs(x) < limit) || x != trunc(x) || (x == 0 && signbit(x))) {
        return false;
    }
    uint64_t rest = (uint64_t)fabs(x);
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (x < 0) {
        *--at = '-';
    }
    buf_add(b, at, (size_t)(digits + sizeof digits - at));
    return true;
}

void buf_add_real(struct buf *b, double x)
{
    char text[40];
    if (add_whole(b, x)) {
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (!isfinite(x) || strtod(text, NULL) == x) {
            break;
        }
    }
    buf_adds(b, text);
}

const char *buf_text(const struct buf *b)
{
    return b->s ? b->s : "";
}

int buf_check(const struct buf *b, struct err *e)
{
    return b->failed ? err_set(e, "out of memory: a text of over %zu bytes did not fit", b->len)
                     : 0;
}
