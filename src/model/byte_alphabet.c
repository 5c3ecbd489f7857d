#include "model/byte_alphabet.h"

#include <stdbool.h>

static bool stands_for_itself(uint32_t byte)
{
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
}

struct byte_alphabet byte_alphabet(void)
{
    struct byte_alphabet a;
    for (uint32_t c = 0; c < BYTE_ALPHABET_END; c++) {
        a.byte[c] = -1;
    }
    uint32_t next = 0x100;
    for (uint32_t byte = 0; byte < 256; byte++) {
        a.symbol[byte] = stands_for_itself(byte) ? byte : next++;
        a.byte[a.symbol[byte]] = (int16_t)byte;
    }
    return a;
}
