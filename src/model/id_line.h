/*
 * id_line: one line of token ids, as text.
 *
 * Ids are unsigned decimal numbers with blanks or tabs between them, and around them if somebody
 * put them there; a carriage return may end the line.
 */
#ifndef NS_MODEL_ID_LINE_H
#define NS_MODEL_ID_LINE_H

#include <stddef.h>

#include "base/err.h"
#include "model/tokenizer.h"

/* Where a line stands, for messages "file:line:column: …". */
struct line_place {
    const char *file; /* as messages call it */
    size_t line;      /* from 1 */
};

/* Appends the ids of text[0..n), which has no line feed. Every id has to be below n_vocab. */
int id_line_read(struct ids *out, const char *text, size_t n, struct line_place at, int n_vocab,
                 struct err *e);

/* Sets e to "file:line:column: " and the sentence. Always returns −1. */
int id_line_error(struct err *e, struct line_place at, size_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
