/*
 * members: a tensor as short stretches of weights that share an option and a grid.
 *
 * Work on a tensor is cut into chunks whose bounds depend on its shape and units alone (whole rows
 * where units run along rows, else PARALLEL_CHUNK weights), and a chunk into stretches of at most
 * BLOCK weights. Where each weight has an option of its own, those of a block are sorted by option,
 * so that every kernel runs over plain arrays of one option. Reads the tensor once, in order.
 */
#ifndef NS_QUANTIZE_MEMBERS_H
#define NS_QUANTIZE_MEMBERS_H

#include "coding/coded.h"
#include "quantize/coder.h"

struct stretch {
    const float *w; /* [n], n ≤ BLOCK */
    size_t n;
    size_t unit;           /* of all of them; meaningless where units are single weights */
    size_t at;             /* weight i stands at index at + i of the tensor, */
    const uint16_t *place; /* or at + place[i], unless this is NULL */
    int option;
    size_t chunk;
};

typedef void stretch_visitor(void *context, const struct stretch *s);

/* Of the shape, units and options of *c alone. */
size_t members_chunks(const struct coded_tensor *c);

/* Weights [*begin, *end) of a chunk. */
void members_bounds(const struct coded_tensor *c, size_t chunk, size_t *begin, size_t *end);

/* Visits a chunk's stretches in order: in one thread; chunks may be visited in parallel. */
void members_visit(const struct coded_tensor *c, const float *w_rc, size_t chunk,
                   stretch_visitor *visit, void *context);

#endif
