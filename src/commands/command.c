#include "commands/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

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
