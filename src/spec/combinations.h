/*
 * combinations: the values of one method for every combination of its swept parameters.
 *
 * They stand in the spec's tables, in the order of the sweep: a grid has its last axis fastest. A
 * method that is not swept has one combination.
 */
#ifndef NS_SPEC_COMBINATIONS_H
#define NS_SPEC_COMBINATIONS_H

#include "spec/spec.h"

enum { COMBINATIONS_MAX = 1000000 };
#define COMBINATION_ANY SIZE_MAX /* no model: the spec's values, whatever some model overrides */

struct combination {
    const struct spec *spec; /* borrowed */
    size_t model;            /* or COMBINATION_ANY */
    size_t method;
    size_t index;         /* how many come before it */
    struct params params; /* the method's, swept values in place */
    size_t evaluation;    /* what it is scored on, as an index into spec.evaluations */
};

/* The axis that sweeps a parameter of a method, as an index into spec.axes; n_axes when none does.
 */
size_t combinations_axis(const struct spec *s, size_t method, size_t parameter);

/* How many there are, at most COMBINATIONS_MAX; 0 only while a bad spec is read. */
size_t combinations_count(const struct spec *s, size_t method);

/* The first one (there is at least one) as it is for a model, or for COMBINATION_ANY. */
void combination_first(struct combination *c, const struct spec *s, size_t model, size_t method);

/* Moves to the next one; false after the last. */
bool combination_next(struct combination *c);

/* The parameters of the combination that comes after `index` others, for a model. */
void combination_params(const struct spec *s, size_t model, size_t method, size_t index,
                        struct params *out);

/*
 * Appends "shares=[5, 15, 80] bits=[8, 4, 2]"; nothing for a method without axes. What it is scored
 * on is left out.
 */
void combination_text(const struct combination *c, struct buf *out);

/* Which of the values of an axis (an index into spec.axes, of the combination's method) it takes.
 */
size_t combination_digit(const struct combination *c, size_t axis);

#endif
