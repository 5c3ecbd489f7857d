/*
 * support: what the suites share: where files are, scratch folders, running the program.
 */
#ifndef NS_TESTS_SUPPORT_H
#define NS_TESTS_SUPPORT_H

#include "base/buf.h"

/* "SOURCE/relative", in a static buffer that the next calls but three overwrite. */
const char *source_path(const char *relative);

/* A fresh folder under TMPDIR, removed when the test ends well by scratch_remove(). */
char *scratch_make(void);
void scratch_remove(char *folder);

/* "FOLDER/name", in a static buffer that the next calls but three overwrite. */
const char *in_folder(const char *folder, const char *name);

/* Writes a whole file; fails the test when it cannot. */
void put_file(const char *path, const void *bytes, size_t n);
void put_text(const char *path, const char *text);

/*
 * Runs a shell command line; `nashswarm` in it is the program under test. Returns its exit status,
 * 128 + signal when it was killed; `out` and `error` (may be NULL) get what it printed.
 */
int run_program(const char *command_line, struct buf *out, struct buf *error);

#endif
