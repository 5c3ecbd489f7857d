/*
 * scratch: a folder of its own for a test that writes files, under TMPDIR or /tmp. Its name has a
 * blank in it, as users' folders do.
 */
#ifndef NS_TESTS_SCRATCH_H
#define NS_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch {
    char folder[256];
};

/* Makes the folder; a failure fails the test. */
struct scratch scratch_new(void);

/* FOLDER/name in one of a few static buffers, good until eight more calls. */
const char *scratch_path(const struct scratch *s, const char *name);

/* Writes a file in it and returns its path. */
const char *scratch_file(const struct scratch *s, const char *name, const void *bytes, size_t n);

/* Number of files in the folder. */
int scratch_files(const struct scratch *s);

/* Do two files have the same bytes? */
bool scratch_same(const char *path, const char *other);

/* Removes the folder and all that is in it. */
void scratch_remove(struct scratch *s);

#endif
