/*
 * pretokenize: cuts a text into the pieces that are merged apart from one another.
 *
 * The pieces are the successive matches of GPT-2's pattern: contractions, words, numbers, runs of
 * anything else, each with at most one blank before it, and white space. Together they are the
 * text. A byte that is not part of well-formed UTF-8 counts as neither letter, number nor white
 * space. Time is linear in the length of the text. A pretokenizer is read-only after it was made.
 */
#ifndef NS_MODEL_PRETOKENIZE_H
#define NS_MODEL_PRETOKENIZE_H

#include <stddef.h>

#include "base/err.h"

struct pretokenizer;

int pretokenizer_new(struct pretokenizer **out, struct err *e);
void pretokenizer_free(struct pretokenizer *p);

/* Takes one piece, which is part of the text; −1 ends the cutting with its error. */
typedef int piece_taker(void *context, const char *piece, size_t n, struct err *e);

/* Hands the pieces of text[0..n) to `take`, in order. */
int pretokenize(const struct pretokenizer *p, const char *text, size_t n, piece_taker *take,
                void *context, struct err *e);

#endif
