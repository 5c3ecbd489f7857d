/*
 * merge: byte-pair merging of one piece.
 *
 * The tokens of the piece are a doubly linked list; the pairs that have a rule wait in a binary
 * heap ordered by rank, then by position. Taking the least of them until none is left is O(n log n)
 * in the length of the piece, and gives what repeated search for the leftmost pair of the lowest
 * rank gives.
 */
#ifndef NS_MODEL_MERGE_H
#define NS_MODEL_MERGE_H

#include <stddef.h>

#include "base/err.h"
#include "model/merges.h"

/* A token of the list; it stands at the place of its first byte. */
struct symbol {
    int id;               /* −1 once it is part of its left neighbour */
    size_t before, after; /* places of the neighbours; SIZE_MAX: none */
};

/* A pair that can be merged, or could when it was put in. */
struct candidate {
    uint32_t rank;
    int merged;
    size_t place; /* of its left token */
};

/* Memory that pieces share one after the other. Starts as {0}. */
struct merger {
    struct symbol *symbols;
    struct candidate *heap;
    size_t n_heap, symbols_capacity, heap_capacity;
};

void merger_release(struct merger *m);

/*
 * Merges ids[0..n) in place, with *n the new count.
 */
int merge_ids(struct merger *m, const struct merges *rules, int *ids, size_t *n, struct err *e);

#endif
