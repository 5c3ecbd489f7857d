/*
 * paths: where a path written in a file points to.
 *
 * Results are allocated; NULL means out of memory, with `e` set. "NAME/.." is dropped only where
 * NAME is a real folder, since behind a symbolic link ".." is another place.
 */
#ifndef NS_SPEC_PATHS_H
#define NS_SPEC_PATHS_H

#include <stdbool.h>

#include "base/err.h"

/* The folder that a file stands in; "." for a bare name. */
char *path_folder(const char *file, struct err *e);

/* A path seen from a folder, tidied; an absolute path stays where it is. */
char *path_resolve(const char *folder, const char *path, struct err *e);

/* The path seen from the root; as it is when the working directory has no name. */
char *path_absolute(const char *path, struct err *e);

/* The file's name without folder and, when it ends so, without `suffix`. */
char *path_stem(const char *path, const char *suffix, struct err *e);

bool path_is_folder(const char *path);

/*
 * NAME in the folder, or in the nearest one above it where it is what it should be by `fits`;
 * *found is NULL when it is nowhere, else the caller's. −1: no memory.
 */
int path_find_above(char **found, const char *folder, const char *name,
                    bool (*fits)(const char *path), struct err *e);

#endif
