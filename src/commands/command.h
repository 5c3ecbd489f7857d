/*
 * command: what the sub-commands share: how they fail and how they write.
 *
 * Only commands print and choose exit statuses: 0 done, 1 failure, 2 usage, 130 interrupted.
 */
#ifndef NS_COMMANDS_COMMAND_H
#define NS_COMMANDS_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

/* Prints "nashswarm NAME: sentence" to standard error and returns `status`. */
int command_fail(const char *name, int status, const struct err *e);

/* Writes to standard output and flushes; a failure to write (a full disk) is reported. */
int command_print(const char *name, const struct buf *text);

/* Reads "--threads N" style values: a whole number in [min, max], or an error that names the
 * option. */
int command_number(long *out, const char *option, const char *text, long min, long max,
                   struct err *e);

/* True when standard error is a terminal that can redraw a line. */
bool command_on_terminal(void);

int cmd_bench(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_figures(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_quantize(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_sample(int argc, char **argv);
int cmd_tokenize(int argc, char **argv);

#endif
