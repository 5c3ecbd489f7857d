#include "base/shell.h"

#include <string.h>

void shell_add_word(struct buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    if (*word && strspn(word, plain) == strlen(word)) {
        buf_addf(out, " %s", word);
        return;
    }
    buf_adds(out, " '");
    for (; *word; word++) {
        if (*word == '\'') {
            buf_adds(out, "'\\''");
        } else {
            buf_addc(out, *word);
        }
    }
    buf_addc(out, '\'');
}
