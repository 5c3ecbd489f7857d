/*
 * graph: who is a neighbour of whom, in compressed rows (CSR).
 *
 * The neighbours of player i are neighbour[begin[i]] … neighbour[begin[i + 1] − 1], ascending.
 * Every edge stands twice, once for either end, with the same weight: a charge for it is then
 * symmetric, which the potential of a game rests on (game.h).
 */
#ifndef NS_ALLOCATE_GRAPH_H
#define NS_ALLOCATE_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct graph {
    size_t n;            /* players */
    uint32_t *begin;     /* [n + 1] */
    uint32_t *neighbour; /* [begin[n]] */
    float *weight;       /* [begin[n]], or NULL: 1 each */
};

/* Groups of a matrix as they lie: `rows` rows of `cols` groups. */
struct lattice {
    size_t rows, cols;
};

/*
 * The graph of several matrices, one after the other in the numbering of the players (row-major
 * within a matrix): neighbours are left, right, above and below in the same matrix. Weights are 1.
 */
int graph_of_lattices(struct graph *out, const struct lattice *shapes, size_t n_shapes,
                      struct err *e);

/* Refuses a graph of another number of players, neighbours out of range or order, loops, edges that
 * stand once only or with two weights, and weights that are not finite. */
int graph_check(const struct graph *g, size_t n, struct err *e);

/* Frees the arrays (of a graph that owns them). */
void graph_release(struct graph *g);

#endif
