#include "commands/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void command_parse(const struct argp *argp, const char *name, int argc, char **argv, void *input)
{
    char whole[64]; /* argp prints it up to the end of the parse */
    snprintf(whole, sizeof whole, "nashswarm %s", name);
    argv[0] = whole;
    argp_err_exit_status = COMMAND_USAGE;
    error_t code = argp_parse(argp, argc, argv, 0, NULL, input);
    argv[0] = NULL;
    if (code) {
        struct err e;
        err_errno(&e, code, "cannot parse the options");
        command_fail(name, &e);
        exit(COMMAND_USAGE);
    }
}

int command_fail(const char *name, const struct err *e)
{
    fprintf(stderr, "nashswarm %s: %s\n", name, e->text);
    return COMMAND_FAILED;
}

int command_print(const char *name, const struct buf *text)
{
    struct err e;
    if (buf_check(text, &e)) {
        return command_fail(name, &e);
    }
    errno = 0;
    if (fwrite(buf_text(text), 1, text->len, stdout) != text->len || fflush(stdout)) {
        err_errno(&e, errno, "cannot write to standard output");
        return command_fail(name, &e);
    }
    return COMMAND_DONE;
}
