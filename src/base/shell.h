/*
 * shell: words that a shell takes back as they were.
 */
#ifndef NS_BASE_SHELL_H
#define NS_BASE_SHELL_H

#include "base/buf.h"

/* Appends a blank and a word: as it is when it is plain, else in quotes. */
void shell_add_word(struct buf *out, const char *word);

#endif
