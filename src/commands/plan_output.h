/*
 * plan_output: how `plan` and `run --dry-run` tell what a run would do.
 */
#ifndef NS_COMMANDS_PLAN_OUTPUT_H
#define NS_COMMANDS_PLAN_OUTPUT_H

#include "commands/experiment.h"

struct plan_output {
    bool json;
    bool all; /* every cell, not some of each reason */
};

/* Surveys and prints; an exit status. `command` is the name for messages. */
int plan_print(const struct experiment *x, const struct plan_output *how, const char *command);

#endif
