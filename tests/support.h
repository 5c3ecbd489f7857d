/*
 * support: where the source tree is, and running the program under test.
 */
#ifndef NS_TESTS_SUPPORT_H
#define NS_TESTS_SUPPORT_H

#include "base/buf.h"

/* The path of a file of the source tree, in one of a few static buffers, good until eight more
 * calls. */
const char *source_path(const char *relative);

/*
 * Runs a line of bash, in which `nashswarm` is the program under test, in the folder `in` (NULL:
 * the working folder). Returns its exit status, 128 + signal when it was killed; `out` and `error`
 * (may be NULL) get what it printed.
 */
int run_program(const char *in, const char *line, struct buf *out, struct buf *error);

/* Seconds of the processor that this process has had: what others do meanwhile does not count. */
double processor_s(void);

#endif
