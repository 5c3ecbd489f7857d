/*
 * quote: foreign text inside a message.
 *
 * Keys, tokens and words of input files may hold anything: control characters, broken UTF-8,
 * megabytes. Quoted, they are one line of printable UTF-8, spelled as a JSON string.
 */
#ifndef NS_MODEL_QUOTE_H
#define NS_MODEL_QUOTE_H

#include <stddef.h>

enum { QUOTED_BYTES = 40 };

struct quoted {
    char text[6 * QUOTED_BYTES + 8]; /* an escape takes six characters */
};

/* text[0..n) in quotes, cut with "…" after QUOTED_BYTES bytes. */
struct quoted quote(const char *text, size_t n);

#endif
