/*
 * combinations: the values of one method for every combination of its swept parameters.
 *
 * A grid product in the order of the spec's axes, the last axis fastest; axes of other methods
 * leave a method alone. A method without axes has one combination.
 */
#ifndef NS_SPEC_COMBINATIONS_H
#define NS_SPEC_COMBINATIONS_H

#include "spec/spec.h"

enum { COMBINATIONS_MAX = 1000000 };

struct combination {
    const struct spec *spec; /* borrowed */
    size_t method;
    size_t *digits;       /* for each axis of the spec, which of its values is taken */
    struct params params; /* the method's, swept values in place */
};

/* The axis that sweeps a parameter of a method, as an index into spec.axes; n_axes when none does.
 */
size_t combinations_axis(const struct spec *s, size_t method, size_t parameter);

/* How many there are; false when over COMBINATIONS_MAX. An axis without values makes it 0. */
bool combinations_count(const struct spec *s, size_t method, size_t *n);

/* The first one (there is at least one). Release it even when this fails. */
int combination_first(struct combination *c, const struct spec *s, size_t method, struct err *e);

/* Moves to the next one; false after the last. */
bool combination_next(struct combination *c);

/* The parameters of the combination that comes after `index` others. */
void combination_params(const struct spec *s, size_t method, size_t index, struct params *out);

/* Appends "shares=[5, 15, 80] bits=[8, 4, 2]"; nothing for a method without axes. */
void combination_text(const struct combination *c, struct buf *out);
void combination_release(struct combination *c);

#endif
