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
    size_t n_cut; /* of which something was cut off */
};

void sequences_release(struct sequences *s);

struct texts {
    struct buf bytes; /* the whole file */
    size_t *start, *end;
    size_t n;
    bool keep_line_ends;
    size_t bytes_seen; /* up to the end of the last line that was looked at */
    size_t n_short;    /* lines up to there that are no texts, but not empty either */
};

/*
 * Reads a file ("-": standard input), keeps what passes the filter, then the first `samples` of
 * them (0: all). No text left is an error, and so is one that is not in UTF-8: errors name line and
 * byte.
 */
int texts_read(struct texts *t, const char *path, bool keep_line_ends, size_t samples,
               struct err *e);
void texts_release(struct texts *t);

/* Tokenizes; each sequence is cut to `max_tokens` ids (0: not cut). */
int texts_encode(const struct texts *t, const struct tokenizer *tokenizer, size_t max_tokens,
                 struct sequences *out, struct err *e);

/* A file as one sequence: each token with the text, or for lines too short to be one the line, that
 * its first byte is of. */
struct token_stream {
    int *ids;
    size_t *text; /* [n], not falling, below n_texts */
    size_t n, n_texts;
};

/*
 * Joins the lines up to the last text, too short ones among them, with an empty line between each
 * two, as the evaluation of WikiText in the documentation of transformers does, and tokenizes the
 * whole. With line ends kept, lines stand as they do in that data set: with their ends, white space
 * alone as nothing.
 */
int texts_stream(const struct texts *t, const struct tokenizer *tokenizer, struct token_stream *out,
                 struct err *e);

/* The sequences one after the other, each of them a text. */
int sequences_stream(const struct sequences *s, struct token_stream *out, struct err *e);
void token_stream_release(struct token_stream *t);

/*
 * Reads lines of space-separated ids below n_vocab ("-": standard input), the first `samples` lines
 * (0: all), each cut to `max_tokens` (0: not cut). Errors name line and column. A line without ids
 * is refused.
 */
int sequences_read(struct sequences *s, const char *path, int n_vocab, size_t samples,
                   size_t max_tokens, struct err *e);

#endif
