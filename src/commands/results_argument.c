#include "commands/results_argument.h"

#include <stdio.h>
#include <string.h>

#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/run_command.h"

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* A table of the spec as it was is shown all the same. */
static int warn(const struct experiment *x, const struct stored *s, const char *command,
                const struct experiment_request *request, struct err *e)
{
    struct buf sentence = BUF_INIT, changed = BUF_INIT, run = BUF_INIT;
    run_command_add(&run, "run", request);
    int status = experiment_differences(x, s->rows, s->n, buf_text(&run), &sentence, e);
    if (!status && sentence.len) {
        fprintf(stderr, "nashswarm %s: warning: %s\n", command, sentence.s);
    } else if (!status) {
        status = experiment_tell_models(x, s->rows, s->n, command, buf_text(&run), &changed, e);
    }
    buf_release(&sentence);
    buf_release(&changed);
    buf_release(&run);
    return status;
}

int results_open(struct stored *s, const char *command, const char *argument, const char *root)
{
    struct experiment_request request = {.spec = argument, .out = root};
    struct experiment x;
    struct err e;
    if (!ends_in(argument, ".yaml") && !ends_in(argument, ".yml")) {
        return stored_open(s, argument, NULL, &e) ? command_fail(command, EXIT_FAILED, &e)
                                                  : EXIT_DONE;
    }
    int status = experiment_open(&x, command, &request);
    if (status) {
        return status;
    }
    if (stored_open(s, x.store.results.s, argument, &e) || warn(&x, s, command, &request, &e)) {
        status = command_fail(command, EXIT_FAILED, &e);
        stored_release(s);
    }
    experiment_close(&x);
    return status;
}
