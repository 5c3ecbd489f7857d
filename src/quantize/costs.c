#include "quantize/costs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/reduce.h"
#include "coding/bitpack.h"
#include "coding/step_coder.h"
#include "quantize/coded_bill.h"
#include "quantize/cost_table.h"
#include "quantize/fit.h"
#include "quantize/members.h"
#include "quantize/tensor.h"

void cost_plain_bits(double *rate_o, double *side_o, const struct grid_options *o, size_t unit,
                     int m, const int *bits)
{
    enum grid_kind kind = grid_kind_of(o->fit);
    bool own = unit_has_grid(unit);
    for (int k = 0; k < m; k++) {
        size_t numbers = 0;
        if (bits[k] > 0 && (own || unit == UNIT_TENSOR)) {
            numbers = packed_grid_numbers(kind, own);
            numbers += own ? 0 : coded_book_numbers(kind, bits[k]);
        }
        rate_o[k] = bits[k];
        side_o[k] =
            (double)(8 * numbers * packed_number_bytes(o->dtype)) + bitpack_width((size_t)m);
    }
}

/* The steps, as stored; a weight that is too many of them is refused. */
static int set_steps(struct table *t, struct err *e)
{
    const struct quantize_source *src = t->q->src;
    struct range range = RANGE_EMPTY;
    range_widen(&range, src->w_rc, src->rows * src->cols);
    float largest = fmaxf(-range.lo, range.hi);
    if (!(range.lo < range.hi)) {
        return err_set(
            e,
            "%s: its weights are all the same, and steps are multiples of their standard "
            "deviation: take another grid, or a scope without it",
            src->what);
    }
    for (int k = 0; k < t->c.n_options; k++) {
        float step = grid_round(t->q->step[k], t->c.dtype);
        if (!(step > 0) || !isfinite(step)) {
            return err_set(e, "%s: a step of %g is not a positive %s-bit number", src->what,
                           (double)t->q->step[k], t->c.dtype == GRID_F16 ? "16" : "32");
        }
        if (largest / step > (float)LEVEL_MAX) {
            return refuse_level(src->what, (double)(largest / step), e);
        }
        t->c.grid[k] = (struct coded_grid){.scale = step};
    }
    return 0;
}

/* Grids of options, each fitted to the whole tensor. */
static int fit_options(struct table *t, struct err *e)
{
    const struct quantize_source *src = t->q->src;
    for (int k = 0; k < t->c.n_options; k++) {
        struct coded_tensor one = t->c;
        one.unit = UNIT_TENSOR;
        one.n_options = 1;
        one.bits[0] = t->c.bits[k];
        one.grid = t->c.grid + k;
        if (fit_tensor(&one, src->w_rc, t->q->o->fit, src->what, e)) {
            return -1;
        }
    }
    return 0;
}

/* Codebooks for all options from one histogram, over the units' scales where they have them. */
static int fit_codebooks(struct table *t, struct err *e)
{
    const struct quantize_source *src = t->q->src;
    struct coded_tensor scales = t->c;
    scales.n_options = 1;
    scales.bits[0] = 1;
    if (t->c.own_grids && fit_units(&scales, src->w_rc, FIT_LLOYD_MAX, src->what, e)) {
        return -1;
    }
    for (int k = 0; k < t->c.n_options && !t->c.own_grids; k++) {
        t->c.grid[k] = (struct coded_grid){.scale = 1};
    }
    return fit_books(&t->c, src->w_rc, true, src->what, e);
}

/* Grids and books that units do not fit for themselves, and the coders of options. */
static int prepare_grids(struct table *t, struct err *e)
{
    struct coded_tensor *c = &t->c;
    bool books = c->kind == GRID_CODEBOOK;
    size_t n_grids = c->own_grids && books ? coded_units(c) : (size_t)c->n_options;
    int status = 0;
    if (!(c->grid = mem_new(n_grids, sizeof *c->grid, e)) ||
        (books && !(c->book = mem_new((size_t)c->n_options * BOOK_CODES, sizeof *c->book, e)))) {
        return -1;
    }
    if (c->kind == GRID_STEP) {
        status = set_steps(t, e);
    } else if (books) {
        status = fit_codebooks(t, e);
    } else if (!c->own_grids) {
        status = fit_options(t, e);
    }
    if (status || !(t->cuts = coder_all_cuts(c, e))) {
        return -1;
    }
    for (int k = 0; k < c->n_options && !c->own_grids; k++) {
        t->fixed[k] = coder_for(c, t->cuts, k, 0);
    }
    return 0;
}

