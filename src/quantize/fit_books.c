/* Codebooks of a tensor's options: two reads, for the ranges and for histograms of the members. */
#include <stdlib.h>

#include "base/mem.h"
#include "quantize/fit.h"
#include "quantize/lloyd.h"
#include "quantize/members.h"

struct gathering {
    const struct coded_tensor *c;
    size_t n_books;                /* distinct ones: options, or 1 when all are shared */
    struct range *range;           /* [chunks][books] */
    struct range whole[TIERS_MAX]; /* of each book */
    uint64_t *count;               /* [books][LLOYD_POINTS], of this thread */
};

/* Number of the book that a stretch's weights shape. */
static size_t book_of(const struct gathering *g, const struct stretch *s)
{
    return g->n_books == 1 ? 0 : (size_t)s->option;
}

/* What the weights of a stretch are divided by. */
static float divisor_of(const struct coded_tensor *c, const struct stretch *s)
{
    float scale = c->own_grids ? c->grid[s->unit].scale : 1;
    return scale > 0 ? scale : INFINITY;
}

static void gather_range(void *context, const struct stretch *s)
{
    struct gathering *g = context;
    float divisor = divisor_of(g->c, s);
    struct range of = RANGE_EMPTY, *range = &g->range[s->chunk * g->n_books + book_of(g, s)];
    range_widen(&of, s->w, s->n);
    of.lo /= divisor; /* dividing keeps the order */
    of.hi /= divisor;
    range_join(range, of);
}

static void gather_counts(void *context, const struct stretch *s)
{
    struct gathering *g = context;
    size_t book = book_of(g, s);
    lloyd_count(g->count + book * LLOYD_POINTS, g->whole[book], s->w, divisor_of(g->c, s), s->n);
}

static int gather_ranges(struct gathering *g, const float *w, struct err *e)
{
    size_t n_chunks = members_chunks(g->c);
    if (!(g->range = mem_new(n_chunks * g->n_books, sizeof *g->range, e))) {
        return -1;
    }
    for (size_t i = 0; i < n_chunks * g->n_books; i++) {
        g->range[i] = RANGE_EMPTY;
    }
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        members_visit(g->c, w, chunk, gather_range, g);
    }
    for (size_t b = 0; b < g->n_books; b++) {
        g->whole[b] = RANGE_EMPTY;
        for (size_t chunk = 0; chunk < n_chunks; chunk++) {
            range_join(&g->whole[b], g->range[chunk * g->n_books + b]);
        }
    }
    return 0;
}

/* Whole numbers, so the order in which threads add them up does not matter. */
static int count_all(uint64_t *count, const struct gathering *g, const float *w, const char *what,
                     struct err *e)
{
    size_t n_counts = g->n_books * LLOYD_POINTS, n_chunks = members_chunks(g->c);
    bool failed = false;
#pragma omp parallel if (n_chunks > 1)
    {
        struct gathering own = *g;
        struct err ignored; /* the sentence below says more */
        own.count = mem_new(n_counts, sizeof *own.count, &ignored);
        if (!own.count) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(static)
        for (size_t chunk = 0; chunk < n_chunks; chunk++) {
            if (own.count) {
                members_visit(g->c, w, chunk, gather_counts, &own);
            }
        }
        for (size_t i = 0; own.count && i < n_counts; i++) {
#pragma omp atomic
            count[i] += own.count[i];
        }
        free(own.count);
    }
    return failed ? err_set(e, "out of memory: no room to count the weights of %s", what) : 0;
}

static int make_books(struct coded_tensor *c, const struct gathering *g, const uint64_t *count,
                      const char *what, struct err *e)
{
    for (int k = 0; k < c->n_options; k++) {
        size_t b = g->n_books == 1 ? 0 : (size_t)k;
        float *book = c->book + (size_t)k * BOOK_CODES;
        if (c->bits[k] == 0 || !(g->whole[b].lo <= g->whole[b].hi)) {
            continue;
        }
        if (lloyd_max(book, count + b * LLOYD_POINTS, g->whole[b], c->bits[k], e)) {
            return -1;
        }
        for (int q = 0; q < 1 << c->bits[k]; q++) {
            book[q] = grid_round(book[q], c->dtype);
            if (grid_check(1, book[q], c->dtype, what, e)) {
                return -1;
            }
        }
    }
    return 0;
}

int fit_books(struct coded_tensor *c, const float *w_rc, bool shared, const char *what,
              struct err *e)
{
    struct gathering g = {.c = c, .n_books = shared ? 1 : (size_t)c->n_options};
    uint64_t *count = mem_new(g.n_books * LLOYD_POINTS, sizeof *count, e);
    int status = count && gather_ranges(&g, w_rc, e) == 0 &&
                         count_all(count, &g, w_rc, what, e) == 0 &&
                         make_books(c, &g, count, what, e) == 0
                     ? 0
                     : -1;
    free(g.range);
    free(count);
    return status;
}
