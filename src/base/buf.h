/*
 * buf: a text that grows.
 *
 * Writers append without checking each call: a failed allocation is remembered and everything after
 * it is dropped, so one buf_check() at the end is enough. `s` is always NUL-terminated after the
 * first append (the NUL is not counted in `len`); before it, `s` may be NULL.
 */
#ifndef NS_BASE_BUF_H
#define NS_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
    char *s;
    size_t len, capacity;
    bool failed;
};

#define BUF_INIT ((struct buf){0})

void buf_release(struct buf *b);

/* The same for a text that was written into another: what was cut short there is failed too. */
void buf_release_part(struct buf *part, struct buf *whole);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The shortest decimal text that reads back as exactly `x`; "nan", "inf", "-inf" otherwise. */
void buf_add_real(struct buf *b, double x);

/* The text so far, "" when there is none; borrowed. */
const char *buf_text(const struct buf *b);

/* 0, or −1 with `e` set when an append ran out of memory. */
int buf_check(const struct buf *b, struct err *e);

#endif
