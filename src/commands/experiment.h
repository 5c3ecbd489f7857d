/*
 * experiment: what run, report and figures share: a spec read with its problems printed, and a
 * store.
 */
#ifndef NS_COMMANDS_EXPERIMENT_H
#define NS_COMMANDS_EXPERIMENT_H

#include "commands/experiment_options.h"
#include "results/store.h"
#include "spec/spec.h"

struct experiment {
    struct spec spec;
    struct store store;
};

/* Prints what is wrong and returns an exit status: EXIT_USAGE for a bad spec, else EXIT_FAILED. */
int experiment_open(struct experiment *x, const char *command,
                    const struct experiment_request *request);
void experiment_close(struct experiment *x);

/*
 * Appends a sentence when the stored rows are not those of the spec as it is now: what differs, and
 * the command that makes them anew (run_command.h).
 */
int experiment_differences(const struct experiment *x, const struct record *rows, size_t n,
                           const char *command, struct buf *sentence, struct err *e);

/*
 * Appends a sentence when models of the stored rows have changed since: which, and the command that
 * measures them as they are. `name` is the command at work, which tells it on standard error.
 */
int experiment_tell_models(const struct experiment *x, const struct record *rows, size_t n,
                           const char *name, const char *command, struct buf *sentence,
                           struct err *e);

/* Says so when the stored table, which the command is going to replace, is of another file. */
int experiment_tell_replaced(const struct experiment *x, const char *command, struct err *e);

/* Tables and the terminal's table (into `out`), then figures; either may be left out. */
int experiment_report(const struct experiment *x, const struct record *rows, size_t n, bool tables,
                      bool figures, struct buf *out, struct err *e);

/* The figures alone, drawn by one process at a time; `written` gets their paths, one a line. */
int experiment_figures(const struct experiment *x, const struct record *rows, size_t n,
                       struct buf *written, struct err *e);

#endif
