/*
 * err: how a fallible function says what went wrong.
 *
 * A fallible function returns 0, or −1 after filling the `struct err *` that it takes last with one
 * full sentence: which file, which key, which value, and what to do. Library code neither prints
 * nor exits; only the commands do. Each parallel job owns its own err. An err passed to a function
 * that succeeds is left alone, so an uninitialised one is never read.
 */
#ifndef NS_BASE_ERR_H
#define NS_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

enum { ERR_MAX = 2048 };

struct err {
    char text[ERR_MAX]; /* UTF-8 without control characters; cut with "…" when longer */
    /* The sentence began with "out of memory" when it was set: nothing is known of the input. */
    bool memory;
};

/*
 * All three are expressions of the value −1, so that `return err_set(e, …)` reads well; macros, so
 * that compilers and analysers know that value too.
 *
 * err_set(e, format, …): sets the sentence.
 * err_prefix(e, format, …): puts "context: " in front of a sentence that is already set.
 * err_errno(e, code, format, …): err_set() with ": " and the text of errno value `code` added.
 */
static inline int err_status(void)
{
    return -1;
}

#define err_set(e, ...) (err_fill(e, __VA_ARGS__), err_status())
#define err_prefix(e, ...) (err_fill_prefix(e, __VA_ARGS__), err_status())
#define err_errno(e, code, ...) (err_fill_errno(e, code, __VA_ARGS__), err_status())

void err_fill(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_fill_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_fill_errno(struct err *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For what cannot happen unless this program is wrong: prints file and line, then aborts. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bug_at(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
