#include "base/utf8.h"

static bool continues(const char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80) {
            return false;
        }
    }
    return true;
}

size_t utf8_valid_length(const char *text, size_t n)
{
    if (n == 0) {
        return 0;
    }
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80) {
        return 1;
    }
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || n < length || !continues(text, 1, length)) {
        return 0;
    }
    unsigned char second = (unsigned char)text[1];
    bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
               (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return bad ? 0 : length;
}

size_t utf8_valid_bytes(const char *text, size_t n)
{
    size_t at = 0;
    for (size_t length = 1; at < n && length; at += length) {
        length = utf8_valid_length(text + at, n - at);
    }
    return at;
}

uint32_t utf8_code_point(const char *text, size_t length)
{
    static const unsigned char mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = (unsigned char)text[0] & mask[length];
    for (size_t i = 1; i < length; i++) {
        code = code << 6 | ((unsigned char)text[i] & 0x3F);
    }
    return code;
}

bool utf8_is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* Unicode's White_Space property. */
static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

size_t utf8_stripped_length(const char *text, size_t n)
{
    size_t count = 0, through_last = 0; /* code points since the first that is no space */
    for (size_t i = 0; i < n;) {
        size_t length = utf8_valid_length(text + i, n - i);
        bool space = length && is_space(utf8_code_point(text + i, length));
        if (!space || count) {
            count++;
        }
        if (!space) {
            through_last = count;
        }
        i += length ? length : 1;
    }
    return through_last;
}
