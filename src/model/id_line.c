#include "model/id_line.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/mem.h"
#include "model/quote.h"

int id_line_error(struct err *e, struct line_place at, size_t column, const char *format, ...)
{
    char sentence[ERR_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return err_set(e, "%s:%zu:%zu: %s", at.file, at.line, column, sentence);
}

static bool separates(char c)
{
    return c == ' ' || c == '\t';
}

/* The id that word[0..n) spells; −1: not a decimal number; n_vocab: too large. */
static int id_of_word(const char *word, size_t n, int n_vocab)
{
    long long id = 0;
    for (size_t i = 0; i < n; i++) {
        if (word[i] < '0' || word[i] > '9') {
            return -1;
        }
        id = id * 10 + (word[i] - '0');
        if (id > n_vocab) {
            id = n_vocab; /* so it can never overflow, and stays too large */
        }
    }
    return (int)id;
}

int id_line_read(struct ids *out, const char *text, size_t n, struct line_place at, int n_vocab,
                 struct err *e)
{
    if (n > 0 && text[n - 1] == '\r') {
        n--;
    }
    for (size_t begin = 0, end; begin < n; begin = end) {
        for (; begin < n && separates(text[begin]); begin++) {
        }
        for (end = begin; end < n && !separates(text[end]); end++) {
        }
        if (begin == end) {
            break;
        }
        int id = id_of_word(text + begin, end - begin, n_vocab);
        if (id < 0) {
            return id_line_error(e, at, begin + 1,
                                 "%s is no token id; a line has unsigned decimal ids with blanks "
                                 "between them",
                                 quote(text + begin, end - begin).text);
        }
        if (id >= n_vocab) {
            return id_line_error(e, at, begin + 1,
                                 "token id %.*s is out of range: the vocabulary has %d ids, "
                                 "counted from 0",
                                 (int)(end - begin < 40 ? end - begin : 40), text + begin, n_vocab);
        }
        if (mem_grow(&out->id, &out->capacity, out->n + 1, sizeof *out->id, e)) {
            return -1;
        }
        out->id[out->n++] = id;
    }
    return 0;
}
