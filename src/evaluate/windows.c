#include "evaluate/windows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct windows windows_of_texts(const struct sequences *s, size_t length, bool padded)
{
    return (struct windows){.s = *s, .n_texts = s->n, .length = length, .padded = padded};
}

size_t windows_first(const struct windows *w, size_t i)
{
    return w->first ? w->first[i] : 1;
}

static size_t tokens_of(const struct windows *w, size_t i)
{
    return w->s.start[i + 1] - w->s.start[i];
}

size_t windows_own_targets(const struct windows *w, size_t i)
{
    return tokens_of(w, i) - windows_first(w, i);
}

size_t windows_pad_targets(const struct windows *w, size_t i)
{
    return w->padded ? w->length - tokens_of(w, i) : 0;
}

void windows_release(struct windows *w)
{
    if (w->first) { /* made from a stream: the sequences are its own */
        sequences_release(&w->s);
    }
    free(w->first);
    free(w->text);
    *w = (struct windows){0};
}

/* Room for n windows of at most `length` tokens, and for the texts of as many targets. */
static int windows_new(struct windows *w, size_t n, size_t length, size_t targets, struct err *e)
{
    *w = (struct windows){.length = length, .s = {.n = n}};
    bool ok = (w->first = mem_new(n, sizeof *w->first, e)) &&
              (w->s.ids = mem_new(n * length, sizeof *w->s.ids, e)) &&
              (w->s.start = mem_new(n + 1, sizeof *w->s.start, e)) &&
              (w->text = mem_new(targets, sizeof *w->text, e));
    if (!ok) {
        windows_release(w);
    }
    return ok ? 0 : -1;
}

/* Window i: tokens [from, to) of the stream, scored from `target` on. Returns the targets. */
static size_t fill(struct windows *w, size_t i, const struct token_stream *t, size_t from,
                   size_t to, size_t target, size_t n_targets)
{
    size_t n = to - from;
    memcpy(w->s.ids + w->s.start[i], t->ids + from, n * sizeof *t->ids);
    w->s.start[i + 1] = w->s.start[i] + n;
    w->first[i] = target - from;
    for (size_t p = target; p < to; p++) {
        w->text[n_targets++] = t->text[p];
    }
    return n_targets;
}

int windows_strided(struct windows *w, const struct token_stream *t, size_t length, size_t stride,
                    struct err *e)
{
    *w = (struct windows){0};
    if (t->n < 2) {
        return err_set(e, "the texts are %zu token%s long, which leaves nothing to predict", t->n,
                       t->n == 1 ? "" : "s");
    }
    size_t n = t->n <= length ? 1 : 1 + (t->n - length + stride - 1) / stride, targets = 0;
    if (windows_new(w, n, length, t->n, e)) {
        return -1;
    }
    w->n_texts = t->n_texts;
    for (size_t i = 0, scored = 1; i < n; i++) {
        size_t from = i * stride, to = t->n - from < length ? t->n : from + length;
        /* Nothing stands before the first token of a window: without overlap it is not scored. */
        targets = fill(w, i, t, from, to, scored > from ? scored : from + 1, targets);
        scored = to;
    }
    return 0;
}

int windows_disjoint(struct windows *w, const struct token_stream *t, size_t length, struct err *e)
{
    size_t n = t->n / length, targets = 0;
    *w = (struct windows){0};
    if (n == 0) {
        return err_set(e,
                       "the texts are %zu tokens long, which is less than one window of %zu: score "
                       "more texts, or make the window smaller",
                       t->n, length);
    }
    if (windows_new(w, n, length, n * length, e)) {
        return -1;
    }
    w->n_texts = t->n_texts;
    for (size_t i = 0; i < n; i++) {
        size_t from = i * length;
        targets = fill(w, i, t, from, from + length, from + length / 2 + 1, targets);
    }
    return 0;
}

int windows_of_stream(struct windows *w, const struct token_stream *t, enum pass pass,
                      size_t length, size_t stride, size_t context, struct err *e)
{
    length = length ? length : context;
    stride = stride ? stride : length / 2;
    *w = (struct windows){0};
    if (stride > length) {
        return err_set(e,
                       "a stride of %zu is more than the window of %zu tokens: some would never "
                       "be scored",
                       stride, length);
    }
    return pass == PASS_STRIDED ? windows_strided(w, t, length, stride, e)
                                : windows_disjoint(w, t, length, e);
}
