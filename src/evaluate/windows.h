/*
 * windows: the stretches of tokens that go through a model together, and what is scored of each.
 *
 * Texts are windows of their own, cut and perhaps padded. Or the whole file is one stream that is
 * longer than any context, and windows are cut from it: overlapping ones, so that most tokens have
 * a long context (strided), or disjoint ones of which the first half is context alone. Each scored
 * token belongs to the text that its first byte is of, for errors that are clustered by text.
 */
#ifndef NS_EVALUATE_WINDOWS_H
#define NS_EVALUATE_WINDOWS_H

#include <stdbool.h>

#include "model/texts.h"

/* What goes through the model: protocols of one pass share it. */
enum pass { PASS_TEXTS, PASS_STRIDED, PASS_WINDOWS, PASSES };

struct windows {
    struct sequences s; /* window i: s.ids[s.start[i] .. s.start[i + 1]) */
    size_t *first;      /* [s.n] position of the first scored target of each, ≥ 1; NULL: 1 */
    size_t *text;       /* of each scored target, in order; NULL: windows are texts */
    size_t n_texts;
    size_t length; /* no window is longer */
    bool padded;   /* pads follow, up to `length`, and are scored too */
};

/* Each text is a window; the sequences stay the caller's. */
struct windows windows_of_texts(const struct sequences *s, size_t length, bool padded);

/*
 * Hugging Face's procedure ("Perplexity of fixed-length models" in the documentation of
 * transformers): a window of `length` tokens begins every `stride` ≤ length tokens; each scores
 * what no window before it did, so every token but the first is scored once, with at least
 * length − stride tokens before it from the second window on (at stride = length, the first token
 * of each window is not scored: nothing stands before it there). Ends with the stream.
 */
int windows_strided(struct windows *out, const struct token_stream *t, size_t length, size_t stride,
                    struct err *e);

/*
 * llama.cpp's procedure (its tool perplexity): disjoint windows of `length` tokens, the incomplete
 * one at the end dropped; of each, targets from position length / 2 + 1 on are scored. A stream
 * shorter than one window is an error.
 */
int windows_disjoint(struct windows *out, const struct token_stream *t, size_t length,
                     struct err *e);

/*
 * The windows of a pass over a stream, of a model with this context. A `length` of 0 is the
 * context, a stride of 0 half of the length; one above the length is an error.
 */
int windows_of_stream(struct windows *out, const struct token_stream *t, enum pass pass,
                      size_t length, size_t stride, size_t context, struct err *e);

/* Also of windows_of_texts(): leaves the sequences that were lent alone. */
void windows_release(struct windows *w);

/* Position of the first scored target of window i. */
size_t windows_first(const struct windows *w, size_t i);

/* How many targets of window i are scored: its own, and those that are pads. */
size_t windows_own_targets(const struct windows *w, size_t i);
size_t windows_pad_targets(const struct windows *w, size_t i);

#endif
