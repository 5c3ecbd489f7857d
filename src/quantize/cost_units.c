/* Units measured one after the other, each under all options while it is in the L1 cache. */
#include <string.h>

#include "base/reduce.h"
#include "quantize/cost_table.h"
#include "quantize/fit.h"
#include "quantize/members.h"
#include "quantize/tensor.h"

float cost_round_bits(double bits)
{
    return (float)(rint(bits / COST_BIT_UNIT) * COST_BIT_UNIT);
}

/* The coders of all options for one unit: the unit's own grids are fitted here. */
static int unit_coders(struct coder *k, const struct table *t, size_t unit, const float *w,
                       size_t n, struct err *e)
{
    const struct grid_options *o = t->q->o;
    const struct coded_tensor *c = &t->c;
    struct extent extent = EXTENT_EMPTY;
    for (size_t i = 0; i < n && o->fit != FIT_LLOYD_MAX; i += BLOCK) {
        extent_widen(&extent, o->fit, w + i, n - i < BLOCK ? n - i : BLOCK);
    }
    for (int i = 0; i < c->n_options; i++) {
        struct coded_grid g;
        if (o->fit == FIT_LLOYD_MAX) {
            k[i] = coder_for(c, t->cuts, i, unit);
            continue;
        }
        if (fit_unit(&g, &extent, o->fit, c->bits[i], c->dtype, w, n, t->q->src->what, e)) {
            return -1;
        }
        k[i] = coder_of(c->kind, c->bits[i], g, NULL, NULL);
    }
    return 0;
}

/* Squared errors of a stretch under all options; min-max grids in one go. */
static void add_errors(double *error, const struct coder *k, int m, const float *w,
                       const float *weight, size_t n)
{
    struct grid grid[TIERS_MAX];
    float magnitude[BLOCK];
    bool signs = false, others = false;
    for (int i = 0; i < m; i++) {
        signs |= k[i].kind == GRID_SIGN_MAGNITUDE;
        others |= k[i].kind == GRID_CODEBOOK || k[i].kind == GRID_STEP;
        grid[i] = k[i].g;
    }
    if (others) {
        for (int i = 0; i < m; i++) {
            error[i] += coder_error(&k[i], w, weight, n);
        }
        return;
    }
    if (signs) {
        magnitudes(magnitude, w, n);
    }
    grid_errors(error, grid, m, signs ? magnitude : w, weight, n);
}

static void add_lengths(struct table *t, struct costs *to, const struct coder *k, const float *w,
                        size_t n)
{
    uint8_t code[BLOCK];
    for (int i = 0; i < t->c.n_options; i++) {
        coder_codes(code, &k[i], w, n);
        for (size_t p = 0; p < n && t->purpose == COUNT_CODES; p++) {
            t->count[i][code[p]]++;
        }
        for (size_t p = 0; p < n && t->purpose == FILL_TABLE; p++) {
            to->length[i] += t->price[i][code[p]];
        }
    }
}

