#include "quantize/members.h"

#include "base/parallel.h"

/* Do units run along rows, so that a stretch must not leave its unit? */
static bool along_rows(const struct coded_tensor *c)
{
    return c->unit != UNIT_TENSOR && (c->unit > 1 || c->own_grids);
}

static size_t rows_per_chunk(const struct coded_tensor *c)
{
    return c->cols < PARALLEL_CHUNK ? PARALLEL_CHUNK / c->cols : 1;
}

size_t members_chunks(const struct coded_tensor *c)
{
    size_t rows = rows_per_chunk(c);
    return along_rows(c) ? (c->rows + rows - 1) / rows : chunk_count(c->rows * c->cols);
}

void members_bounds(const struct coded_tensor *c, size_t chunk, size_t *begin, size_t *end)
{
    if (along_rows(c)) {
        size_t rows = rows_per_chunk(c), first = chunk * rows, last = first + rows;
        *begin = first * c->cols;
        *end = (last < c->rows ? last : c->rows) * c->cols;
    } else {
        *begin = chunk_begin(chunk);
        *end = chunk_end(chunk, c->rows * c->cols);
    }
}

/* Units along rows, from row to row; long ones block by block. */
static void visit_rows(const struct coded_tensor *c, const float *w, struct stretch s, size_t begin,
                       size_t end, stretch_visitor *visit, void *context)
{
    s.unit = allocation_units(begin / c->cols, c->cols, c->unit);
    for (size_t row = begin; row < end; row += c->cols) {
        for (size_t col = 0, n; col < c->cols; col += n, s.unit++) {
            n = c->cols - col < c->unit ? c->cols - col : c->unit;
            s.option = c->option ? c->option[s.unit] : 0;
            for (size_t i = 0; i < n; i += BLOCK) {
                s.at = row + col + i;
                s.w = w + s.at;
                s.n = n - i < BLOCK ? n - i : BLOCK;
                visit(context, &s);
            }
        }
    }
}

/* A block of weights that have an option each, option after option. */
static void visit_sorted(const struct coded_tensor *c, const float *w, struct stretch s, size_t n,
                         stretch_visitor *visit, void *context)
{
    const uint8_t *option = c->option + s.at;
    size_t first[TIERS_MAX + 1] = {0}, next[TIERS_MAX];
    uint16_t place[BLOCK];
    float sorted[BLOCK];
    for (size_t i = 0; i < n; i++) {
        first[option[i] + 1]++;
    }
    for (int k = 0; k < c->n_options; k++) {
        next[k] = first[k];
        first[k + 1] += first[k];
    }
    for (size_t i = 0; i < n; i++) {
        size_t to = next[option[i]]++;
        place[to] = (uint16_t)i;
        sorted[to] = w[s.at + i];
    }
    for (s.option = 0; s.option < c->n_options; s.option++) {
        s.n = first[s.option + 1] - first[s.option];
        s.w = sorted + first[s.option];
        s.place = place + first[s.option];
        if (s.n) {
            visit(context, &s);
        }
    }
}

void members_visit(const struct coded_tensor *c, const float *w_rc, size_t chunk,
                   stretch_visitor *visit, void *context)
{
    struct stretch s = {.chunk = chunk};
    size_t begin, end;
    members_bounds(c, chunk, &begin, &end);
    if (along_rows(c)) {
        visit_rows(c, w_rc, s, begin, end, visit, context);
        return;
    }
    for (s.at = begin; s.at < end; s.at += BLOCK) {
        s.n = end - s.at < BLOCK ? end - s.at : BLOCK;
        s.w = w_rc + s.at;
        if (c->unit == 1 && c->option) {
            visit_sorted(c, w_rc, s, s.n, visit, context);
        } else {
            visit(context, &s);
        }
    }
}
