/*
 * packed_parts: what writing and reading the parts of a packed tensor share. Internal to packed.h.
 */
#ifndef NS_CODING_PACKED_PARTS_H
#define NS_CODING_PACKED_PARTS_H

#include "coding/bitpack.h"
#include "coding/packed.h"
#include "coding/range_coder.h"

/* Has an option codes and grids? */
static inline bool option_stored(enum grid_kind kind, int bits)
{
    return kind == GRID_STEP || bits > 0;
}

/* The option whose grid number i is. */
static inline int grid_option(const struct coded_tensor *c, size_t i)
{
    return !c->own_grids ? (int)i : c->option ? c->option[i] : 0;
}

/* Contexts of the range coder: codes within their options, and the map. */
static inline struct range_contexts code_contexts(const struct packed_tensor *p)
{
    struct range_contexts contexts = {.n = p->n_options};
    for (int k = 0; k < p->n_options; k++) {
        contexts.bits[k] = (uint8_t)p->bits[k];
    }
    return contexts;
}

static inline struct range_contexts map_contexts(const struct packed_tensor *p)
{
    return (struct range_contexts){.n = 1, .bits = {(uint8_t)bitpack_width((size_t)p->n_options)}};
}

#endif
