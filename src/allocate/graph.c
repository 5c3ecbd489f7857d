#include "allocate/graph.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"

void graph_release(struct graph *g)
{
    free(g->begin);
    free(g->neighbour);
    free(g->weight);
    *g = (struct graph){0};
}

/* Edge ends of a lattice: two for each pair side by side. */
static size_t ends_of(const struct lattice *s)
{
    if (s->rows == 0 || s->cols == 0) {
        return 0;
    }
    return 2 * (s->rows * (s->cols - 1) + s->cols * (s->rows - 1));
}

/* Writes the neighbours of the lattice's players, which start at `first`, from `end` on. */
static uint32_t add_lattice(struct graph *g, const struct lattice *s, size_t first, uint32_t end)
{
    for (size_t r = 0; r < s->rows; r++) {
        for (size_t c = 0; c < s->cols; c++) {
            size_t i = first + r * s->cols + c;
            g->begin[i] = end;
            if (r > 0) {
                g->neighbour[end++] = (uint32_t)(i - s->cols);
            }
            if (c > 0) {
                g->neighbour[end++] = (uint32_t)(i - 1);
            }
            if (c + 1 < s->cols) {
                g->neighbour[end++] = (uint32_t)(i + 1);
            }
            if (r + 1 < s->rows) {
                g->neighbour[end++] = (uint32_t)(i + s->cols);
            }
        }
    }
    return end;
}

int graph_of_lattices(struct graph *out, const struct lattice *shapes, size_t n_shapes,
                      struct err *e)
{
    size_t n = 0, ends = 0;
    *out = (struct graph){0};
    for (size_t k = 0; k < n_shapes; k++) {
        size_t players;
        if (__builtin_mul_overflow(shapes[k].rows, shapes[k].cols, &players) ||
            players > UINT32_MAX / 4 - n) {
            return err_set(e,
                           "matrix %zu has %zu × %zu groups: neighbours are known for up to %u "
                           "players in all; use larger groups",
                           k, shapes[k].rows, shapes[k].cols, UINT32_MAX / 4);
        }
        n += players;
        ends += ends_of(&shapes[k]);
    }
    out->n = n;
    if (!(out->begin = mem_new(n + 1, sizeof *out->begin, e)) ||
        !(out->neighbour = mem_new(ends, sizeof *out->neighbour, e))) {
        graph_release(out);
        return -1;
    }
    uint32_t end = 0;
    for (size_t k = 0, first = 0; k < n_shapes; k++) {
        end = add_lattice(out, &shapes[k], first, end);
        first += shapes[k].rows * shapes[k].cols;
    }
    out->begin[n] = end;
    return 0;
}

static float weight_of(const struct graph *g, size_t k)
{
    return g->weight ? g->weight[k] : 1.0f;
}

/* Does edge end k of player i stand, with the same weight, among the ends of its neighbour too? */
static bool returned(const struct graph *g, size_t i, size_t k)
{
    size_t low = g->begin[g->neighbour[k]], high = g->begin[g->neighbour[k] + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->neighbour[middle] < i) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < g->begin[g->neighbour[k] + 1] && g->neighbour[low] == i &&
           weight_of(g, low) == weight_of(g, k);
}

static bool sound(const struct graph *g, size_t i, bool both_ends)
{
    for (size_t k = g->begin[i]; k < g->begin[i + 1]; k++) {
        if (g->neighbour[k] >= g->n || g->neighbour[k] == i || !isfinite(weight_of(g, k)) ||
            (k > g->begin[i] && g->neighbour[k] <= g->neighbour[k - 1]) ||
            (both_ends && !returned(g, i, k))) {
            return false;
        }
    }
    return true;
}

/* The first player whose edges are not as they must be, or n. */
static size_t first_unsound(const struct graph *g, bool both_ends)
{
    size_t first = g->n;
#pragma omp parallel for schedule(static) if (g->n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(g->n); c++) {
        for (size_t i = chunk_begin(c), end = chunk_end(c, g->n); i < end; i++) {
            if (!sound(g, i, both_ends)) {
#pragma omp critical(graph_first_unsound)
                first = i < first ? i : first;
                break;
            }
        }
    }
    return first;
}

int graph_check(const struct graph *g, size_t n, struct err *e)
{
    if (g->n != n) {
        return err_set(e, "the graph has %zu players but the game has %zu", g->n, n);
    }
    for (size_t i = 0; i < n; i++) {
        if (g->begin[i] > g->begin[i + 1]) {
            return err_set(e, "the edges of player %zu end before they begin", i);
        }
    }
    size_t bad = first_unsound(g, false);
    if (bad < n) {
        return err_set(e,
                       "the neighbours of player %zu are not ascending players other than itself "
                       "with finite weights",
                       bad);
    }
    bad = first_unsound(g, true);
    if (bad < n) {
        return err_set(e,
                       "an edge of player %zu is missing at its other end, or weighs something "
                       "else there: give every edge twice, with one weight",
                       bad);
    }
    return 0;
}