/* One read that counts codes; then −log2 of their frequencies. */
static int price_codes(struct table *t, struct err *e)
{
    size_t m = (size_t)t->c.n_options;
    if (!(t->count = mem_new(m, sizeof *t->count, e)) ||
        !(t->price = mem_new(m, sizeof *t->price, e))) {
        return -1;
    }
    t->purpose = COUNT_CODES;
    if (cost_all(t, e)) {
        return -1;
    }
    double n = (double)(t->c.rows * t->c.cols);
    for (size_t i = 0; i < m * BOOK_CODES; i++) {
        uint64_t count = t->count[i / BOOK_CODES][i % BOOK_CODES];
        t->price[i / BOOK_CODES][i % BOOK_CODES] = count ? log2(n / (double)count) : 0;
    }
    return 0;
}

/* The coder's own price of every unit's levels, option by option. */
static int price_levels(struct table *t, struct err *e)
{
    size_t m = (size_t)t->c.n_options, n_units = coded_units(&t->c);
    struct coded_tensor c = {.rows = t->c.rows,
                             .cols = t->c.cols,
                             .unit = t->c.unit,
                             .kind = GRID_STEP,
                             .n_options = 1,
                             .dtype = t->c.dtype};
    float *bits_u = mem_new(n_units, sizeof *bits_u, e);
    int status = bits_u && coded_allocate(&c, e) == 0 ? 0 : -1;
    for (size_t o = 0; o < m && !status; o++) {
        c.grid[0] = t->c.grid[o];
        status = code_nearest(&c, t->cuts, t->q->src->w_rc, t->q->src->what, e) ||
                         step_price(bits_u, &c, e)
                     ? -1
                     : 0;
        for (size_t u = 0; u < n_units && !status; u++) {
            t->bits_uo[u * m + o] = cost_round_bits((double)bits_u[u] + t->side[o]);
        }
    }
    coded_release(&c);
    free(bits_u);
    return status;
}

/* A tensor that is one unit: its chunks in index order. */
static void join_chunks(struct table *t)
{
    struct costs all = {0};
    for (size_t chunk = 0; chunk < members_chunks(&t->c); chunk++) {
        for (int o = 0; o < t->c.n_options; o++) {
            all.error[o] += t->error[chunk][o];
            all.length[o] += t->length[chunk][o];
        }
        all.squares += t->squares[chunk];
    }
    cost_write(t, &all, 0, t->c.rows * t->c.cols);
}

static int fill(struct table *t, struct err *e)
{
    size_t n_chunks = members_chunks(&t->c);
    bool steps = t->c.kind == GRID_STEP, priced = t->bits_uo != NULL;
    if (prepare_grids(t, e) ||
        (priced && !steps && t->q->o->coding == CODING_ENTROPY && price_codes(t, e))) {
        return -1;
    }
    if (t->c.unit == UNIT_TENSOR && (!(t->error = mem_new(n_chunks, sizeof *t->error, e)) ||
                                     !(t->length = mem_new(n_chunks, sizeof *t->length, e)) ||
                                     !(t->squares = mem_new(n_chunks, sizeof *t->squares, e)))) {
        return -1;
    }
    t->purpose = FILL_TABLE;
    if (cost_all(t, e)) {
        return -1;
    }
    if (t->c.unit == UNIT_TENSOR) {
        join_chunks(t);
    }
    return steps && priced ? price_levels(t, e) : 0;
}

int cost_table(float *distortion_uo, float *bits_uo, double *variance_u,
               const struct cost_request *q, struct err *e)
{
    enum grid_kind kind = grid_kind_of(q->o->fit);
    double rate[TIERS_MAX];
    bool clip = q->unit != UNIT_TENSOR && q->unit > q->src->cols;
    struct table t = {
        .q = q, .distortion_uo = distortion_uo, .bits_uo = bits_uo, .variance_u = variance_u};
    t.c = (struct coded_tensor){.rows = q->src->rows,
                                .cols = q->src->cols,
                                .unit = clip ? q->src->cols : q->unit,
                                .kind = kind,
                                .own_grids = kind != GRID_STEP && unit_has_grid(q->unit),
                                .n_options = q->m,
                                .dtype = q->o->dtype};
    if (kind != GRID_STEP) {
        memcpy(t.c.bits, q->bits, (size_t)q->m * sizeof *q->bits);
    }
    cost_plain_bits(rate, t.side, q->o, q->unit, q->m, t.c.bits);
    for (int k = 0; k < q->m && kind == GRID_STEP && q->unit == UNIT_TENSOR; k++) {
        t.side[k] += 8.0 * (double)packed_number_bytes(q->o->dtype);
    }
    int status = fill(&t, e);
    coded_release(&t.c);
    free(t.cuts);
    free(t.count);
    free(t.price);
    free(t.error);
    free(t.length);
    free(t.squares);
    return status;
}
