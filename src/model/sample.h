/*
 * sample: texts that a model makes up.
 *
 * Each text starts from the end-of-text token, which is not part of it, and goes on by ancestral
 * sampling until the model draws that token again or `tokens` ids are there; the first id is never
 * the end, so no text is empty. Text i draws from a random stream of its own (seed, i), and its
 * arithmetic does not depend on the number of texts or threads: more texts are the same ones and
 * others after them.
 */
#ifndef NS_MODEL_SAMPLE_H
#define NS_MODEL_SAMPLE_H

#include <stdint.h>

#include "base/progress.h"
#include "model/gpt2.h"
#include "model/texts.h"

struct sampling {
    size_t texts, tokens; /* ≥ 1; tokens at most the context */
    uint64_t seed;
    double temperature; /* > 0; 1 is the model's own distribution */
    size_t top_k;       /* the likeliest ids alone; 0: all */
};

enum { SAMPLED_TEXTS_MAX = 1000000 };

/*
 * drawable_v: the V ids that have a text. The model is loaded and names its end-of-text token; what
 * cannot be is refused. A decoder a thread (model/decode.h).
 */
int sample_texts(struct sequences *out, const struct gpt2 *m, const struct sampling *s,
                 const bool *drawable_v, const struct progress *progress, struct err *e);

/*
 * Appends text[0..n) as one line, without its line end: each run of control characters (line feeds
 * among them) becomes one blank, none at the beginning or the end, and bytes that are part of no
 * UTF-8 character (a text may be cut within one) are dropped.
 */
void sample_line(struct buf *out, const char *text, size_t n);

#endif
