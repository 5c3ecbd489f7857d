/* A file as one sequence of tokens. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "model/texts.h"

static const char separator[] = "\n\n";

/* The joined lines, and where each begins in them. */
struct joined {
    struct buf text;
    size_t *start;
    size_t n, capacity;
};

/* Appends the line; the first one without a separator before it. */
static int join_line(struct joined *j, const char *line, size_t n, struct err *e)
{
    if (mem_grow(&j->start, &j->capacity, j->n + 1, sizeof *j->start, e)) {
        return -1;
    }
    if (j->n > 0) {
        buf_adds(&j->text, separator);
    }
    j->start[j->n++] = j->text.len;
    buf_add(&j->text, line, n);
    return 0;
}

static int join(struct joined *j, const struct texts *t, struct err *e)
{
    const char *bytes = t->bytes.s;
    for (size_t begin = 0, end; begin < t->bytes_seen; begin = end) {
        const char *feed = memchr(bytes + begin, '\n', t->bytes_seen - begin);
        end = feed ? (size_t)(feed - bytes) + 1 : t->bytes_seen;
        size_t n = end - begin;
        if (t->keep_line_ends) {
            n = utf8_stripped_length(bytes + begin, n) ? n : 0;
        } else if (feed) {
            n -= n > 1 && bytes[end - 2] == '\r' ? 2 : 1;
        }
        if (join_line(j, bytes + begin, n, e)) {
            return -1;
        }
    }
    return buf_check(&j->text, e);
}

/* The line of each token, from the bytes that the tokens before it stand for. */
static int find_texts(struct token_stream *out, const struct joined *j,
                      const struct tokenizer *tokenizer, struct err *e)
{
    struct buf bytes = BUF_INIT;
    size_t at = 0, line = 0;
    int status = (out->text = mem_new(out->n, sizeof *out->text, e)) ? 0 : -1;
    for (size_t i = 0; i < out->n && !status; i++) {
        while (line + 1 < j->n && j->start[line + 1] <= at) {
            line++;
        }
        out->text[i] = line;
        buf_clear(&bytes);
        status = tokenizer_decode(tokenizer, &out->ids[i], 1, &bytes, e);
        at += bytes.len;
    }
    buf_release(&bytes);
    return status;
}

int texts_stream(const struct texts *t, const struct tokenizer *tokenizer, struct token_stream *out,
                 struct err *e)
{
    struct joined j = {.text = BUF_INIT};
    struct ids ids = {0};
    *out = (struct token_stream){0};
    int status = join(&j, t, e);
    if (!status) {
        status = tokenizer_encode(tokenizer, buf_text(&j.text), j.text.len, &ids, e);
    }
    *out = (struct token_stream){.ids = ids.id, .n = ids.n, .n_texts = j.n};
    if (!status) {
        status = find_texts(out, &j, tokenizer, e);
    }
    buf_release(&j.text);
    free(j.start);
    if (status) {
        token_stream_release(out);
    }
    return status;
}

int sequences_stream(const struct sequences *s, struct token_stream *out, struct err *e)
{
    size_t n = s->start[s->n];
    *out = (struct token_stream){.n = n, .n_texts = s->n};
    if (!(out->ids = mem_new(n, sizeof *out->ids, e)) ||
        !(out->text = mem_new(n, sizeof *out->text, e))) {
        token_stream_release(out);
        return -1;
    }
    memcpy(out->ids, s->ids, n * sizeof *out->ids);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = s->start[i]; k < s->start[i + 1]; k++) {
            out->text[k] = i;
        }
    }
    return 0;
}

void token_stream_release(struct token_stream *t)
{
    free(t->ids);
    free(t->text);
    *t = (struct token_stream){0};
}
