/*
 * command: what the sub-commands share: how options are parsed, how a failure is said and which
 * status the program ends with. Messages go to standard error as "nashswarm NAME: sentence".
 */
#ifndef NS_COMMANDS_COMMAND_H
#define NS_COMMANDS_COMMAND_H

#include <argp.h>

#include "base/buf.h"
#include "base/err.h"

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

/*
 * Parses the options of `nashswarm NAME`, whatever argv[0] is. A mistake in them ends the program
 * with COMMAND_USAGE, --help with COMMAND_DONE.
 */
void command_parse(const struct argp *argp, const char *name, int argc, char **argv, void *input);

/* Prints the sentence; returns COMMAND_FAILED. */
int command_fail(const char *name, const struct err *e);

/* Prints the text on standard output, flushed and checked; returns the status to end with. */
int command_print(const char *name, const struct buf *text);

#endif
