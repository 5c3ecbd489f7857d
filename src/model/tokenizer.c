#include "model/tokenizer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/merge.h"
#include "model/merges.h"
#include "model/pretokenize.h"
#include "model/vocab.h"

struct tokenizer {
    struct vocab vocab;
    struct merges merges;
    struct pretokenizer *pretokenizer;
    int *special; /* ids, the longest text first */
    size_t n_special;
    bool starts_special[256]; /* by the first byte of their texts */
};

/* Longest first, so that the first match at a place is the longest one there. */
static int by_length(const void *a, const void *b, void *vocab)
{
    const struct token *tokens = ((const struct vocab *)vocab)->tokens;
    size_t n_a = tokens[*(const int *)a].n, n_b = tokens[*(const int *)b].n;
    return (n_a < n_b) - (n_a > n_b);
}

static int order_special(struct tokenizer *t, const int *special, size_t n_special, struct err *e)
{
    t->special = mem_new(n_special, sizeof *t->special, e);
    if (!t->special) {
        return -1;
    }
    for (size_t i = 0; i < n_special; i++) {
        t->special[i] = special[i];
        t->starts_special[(unsigned char)t->vocab.tokens[special[i]].bytes[0]] = true;
    }
    t->n_special = n_special;
    qsort_r(t->special, n_special, sizeof *t->special, by_length, &t->vocab);
    return 0;
}

int tokenizer_new(struct tokenizer **out, const char *name, const void *vocab_json, size_t n_json,
                  const void *merges_txt, size_t n_merges, const int *special, size_t n_special,
                  int n_vocab, struct err *e)
{
    struct tokenizer *t = mem_new(1, sizeof *t, e);
    if (!t) {
        return -1;
    }
    if (vocab_read(&t->vocab, name, vocab_json, n_json, special, n_special, n_vocab, e) ||
        merges_read(&t->merges, name, merges_txt, n_merges, &t->vocab, e) ||
        order_special(t, special, n_special, e) || pretokenizer_new(&t->pretokenizer, e)) {
        tokenizer_free(t);
        return -1;
    }
    *out = t;
    return 0;
}

void tokenizer_free(struct tokenizer *t)
{
    if (t) {
        vocab_release(&t->vocab);
        merges_release(&t->merges);
        pretokenizer_free(t->pretokenizer);
        free(t->special);
        free(t);
    }
}

void ids_release(struct ids *ids)
{
    free(ids->id);
    *ids = (struct ids){0};
}

/* One call of tokenizer_encode(). */
struct encoding {
    const struct tokenizer *tokenizer;
    struct merger merger;
    struct ids *out;
};

static int encode_piece(void *context, const char *piece, size_t n, struct err *e)
{
    struct encoding *encoding = context;
    const struct tokenizer *t = encoding->tokenizer;
    struct ids *out = encoding->out;
    if (mem_grow(&out->id, &out->capacity, out->n + n, sizeof *out->id, e)) {
        return -1;
    }
    int *ids = out->id + out->n;
    for (size_t i = 0; i < n; i++) {
        ids[i] = t->vocab.byte_id[(unsigned char)piece[i]];
    }
    if (merge_ids(&encoding->merger, &t->merges, ids, &n, e)) {
        return -1;
    }
    out->n += n;
    return 0;
}

/* Finds the first special token in text[from..n): its place and id, or n and −1. */
static size_t find_special(const struct tokenizer *t, const char *text, size_t from, size_t n,
                           int *id)
{
    for (size_t i = from; t->n_special > 0 && i < n; i++) {
        if (!t->starts_special[(unsigned char)text[i]]) {
            continue;
        }
        for (size_t k = 0; k < t->n_special; k++) {
            const struct token *token = &t->vocab.tokens[t->special[k]];
            if (token->n <= n - i && memcmp(text + i, token->bytes, token->n) == 0) {
                *id = t->special[k];
                return i;
            }
        }
    }
    *id = -1;
    return n;
}

int tokenizer_encode(const struct tokenizer *t, const char *text, size_t n, struct ids *out,
                     struct err *e)
{
    struct encoding encoding = {.tokenizer = t, .out = out};
    size_t n_before = out->n;
    int status = -1;
    for (size_t at = 0; at < n;) {
        int special;
        size_t end = find_special(t, text, at, n, &special);
        if (pretokenize(t->pretokenizer, text + at, end - at, encode_piece, &encoding, e)) {
            goto out;
        }
        if (special >= 0) {
            if (mem_grow(&out->id, &out->capacity, out->n + 1, sizeof *out->id, e)) {
                goto out;
            }
            out->id[out->n++] = special;
            end += t->vocab.tokens[special].n;
        }
        at = end;
    }
    status = 0;
out:
    if (status) {
        out->n = n_before;
    }
    merger_release(&encoding.merger);
    return status;
}

int tokenizer_decode(const struct tokenizer *t, const int *ids, size_t n, struct buf *out,
                     struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (ids[i] < 0 || ids[i] >= t->vocab.n_ids || !t->vocab.tokens[ids[i]].bytes) {
            return err_set(e, "id %d, at place %zu of %zu, has no entry in the vocabulary", ids[i],
                           i + 1, n);
        }
        buf_add(out, t->vocab.tokens[ids[i]].bytes, t->vocab.tokens[ids[i]].n);
    }
    return buf_check(out, e);
}
