/*
 * run_command: a command line of nashswarm as it would be typed again, for the advice at the end of
 * a run.
 */
#ifndef NS_COMMANDS_RUN_COMMAND_H
#define NS_COMMANDS_RUN_COMMAND_H

#include "base/buf.h"
#include "commands/experiment_options.h"

/* Appends "nashswarm VERB SPEC" with the options that say which experiment it is and where. */
void run_command_add(struct buf *out, const char *verb, const struct experiment_request *request);

#endif
