#include "commands/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tensor/matmul.h"

int command_fail(const char *name, int status, const struct err *e)
{
    fprintf(stderr, "nashswarm %s: %s\n", name, e->text);
    return status;
}

int command_flush(struct err *e)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return 0;
    }
    int code = errno;
    __fpurge(stdout); /* told once, not again at exit */
    clearerr(stdout);
    return err_errno(e, code, "cannot write to standard output");
}

int command_print(const char *name, const struct buf *text)
{
    struct err e;
    if (buf_check(text, &e)) {
        return command_fail(name, EXIT_FAILED, &e);
    }
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of writing, told like others */
    fwrite(buf_text(text), 1, text->len, stdout);
    return command_flush(&e) ? command_fail(name, EXIT_FAILED, &e) : EXIT_DONE;
}

void command_end(int number)
{
    file_discard();
    signal(number, SIG_DFL);
    raise(number);
}

void command_take_number(long *out, const char *option, const char *text, long min, long max,
                         struct argp_state *state)
{
    char *end;
    errno = 0;
    long x = strtol(text, &end, 10);
    if (end == text || *end) {
        argp_error(state, "%s takes a whole number, not \"%s\"", option, text);
    } else if (errno || x < min || x > max) {
        argp_error(state, "%s takes a number from %ld to %ld, not %s", option, min, max, text);
    }
    *out = x;
}

void command_take_threads(long *out, const char *text, struct argp_state *state)
{
    command_take_number(out, "--threads", text, 1, COMPUTE_THREADS_MAX, state);
}

void command_take_argument(const char **out, const char *text, const char *what,
                           struct argp_state *state)
{
    if (*out) {
        argp_error(state, "one %s at a time: \"%s\" is one too many", what, text);
    }
    *out = text;
}

bool command_on_terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb") != 0);
}
