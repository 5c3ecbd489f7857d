/* Grids of a whole tensor: one a unit, fitted where it lies in the cache, or one an option. */
#include <stdlib.h>

#include "base/mem.h"
#include "quantize/fit.h"
#include "quantize/members.h"

/* Fits the units of a chunk, each from its own weights. */
static int fit_chunk(struct coded_tensor *c, const float *w, size_t chunk, enum grid_fit fit,
                     const char *what, struct err *e)
{
    size_t begin, end;
    members_bounds(c, chunk, &begin, &end);
    size_t unit = allocation_units(begin / c->cols, c->cols, c->unit);
    for (size_t row = begin; row < end; row += c->cols) {
        for (size_t col = 0, n; col < c->cols; col += n, unit++) {
            struct extent extent = EXTENT_EMPTY;
            const float *first = w + row + col;
            n = c->cols - col < c->unit ? c->cols - col : c->unit;
            int bits = c->bits[c->option ? c->option[unit] : 0];
            for (size_t i = 0; i < n && bits; i += BLOCK) {
                extent_widen(&extent, fit, first + i, n - i < BLOCK ? n - i : BLOCK);
            }
            c->grid[unit] = (struct coded_grid){0};
            if (bits && fit_unit(&c->grid[unit], &extent, fit, bits, c->dtype, first, n, what, e)) {
                return -1;
            }
        }
    }
    return 0;
}

/* The error reported is that of the lowest chunk, whatever the threads. */
int fit_units(struct coded_tensor *c, const float *w_rc, enum grid_fit fit, const char *what,
              struct err *e)
{
    size_t n_chunks = members_chunks(c), failed = n_chunks;
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        struct err own;
        if (fit_chunk(c, w_rc, chunk, fit, what, &own)) {
#pragma omp critical(fit_error)
            if (chunk < failed) {
                failed = chunk;
                *e = own;
            }
        }
    }
    return failed < n_chunks ? -1 : 0;
}

/* What the passes over the options of a tensor leave behind, chunk by chunk. */
struct gathering {
    const struct coded_tensor *c;
    enum grid_fit fit;
    struct extent *extent; /* [chunks][options] */
    struct grid grid[TIERS_MAX][FIT_SHRINKS];
    double (*error)[TIERS_MAX][FIT_SHRINKS]; /* [chunks] */
};

static void gather_extent(void *context, const struct stretch *s)
{
    struct gathering *g = context;
    size_t slot = s->chunk * (size_t)g->c->n_options + (size_t)s->option;
    extent_widen(&g->extent[slot], g->fit, s->w, s->n);
}

static void gather_errors(void *context, const struct stretch *s)
{
    struct gathering *g = context;
    if (g->c->bits[s->option]) {
        grid_errors(g->error[s->chunk][s->option], g->grid[s->option], FIT_SHRINKS, s->w, NULL,
                    s->n);
    }
}

static void visit_all(struct gathering *g, const float *w, stretch_visitor *visit)
{
    size_t n_chunks = members_chunks(g->c);
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        members_visit(g->c, w, chunk, visit, g);
    }
}

/* FIT_MSE: one more read, for the errors of all ranges that are tried. */
static int shrink_options(struct coded_tensor *c, struct gathering *g, const struct extent *of,
                          const float *w, const char *what, struct err *e)
{
    size_t n_chunks = members_chunks(c);
    if (!(g->error = mem_new(n_chunks, sizeof *g->error, e))) {
        return -1;
    }
    for (int k = 0; k < c->n_options; k++) {
        if (c->bits[k] && fit_shrinks(g->grid[k], &of[k], c->bits[k], c->dtype, what, e)) {
            return -1;
        }
    }
    visit_all(g, w, gather_errors);
    for (int k = 0; k < c->n_options; k++) {
        double error[FIT_SHRINKS] = {0};
        for (size_t chunk = 0; chunk < n_chunks; chunk++) {
            for (int s = 0; s < FIT_SHRINKS; s++) {
                error[s] += g->error[chunk][k][s];
            }
        }
        const struct grid *best = &g->grid[k][fit_least(error)];
        c->grid[k] =
            c->bits[k] ? (struct coded_grid){best->scale, best->lo} : (struct coded_grid){0};
    }
    return 0;
}

static int fit_options(struct coded_tensor *c, const float *w, enum grid_fit fit, const char *what,
                       struct err *e)
{
    size_t n_chunks = members_chunks(c), n_options = (size_t)c->n_options;
    struct gathering g = {.c = c, .fit = fit};
    struct extent of[TIERS_MAX];
    int status = 0;
    if (!(g.extent = mem_new(n_chunks * n_options, sizeof *g.extent, e))) {
        return -1;
    }
    for (size_t i = 0; i < n_chunks * n_options; i++) {
        g.extent[i] = EXTENT_EMPTY;
    }
    visit_all(&g, w, gather_extent);
    for (size_t k = 0; k < n_options; k++) {
        of[k] = EXTENT_EMPTY;
        for (size_t chunk = 0; chunk < n_chunks; chunk++) {
            extent_join(&of[k], &g.extent[chunk * n_options + k]);
        }
    }
    for (size_t k = 0; k < n_options && fit != FIT_MSE && !status; k++) {
        status = fit_extent(&c->grid[k], &of[k], fit, c->bits[k], c->dtype, what, e);
    }
    if (fit == FIT_MSE) {
        status = shrink_options(c, &g, of, w, what, e);
    }
    free(g.extent);
    free(g.error);
    return status;
}

int fit_tensor(struct coded_tensor *c, const float *w_rc, enum grid_fit fit, const char *what,
               struct err *e)
{
    if (c->own_grids && fit_units(c, w_rc, fit, what, e)) {
        return -1;
    }
    if (fit == FIT_LLOYD_MAX) {
        for (int k = 0; k < c->n_options && !c->own_grids; k++) {
            c->grid[k] = (struct coded_grid){.scale = 1};
        }
        return fit_books(c, w_rc, false, what, e);
    }
    return c->own_grids ? 0 : fit_options(c, w_rc, fit, what, e);
}
