/*
 * progress_line: how far one long piece of work of a command is, on standard error.
 *
 * On a terminal it is a line redrawn, gone when the work is done; elsewhere a line now and then.
 * What is over within a second says nothing.
 */
#ifndef NS_COMMANDS_PROGRESS_LINE_H
#define NS_COMMANDS_PROGRESS_LINE_H

#include <stdbool.h>

#include "base/progress.h"

struct progress_line {
    const char *command, *unit; /* "synth", "weights" */
    bool terminal;
    double start_s, told_s; /* told_s: when it was last shown, 0 before */
};

/* What the work reports to; `l` must outlive it. The time begins now. */
struct progress progress_line_begin(struct progress_line *l, const char *command, const char *unit);

/* Takes the line of a terminal away. */
void progress_line_end(const struct progress_line *l);

#endif
