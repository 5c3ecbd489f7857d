/*
 * process: runs another program to its end, without a shell.
 *
 * Arguments go over as they are, so no name can be taken for a command. The child reads nothing,
 * speaks plain English (LC_ALL=C.UTF-8) and lives in UTC, so what it writes does not depend on who
 * runs it; its cairo leaves PDFs as plain text, so that report/pdf.h finds their dates. One of its
 * two output streams is kept, or both.
 */
#ifndef NS_BASE_PROCESS_H
#define NS_BASE_PROCESS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum process_stream { PROCESS_OUTPUT = 1, PROCESS_MESSAGES = 2 };

/*
 * Runs argv[0], looked up on PATH; argv ends with NULL. Appends what came over `keep` to `text`.
 * *exit_code is the program's own, or 128 + the signal that ended it. −1: it could not be started;
 * *missing (may be NULL) then says whether that is because there is no such program.
 */
int process_run(const char *const argv[], enum process_stream keep, struct buf *text,
                int *exit_code, bool *missing, struct err *e);

/*
 * The same with both streams kept, each by itself: what it printed, and its messages (which wait in
 * a file in memory meanwhile).
 */
int process_run_both(const char *const argv[], struct buf *printed, struct buf *messages,
                     int *exit_code, bool *missing, struct err *e);

#endif
