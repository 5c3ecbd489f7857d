#include "commands/results_argument.h"

#include <string.h>

#include "commands/command.h"
#include "commands/experiment.h"

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
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
    if (stored_open(s, x.store.results.s, argument, &e)) {
        status = command_fail(command, EXIT_FAILED, &e);
    }
    experiment_close(&x);
    return status;
}
