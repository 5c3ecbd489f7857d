/*
 * texts: evaluation texts from a file, one a line, and token sequences.
 *
 * Lines end at LF; the line end (LF or CR LF) is dropped, unless the caller asks to keep lines
 * exactly as they stand (WikiText). The study's filter keeps texts whose length, stripped of
 * Unicode white space and counted in code points, is over 20.
 */
#ifndef NS_MODEL_TEXTS_H
#define NS_MODEL_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/tokenizer.h"

enum { TEXT_LENGTH_OVER = 20 }; /* code points; the study's filter */

/* Sequence i is ids[start[i] .. start[i + 1]). */
struct sequences {
    int *ids;
    size_t *start; /* n + 1 of them */
    size_t n;
};

void sequences_release(struct sequences *s);

struct texts {
    struct buf bytes; /* the whole file */
    size_t *start, *end;
    size_t n;
};

/*
 * Reads a file ("-": standard input), keeps what passes the filter, then the first `samples` of
 * them (0: all). No text left is an error.
 */
int texts_read(struct texts *t, const char *path, bool keep_line_ends, size_t samples,
               struct err *e);
void texts_release(struct texts *t);

/* Tokenizes; each sequence is cut to `max_tokens` ids (0: not cut). */
int texts_encode(const struct texts *t, const struct tokenizer *tokenizer, size_t max_tokens,
                 struct sequences *out, struct err *e);

/*
 * Reads lines of space-separated ids below n_vocab ("-": standard input), the first `samples` lines
 * (0: all), each cut to `max_tokens` (0: not cut). Errors name line and column. A line without ids
 * is refused.
 */
int sequences_read(struct sequences *s, const char *path, int n_vocab, size_t samples,
                   size_t max_tokens, struct err *e);

#endif
