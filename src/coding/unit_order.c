#include "coding/unit_order.h"

#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

/* Units of a chunk: together about PARALLEL_CHUNK weights. */
static size_t chunk_units(const struct coded_tensor *c)
{
    return (PARALLEL_CHUNK + c->unit - 1) / c->unit;
}

static size_t count_chunks(const struct coded_tensor *c)
{
    return (coded_units(c) + chunk_units(c) - 1) / chunk_units(c);
}

/* The units of a chunk, one after the other: unit u, n weights from `at` on. */
struct walk {
    size_t u, end, at, n, col;
};

static void set_size(struct walk *w, const struct coded_tensor *c)
{
    size_t left = c->cols - w->col;
    w->n = left < c->unit ? left : c->unit;
}

static struct walk walk_chunk(const struct coded_tensor *c, size_t chunk)
{
    size_t per_row = allocation_units(1, c->cols, c->unit), units = coded_units(c);
    struct walk w = {.u = chunk * chunk_units(c)};
    w.end = w.u + chunk_units(c) < units ? w.u + chunk_units(c) : units;
    w.col = w.u % per_row * c->unit;
    w.at = w.u / per_row * c->cols + w.col;
    set_size(&w, c);
    return w;
}

static void walk_on(struct walk *w, const struct coded_tensor *c)
{
    w->u++;
    w->at += w->n;
    w->col = w->col + w->n < c->cols ? w->col + w->n : 0;
    set_size(w, c);
}

size_t *unit_places(uint64_t *members, const struct coded_tensor *c, struct err *e)
{
    size_t n_chunks = count_chunks(c), K = (size_t)c->n_options, at = 0;
    size_t *place = mem_new(n_chunks * K, sizeof *place, e);
    if (!place) {
        return NULL;
    }
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        for (struct walk w = walk_chunk(c, chunk); w.u < w.end; walk_on(&w, c)) {
            place[chunk * K + c->option[w.u]] += w.n;
        }
    }
    for (size_t k = 0; k < K; k++) {
        size_t first = at;
        for (size_t chunk = 0; chunk < n_chunks; chunk++) {
            size_t here = place[chunk * K + k];
            place[chunk * K + k] = at;
            at += here;
        }
        members[k] = at - first;
    }
    return place;
}

/* Units of one weight, without a call for each. */
static void sort_weights(uint8_t *sorted, struct coded_tensor *c, size_t *at, struct walk w,
                         bool back)
{
    for (size_t i = w.u; i < w.end; i++) {
        size_t to = at[c->option[i]]++;
        if (back) {
            c->code[i] = sorted[to];
        } else {
            sorted[to] = c->code[i];
        }
    }
}

static void sort_runs(uint8_t *sorted, struct coded_tensor *c, size_t *at, struct walk w, bool back)
{
    for (; w.u < w.end; walk_on(&w, c)) {
        size_t *to = &at[c->option[w.u]];
        if (back) {
            memcpy(c->code + w.at, sorted + *to, w.n);
        } else {
            memcpy(sorted + *to, c->code + w.at, w.n);
        }
        *to += w.n;
    }
}

void unit_sort(uint8_t *sorted, struct coded_tensor *c, size_t *place, bool back)
{
    size_t n_chunks = count_chunks(c);
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        size_t *at = place + chunk * (size_t)c->n_options;
        struct walk w = walk_chunk(c, chunk);
        if (c->unit == 1) {
            sort_weights(sorted, c, at, w, back);
        } else {
            sort_runs(sorted, c, at, w, back);
        }
    }
}

void unit_spread(uint8_t *option_rc, const struct coded_tensor *c)
{
    size_t n_chunks = count_chunks(c);
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        for (struct walk w = walk_chunk(c, chunk); w.u < w.end; walk_on(&w, c)) {
            memset(option_rc + w.at, c->option[w.u], w.n);
        }
    }
}
