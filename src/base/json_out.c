#include "base/json_out.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

struct json_out json_begin(struct buf *to)
{
    return (struct json_out){.to = to};
}

static bool is_flat(const struct json_out *j)
{
    return j->flat && j->depth >= j->flat;
}

static void new_line(struct json_out *j)
{
    if (is_flat(j)) {
        return;
    }
    buf_addc(j->to, '\n');
    for (int i = 0; i < j->depth; i++) {
        buf_adds(j->to, "  ");
    }
}

/* What stands before a value or key: a comma after a sibling, and the line break. */
static void separate(struct json_out *j)
{
    if (j->keyed) {
        j->keyed = false;
        return;
    }
    if (j->depth == 0) {
        return;
    }
    if (!j->first[j->depth]) {
        buf_adds(j->to, is_flat(j) ? ", " : ",");
    }
    j->first[j->depth] = false;
    new_line(j);
}

void json_open(struct json_out *j, char bracket)
{
    separate(j);
    buf_addc(j->to, bracket);
    if (++j->depth >= 32) {
        BUG("JSON nested over 31 deep");
    }
    j->first[j->depth] = true;
}

void json_open_flat(struct json_out *j, char bracket)
{
    json_open(j, bracket);
    if (!j->flat) {
        j->flat = j->depth;
    }
}

void json_close(struct json_out *j, char bracket)
{
    bool was_flat = is_flat(j), empty = j->first[j->depth];
    if (j->flat == j->depth) {
        j->flat = 0;
    }
    j->depth--;
    if (!was_flat && !empty) {
        new_line(j);
    }
    buf_addc(j->to, bracket);
    if (j->depth == 0) {
        buf_addc(j->to, '\n');
    }
}

static void quoted(struct buf *to, const char *text, size_t n)
{
    buf_addc(to, '"');
    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            buf_addc(to, '\\');
            buf_addc(to, (char)c);
            i++;
        } else if (c < 0x20 || c == 0x7F) {
            buf_addf(to, "\\u%04x", c);
            i++;
        } else {
            size_t length = utf8_valid_length(text + i, n - i);
            buf_add(to, length ? text + i : "\xEF\xBF\xBD", length ? length : 3);
            i += length ? length : 1;
        }
    }
    buf_addc(to, '"');
}

void json_key(struct json_out *j, const char *key)
{
    separate(j);
    quoted(j->to, key, strlen(key));
    buf_adds(j->to, ": ");
    j->keyed = true;
}

void json_text_n(struct json_out *j, const char *text, size_t n)
{
    separate(j);
    quoted(j->to, text, n);
}

void json_text(struct json_out *j, const char *text)
{
    if (text) {
        json_text_n(j, text, strlen(text));
    } else {
        json_null_out(j);
    }
}

void json_real_out(struct json_out *j, double x)
{
    if (!isfinite(x)) {
        json_null_out(j);
        return;
    }
    separate(j);
    buf_add_real(j->to, x);
}

void json_int(struct json_out *j, int64_t x)
{
    separate(j);
    buf_addf(j->to, "%lld", (long long)x);
}

void json_bool_out(struct json_out *j, bool x)
{
    separate(j);
    buf_adds(j->to, x ? "true" : "false");
}

void json_null_out(struct json_out *j)
{
    separate(j);
    buf_adds(j->to, "null");
}

void json_key_text(struct json_out *j, const char *key, const char *text)
{
    json_key(j, key);
    json_text(j, text);
}

void json_key_real(struct json_out *j, const char *key, double x)
{
    json_key(j, key);
    json_real_out(j, x);
}

void json_key_int(struct json_out *j, const char *key, int64_t x)
{
    json_key(j, key);
    json_int(j, x);
}
