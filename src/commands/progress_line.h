/*
 * progress_line: how far the long work of a command is, on standard error.
 *
 * On a terminal it is a line redrawn, gone when the work is done; elsewhere a line now and then.
 * The first comes within a second of the command's start; what is over by then says nothing. Work
 * may have several steps, one after the other; a step begins where less is done than before. Of
 * small work, no step of which has 100 million weights or bytes, only a terminal hears, however
 * slow the machine.
 */
#ifndef NS_COMMANDS_PROGRESS_LINE_H
#define NS_COMMANDS_PROGRESS_LINE_H

#include <stdbool.h>

#include "base/progress.h"

struct progress_line {
    const char *command;            /* "synth" */
    int steps, step;                /* of so many, at this one, from 1 */
    bool terminal, large;           /* large: some step was, so that the others are told of too */
    double begin_s, step_s, told_s; /* of the command, of the step; when shown last, 0 before */
    size_t done;
};

/* What the work reports to; `l` must outlive it. The time begins now. */
struct progress progress_line_begin(struct progress_line *l, const char *command, int steps);

/* Takes the line of a terminal away. */
void progress_line_end(const struct progress_line *l);

#endif
