/*
 * json_out: writes JSON, indented by two blanks, with numbers that read back exactly and the same
 * bytes whatever the version of any library. (Reading is jansson's.)
 *
 * Calls follow the document's order: json_key() before each member of an object, nothing before the
 * elements of an array. NaN and infinities, which JSON lacks, come out as null.
 */
#ifndef NS_BASE_JSON_OUT_H
#define NS_BASE_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct json_out {
    struct buf *to;
    int depth;
    int flat;       /* depth from which containers stay on one line, 0 when none */
    bool first[32]; /* nothing written yet at this depth */
    bool keyed;     /* a key was just written */
};

struct json_out json_begin(struct buf *to);
void json_open(struct json_out *j, char bracket);      /* '{' or '[' */
void json_open_flat(struct json_out *j, char bracket); /* all on one line */
void json_close(struct json_out *j, char bracket);     /* '}' or ']' */
void json_key(struct json_out *j, const char *key);
void json_text(struct json_out *j, const char *text); /* NULL writes null; bad UTF-8 is replaced */
void json_text_n(struct json_out *j, const char *text, size_t n);
void json_real_out(struct json_out *j, double x);
void json_int(struct json_out *j, int64_t x);
void json_bool_out(struct json_out *j, bool x);
void json_null_out(struct json_out *j);

/* A key and its value in one call. */
void json_key_text(struct json_out *j, const char *key, const char *text);
void json_key_real(struct json_out *j, const char *key, double x);
void json_key_int(struct json_out *j, const char *key, int64_t x);

#endif
