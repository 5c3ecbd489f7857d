/*
 * byte_alphabet: how GPT-2's vocabulary files spell bytes.
 *
 * Every byte has a printable character of its own ("bytes_to_unicode" in GPT-2's code): the 188
 * printable characters of Latin-1 stand for themselves, the other 68 bytes, in order, are U+0100 to
 * U+0143. A blank is "Ġ", a line feed "Ċ".
 */
#ifndef NS_MODEL_BYTE_ALPHABET_H
#define NS_MODEL_BYTE_ALPHABET_H

#include <stdint.h>

enum { BYTE_ALPHABET_END = 0x144 }; /* the first code point above the alphabet */

struct byte_alphabet {
    uint32_t symbol[256];            /* code point that spells a byte */
    int16_t byte[BYTE_ALPHABET_END]; /* byte that a code point spells, −1 for none */
};

struct byte_alphabet byte_alphabet(void);

#endif
