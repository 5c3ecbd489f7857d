#include "commands/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAX = 4096 }; /* more than any machine has cores */

int command_fail(const char *name, int status, const struct err *e)
{
    fprintf(stderr, "nashswarm %s: %s\n", name, e->text);
    return status;
}

int command_print(const char *name, const struct buf *text)
{
    struct err e;
    if (buf_check(text, &e)) {
        return command_fail(name, EXIT_FAILED, &e);
    }
    if (fwrite(buf_text(text), 1, text->len, stdout) != text->len || fflush(stdout)) {
        err_errno(&e, errno, "cannot write to standard output");
        return command_fail(name, EXIT_FAILED, &e);
    }
    return EXIT_DONE;
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
    command_take_number(out, "--threads", text, 1, THREADS_MAX, state);
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
