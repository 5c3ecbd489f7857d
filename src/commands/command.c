#include "commands/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int command_number(long *out, const char *option, const char *text, long min, long max,
                   struct err *e)
{
    char *end;
    errno = 0;
    long x = strtol(text, &end, 10);
    if (end == text || *end) {
        return err_set(e, "%s takes a whole number, not \"%s\"", option, text);
    }
    if (errno || x < min || x > max) {
        return err_set(e, "%s takes a number from %ld to %ld, not %s", option, min, max, text);
    }
    *out = x;
    return 0;
}

bool command_on_terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb") != 0);
}