static void add_squares(struct costs *to, const float *w, const float *weight, size_t n)
{
    if (!weight) {
        to->squares += sum_of_squares(w, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        to->squares += (double)weight[i] * w[i] * w[i];
    }
}

/* n ≤ BLOCK weights, the first of them in column `col` of a row. */
static void add_stretch(struct table *t, struct costs *to, const struct coder *k, const float *w,
                        size_t col, size_t n)
{
    const float *weight = t->q->weight_c ? t->q->weight_c + col : NULL;
    if (t->purpose == COUNT_CODES || t->price) {
        add_lengths(t, to, k, w, n);
    }
    if (t->purpose == FILL_TABLE) {
        add_errors(to->error, k, t->c.n_options, w, weight, n);
        if (t->variance_u) {
            add_squares(to, w, weight, n);
        }
    }
}

void cost_write(struct table *t, const struct costs *from, size_t unit, size_t n)
{
    size_t m = (size_t)t->c.n_options;
    double weight = t->q->weight_u ? t->q->weight_u[unit] : 1;
    for (size_t o = 0; o < m; o++) {
        t->distortion_uo[unit * m + o] = (float)(weight * from->error[o]);
        if (t->bits_uo) {
            double codes = t->price ? from->length[o] : (double)n * t->c.bits[o];
            t->bits_uo[unit * m + o] = cost_round_bits(codes + t->side[o]);
        }
    }
    if (t->variance_u) {
        t->variance_u[unit] = weight * from->squares / (double)n;
    }
}

/* Units along rows. */
static int cost_rows(struct table *t, size_t chunk, struct err *e)
{
    const struct coded_tensor *c = &t->c;
    size_t begin, end;
    members_bounds(c, chunk, &begin, &end);
    size_t unit = allocation_units(begin / c->cols, c->cols, c->unit);
    for (size_t row = begin; row < end; row += c->cols) {
        for (size_t col = 0, n; col < c->cols; col += n, unit++) {
            const float *w = t->q->src->w_rc + row + col;
            struct coder own[TIERS_MAX];
            struct costs costs = {0};
            n = c->cols - col < c->unit ? c->cols - col : c->unit;
            if (c->own_grids && unit_coders(own, t, unit, w, n, e)) {
                return -1;
            }
            for (size_t i = 0; i < n; i += BLOCK) {
                add_stretch(t, &costs, c->own_grids ? own : t->fixed, w + i, col + i,
                            n - i < BLOCK ? n - i : BLOCK);
            }
            if (t->purpose == FILL_TABLE) {
                cost_write(t, &costs, unit, n);
            }
        }
    }
    return 0;
}

/* A block of weights that are units of their own. */
static void cost_weights(struct table *t, const float *w, size_t at, size_t col, size_t n)
{
    size_t m = (size_t)t->c.n_options;
    const struct cost_request *q = t->q;
    struct costs none;
    if (t->purpose == COUNT_CODES) {
        add_lengths(t, &none, t->fixed, w, n);
        return;
    }
    for (size_t o = 0; o < m; o++) {
        float value[BLOCK];
        uint8_t code[BLOCK] = {0};
        coder_values(value, &t->fixed[o], w, n);
        if (t->price) {
            coder_codes(code, &t->fixed[o], w, n);
        }
        for (size_t i = 0; i < n; i++) {
            double weight = (q->weight_u ? q->weight_u[at + i] : 1) *
                            (double)(q->weight_c ? q->weight_c[col + i] : 1);
            float d = value[i] - w[i];
            t->distortion_uo[(at + i) * m + o] = (float)(weight * (double)(d * d));
            if (t->bits_uo) {
                double codes = t->price ? t->price[o][code[i]] : t->c.bits[o];
                t->bits_uo[(at + i) * m + o] = cost_round_bits(codes + t->side[o]);
            }
            if (t->variance_u && o == 0) {
                t->variance_u[at + i] = weight * w[i] * w[i];
            }
        }
    }
}

/* Single weights, or a part of a tensor that is one unit: blocks that end with their row. */
static void cost_flat(struct table *t, size_t chunk)
{
    size_t begin, end;
    struct costs costs = {0};
    members_bounds(&t->c, chunk, &begin, &end);
    for (size_t i = begin, n; i < end; i += n) {
        size_t col = i % t->c.cols, left = t->c.cols - col;
        n = end - i < BLOCK ? end - i : BLOCK;
        n = n < left ? n : left;
        if (t->c.unit == 1) {
            cost_weights(t, t->q->src->w_rc + i, i, col, n);
        } else {
            add_stretch(t, &costs, t->fixed, t->q->src->w_rc + i, col, n);
        }
    }
    if (t->c.unit == UNIT_TENSOR && t->purpose == FILL_TABLE) {
        memcpy(t->error[chunk], costs.error, sizeof costs.error);
        memcpy(t->length[chunk], costs.length, sizeof costs.length);
        t->squares[chunk] = costs.squares;
    }
}

/* All chunks; the error reported is that of the lowest one, whatever the threads. */
int cost_all(struct table *t, struct err *e)
{
    size_t n_chunks = members_chunks(&t->c), failed = n_chunks;
    bool rows = t->c.own_grids || (t->c.unit > 1 && t->c.unit != UNIT_TENSOR);
#pragma omp parallel
    {
        struct table own = *t;
        uint64_t count[TIERS_MAX][BOOK_CODES] = {{0}};
        own.count = count;
#pragma omp for schedule(static)
        for (size_t chunk = 0; chunk < n_chunks; chunk++) {
            struct err mine;
            if (!rows) {
                cost_flat(&own, chunk);
            } else if (cost_rows(&own, chunk, &mine)) {
#pragma omp critical(cost_error)
                if (chunk < failed) {
                    failed = chunk;
                    *e = mine;
                }
            }
        }
        for (int i = 0; i < t->c.n_options * BOOK_CODES && t->purpose == COUNT_CODES; i++) {
#pragma omp atomic
            t->count[i / BOOK_CODES][i % BOOK_CODES] += count[i / BOOK_CODES][i % BOOK_CODES];
        }
    }
    return failed < n_chunks ? -1 : 0;
}
