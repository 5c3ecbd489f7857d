#include "model/quote.h"

#include <stdio.h>

#include "base/json_out.h"
#include "base/utf8.h"

struct quoted quote(const char *text, size_t n)
{
    size_t kept = 0; /* the cut is never inside a character */
    while (kept < n && kept < QUOTED_BYTES) {
        size_t length = utf8_valid_length(text + kept, n - kept);
        kept += length ? length : 1;
    }
    if (kept > QUOTED_BYTES) {
        for (kept--; ((unsigned char)text[kept] & 0xC0) == 0x80; kept--) {
        }
    }
    struct buf spelled = BUF_INIT;
    struct json_out j = json_begin(&spelled);
    json_text_n(&j, text, kept);
    struct quoted q;
    snprintf(q.text, sizeof q.text, "%s%s", buf_text(&spelled), kept < n ? "…" : "");
    buf_release(&spelled);
    return q;
}
