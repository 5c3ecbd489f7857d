/*
 * macros: the functions of libcriterion that the macros of the tests call, as far as our tests use
 * them, for one test in one process. A failure is printed at once and remembered.
 */
#include <criterion/logging.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "plain.h"

struct criterion_options criterion_options;

static struct {
    const struct criterion_test *test;
    const char *id;
    void *param;
    bool failed;
    jmp_buf end; /* where a test goes that ends early */
} now;

int macros_run(const struct criterion_test *test, void *param, const char *id)
{
    now.test = test;
    now.param = param;
    now.id = id;
    if (setjmp(now.end) == 0) {
        test->test();
    }
    return now.failed;
}

void criterion_internal_test_setup(void)
{
    if (now.test->data->init) {
        now.test->data->init();
    }
}

void criterion_internal_test_main(void (*test)(void))
{
    if (now.param) {
        ((void (*)(void *))test)(now.param);
    } else {
        test();
    }
}

void criterion_internal_test_teardown(void)
{
    if (now.test->data->fini) {
        now.test->data->fini();
    }
}

void criterion_send_assert(struct criterion_assert_stats *stats)
{
    if (!stats->passed) {
        fprintf(stderr, "%s:%u: %s: %s\n", stats->file, stats->line, now.id, stats->message);
        now.failed = true;
    }
}

void criterion_abort_test(void)
{
    longjmp(now.end, 1);
}

void criterion_skip_test(const char *format, ...)
{
    (void)format;
    longjmp(now.end, 1);
}

void criterion_continue_test(void)
{
}

void cri_asserts_passed_incr(void)
{
}

/* Without words of the test's own, its condition is what is told. */
char *cr_translate_assert_msg(int message, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, message);
    int n = vasprintf(&text, "%s", args);
    va_end(args);
    return n < 0 ? NULL : text;
}

int cr_asprintf(char **text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vasprintf(text, format, args);
    va_end(args);
    return n;
}

void cr_asprintf_free(char *text)
{
    free(text);
}

void *cr_malloc(size_t size)
{
    return malloc(size);
}

void cr_log(enum criterion_severity severity, const char *format, ...)
{
    (void)severity;
    (void)format;
}
