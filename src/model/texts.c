#include "model/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "model/id_line.h"

static const char *shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Offset of the line feed that ends the line at `begin`, or the length of the file. */
static size_t end_of_line(const struct buf *file, size_t begin)
{
    const char *feed = memchr(file->s + begin, '\n', file->len - begin);
    return feed ? (size_t)(feed - file->s) : file->len;
}

/* End of the text in the line from `begin` to its line feed at `feed` (the file's end: none). */
static size_t end_of_text(const struct buf *file, size_t begin, size_t feed, bool keep_line_ends)
{
    if (feed == file->len) {
        return feed;
    }
    if (keep_line_ends) {
        return feed + 1;
    }
    return feed > begin && file->s[feed - 1] == '\r' ? feed - 1 : feed;
}

/*
 * Texts in another encoding are scored as well as any, as text that nobody wrote: a byte that is no
 * part of UTF-8 is refused, and so is 0, which UTF-16 is full of.
 */
static int check_encoding(const char *text, size_t n, const char *path, size_t line, struct err *e)
{
    size_t valid = utf8_valid_bytes(text, n);
    const char *zero = memchr(text, '\0', valid);
    size_t at = zero ? (size_t)(zero - text) : valid;
    return at == n ? 0
                   : err_set(e,
                             "%s:%zu:%zu: the byte 0x%02x is not text in UTF-8; convert the file "
                             "(iconv -f latin1 -t utf-8, or -f utf-16)",
                             path, line, at + 1, (unsigned char)text[at]);
}

int texts_read(struct texts *t, const char *path, bool keep_line_ends, size_t samples,
               struct err *e)
{
    *t = (struct texts){.bytes = BUF_INIT, .keep_line_ends = keep_line_ends};
    size_t start_capacity = 0, end_capacity = 0, n_lines = 0;
    int status = file_read(&t->bytes, path, e);
    if (status) {
        goto out;
    }
    for (size_t begin = 0, feed; begin < t->bytes.len && (samples == 0 || t->n < samples);
         begin = feed + 1) {
        feed = end_of_line(&t->bytes, begin);
        size_t end = end_of_text(&t->bytes, begin, feed, keep_line_ends);
        n_lines++;
        t->bytes_seen = feed < t->bytes.len ? feed + 1 : feed;
        size_t length = utf8_stripped_length(t->bytes.s + begin, end - begin);
        if (length <= TEXT_LENGTH_OVER) {
            t->n_short += length > 0;
            continue;
        }
        status = check_encoding(t->bytes.s + begin, end - begin, shown(path), n_lines, e);
        if (status) {
            goto out;
        }
        status = mem_grow(&t->start, &start_capacity, t->n + 1, sizeof *t->start, e);
        if (status || (status = mem_grow(&t->end, &end_capacity, t->n + 1, sizeof *t->end, e))) {
            goto out;
        }
        t->start[t->n] = begin;
        t->end[t->n++] = end;
    }
    if (t->n == 0) {
        status = err_set(e,
                         "%s has no text among its %zu line%s: a text is a line of over %d "
                         "characters, white space at its ends not counted",
                         shown(path), n_lines, n_lines == 1 ? "" : "s", TEXT_LENGTH_OVER);
    }
out:
    if (status) {
        texts_release(t);
    }
    return status;
}

void texts_release(struct texts *t)
{
    buf_release(&t->bytes);
    free(t->start);
    free(t->end);
    *t = (struct texts){.bytes = BUF_INIT};
}

/* Sequences while they are being appended to. */
struct growing {
    struct ids ids;
    size_t *start;
    size_t n, n_cut, capacity;
};

/* Ends a sequence: what came after the last one, cut to max_tokens (0: not cut). */
static int end_sequence(struct growing *g, size_t max_tokens, struct err *e)
{
    if (mem_grow(&g->start, &g->capacity, g->n + 2, sizeof *g->start, e)) {
        return -1;
    }
    if (g->n == 0) {
        g->start[0] = 0;
    }
    if (max_tokens > 0 && g->ids.n - g->start[g->n] > max_tokens) {
        g->ids.n = g->start[g->n] + max_tokens;
        g->n_cut++;
    }
    g->start[++g->n] = g->ids.n;
    return 0;
}

/* Hands what has grown to `out`, or releases it after a failure. Passes the status on. */
static int finish(struct growing *g, struct sequences *out, int status)
{
    *out = (struct sequences){0};
    if (status) {
        ids_release(&g->ids);
        free(g->start);
    } else {
        *out =
            (struct sequences){.ids = g->ids.id, .start = g->start, .n = g->n, .n_cut = g->n_cut};
    }
    return status;
}

int texts_encode(const struct texts *t, const struct tokenizer *tokenizer, size_t max_tokens,
                 struct sequences *out, struct err *e)
{
    struct growing g = {0};
    int status = 0;
    for (size_t i = 0; i < t->n && !status; i++) {
        status = tokenizer_encode(tokenizer, t->bytes.s + t->start[i], t->end[i] - t->start[i],
                                  &g.ids, e);
        if (!status) {
            status = end_sequence(&g, max_tokens, e);
        }
    }
    return finish(&g, out, status);
}

int sequences_read(struct sequences *s, const char *path, int n_vocab, size_t samples,
                   size_t max_tokens, struct err *e)
{
    struct growing g = {0};
    struct buf file = BUF_INIT;
    int status = file_read(&file, path, e);
    if (status) {
        goto out;
    }
    struct line_place at = {.file = shown(path)};
    for (size_t begin = 0, feed; begin < file.len && (samples == 0 || g.n < samples);
         begin = feed + 1) {
        feed = end_of_line(&file, begin);
        at.line++;
        size_t n_before = g.ids.n;
        status = id_line_read(&g.ids, file.s + begin, feed - begin, at, n_vocab, e);
        if (!status && g.ids.n == n_before) {
            status = id_line_error(e, at, 1, "the line has no token ids; every line is a sequence");
        }
        if (status || (status = end_sequence(&g, max_tokens, e))) {
            goto out;
        }
    }
    if (g.n == 0) {
        status = err_set(e, "%s is empty; it should have a sequence of token ids on every line",
                         shown(path));
    }
out:
    buf_release(&file);
    return finish(&g, s, status);
}

void sequences_release(struct sequences *s)
{
    free(s->ids);
    free(s->start);
    *s = (struct sequences){0};
}
