/*
 * problems: everything that is wrong with the files of an experiment, collected and then printed
 * together in the order of the files.
 *
 * A source is a file kept in memory with the starts of its lines; a place is a line and a column in
 * it, both from 1, columns in code points. Places borrow their source, which therefore outlives the
 * problems. A problem prints as "file:line:column: sentence", the line, and a caret under the
 * column; one of the command line has no place and prints as its sentence alone.
 */
#ifndef NS_SPEC_PROBLEMS_H
#define NS_SPEC_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { PROBLEMS_MAX = 100, SHOWN_MAX = 64 };

struct source {
    char *path;
    struct buf bytes;   /* without a byte order mark */
    size_t *line_start; /* byte offsets */
    size_t n_lines, capacity;
    int rank; /* order in which problems of several files are printed */
};

struct place {
    const struct source *source; /* NULL: the command line */
    size_t line, column;
};

struct problem {
    struct place at;
    char *sentence;
    size_t order; /* in which it was found */
};

struct problems {
    struct problem *all;
    size_t n, capacity;
    size_t dropped; /* found after PROBLEMS_MAX others */
    bool failed;    /* out of memory */
};

/* Finds the starts of the lines; `bytes` is filled. Lines end where YAML says that they do. */
int source_index(struct source *s, struct err *e);
void source_release(struct source *s);

/* The place of a byte; one past the end is the place after the last character. */
struct place source_place(const struct source *s, size_t offset);

/* Adds one sentence. A failed allocation is remembered in `failed`. */
void problems_add(struct problems *p, struct place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether something is already known to be wrong at this place. */
bool problems_known_at(const struct problems *p, struct place at);

/* How many were found, printed or not. */
size_t problems_count(const struct problems *p);

/* Sorts, and appends all of them as text. */
void problems_print(struct problems *p, struct buf *out);
void problems_release(struct problems *p);

/* A value as it is shown in a sentence: on one line, cut when long. */
struct shown {
    char text[SHOWN_MAX + 8];
};
struct shown shown(const char *text);

#endif
