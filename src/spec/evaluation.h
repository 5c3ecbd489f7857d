/*
 * evaluation: what a cell is scored on: which texts, how many of them, and where each is cut.
 *
 * A spec has these as keys of its top level. A sweep may vary them as if each method had them as
 * parameters: there their numbers follow those of the method's schema, from SCHEMA_MAX on. So
 * `samples` in a sweep is `methods.*.samples`, and the baseline has it too. Every evaluation that
 * occurs stands once in spec.evaluations, its texts once in spec.texts.
 */
#ifndef NS_SPEC_EVALUATION_H
#define NS_SPEC_EVALUATION_H

#include "spec/spec.h"

enum evaluation_key {
    EVALUATION_TEXTS,
    EVALUATION_SAMPLES,
    EVALUATION_MAX_TOKENS,
    EVALUATION_WINDOW,
    EVALUATION_STRIDE,
    EVALUATION_KEYS
};

enum {
    SWEPT_MAX = SCHEMA_MAX + EVALUATION_KEYS, /* parameters of a method, as a sweep counts them */
    EVALUATIONS_MAX = 1000                    /* each is a copy of its texts, tokenized */
};

/* Whether a parameter of this number is one of these keys. */
bool evaluation_is_key(size_t parameter);

/* The number of the key of this name as a parameter; −1: it is none. */
int evaluation_find(const char *name);

/* The row of a parameter of a method, or of an evaluation key. */
const struct param *evaluation_row(const struct schema *schema, size_t parameter);

/* The value of the key in an evaluation, and the reverse. */
struct value evaluation_get(const struct spec_evaluation *e, size_t parameter);
void evaluation_set(struct spec_evaluation *e, size_t parameter, const struct value *v);

/* Whether the text stands for no number: "all" samples, a window of the model's "context". */
bool evaluation_is_word(const struct param *row, const char *text);

/*
 * A value of the row of any parameter, shorter than value_format() has it where it is of these
 * keys: texts by their name, all samples as "all".
 */
void evaluation_format(const struct spec *s, const struct param *row, const struct value *v,
                       struct buf *out);

/*
 * Appends "texts=heldout samples=20 max_tokens=64", of these the keys that some method is swept
 * over, after a blank unless `out` is empty; nothing in other specs.
 */
void evaluation_text(const struct spec *s, size_t evaluation, struct buf *out);

#endif
