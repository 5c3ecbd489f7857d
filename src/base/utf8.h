/*
 * utf8: the little that is needed to walk over UTF-8 that may be broken.
 */
#ifndef NS_BASE_UTF8_H
#define NS_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the well-formed character at text[0..n), 1 to 4, or 0 when the first byte starts none
 * (Unicode's table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
 */
size_t utf8_valid_length(const char *text, size_t n);

/* Bytes of text[0..n) before the first that is part of no well-formed character; n: all are. */
size_t utf8_valid_bytes(const char *text, size_t n);

/* The code point of the well-formed character at text, whose length is known. */
uint32_t utf8_code_point(const char *text, size_t length);

/*
 * Whether a terminal or a page would obey the character rather than show it: controls, separators
 * of lines, and what makes the text around it run the other way.
 */
bool utf8_is_control(uint32_t code_point);

/*
 * Length in code points of the text stripped of white space (Unicode's White_Space) at both ends; a
 * byte that is part of no well-formed character counts as one, and is no white space.
 */
size_t utf8_stripped_length(const char *text, size_t n);

#endif
