/*
 * Units: every layout and fit but the study's own tiers. The grids are fitted first, then every
 * weight is coded by its grid, and the weights are what coded_values() makes of the codes: what a
 * packed file decodes to. Holds a byte a weight (two with steps) for one tensor.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/reduce.h"
#include "quantize/coded_bill.h"
#include "quantize/fit.h"
#include "quantize/members.h"
#include "quantize/tensor.h"

/* The tier of each unit, before tiers without members are left out. */
struct tier_map {
    const uint8_t *tier; /* NULL: all in tier 0 */
    uint8_t *own;        /* what cuts were turned into */
    size_t unit;
    bool own_grids;
};

static int map_init(struct tier_map *m, const struct quantize_source *src,
                    const struct allocation *a, const struct grid_options *o, struct err *e)
{
    *m = (struct tier_map){.tier = a->map, .unit = UNIT_TENSOR};
    if (o->group) {
        m->unit = o->group;
    } else if (a->form == ALLOCATION_UNITS) {
        m->unit = a->unit;
    } else if (a->form != ALLOCATION_ONE) {
        m->unit = 1;
    }
    m->own_grids = o->fit != FIT_STEP && (o->group || unit_has_grid(m->unit));
    if (m->unit != UNIT_TENSOR && m->unit > src->cols) {
        m->unit = src->cols;
    }
    if (a->form != ALLOCATION_CUT) {
        return 0;
    }
    if (!(m->own = mem_new(a->n, 1, e))) {
        return -1;
    }
#pragma omp parallel for schedule(static) if (a->n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(a->n); c++) {
        int32_t tier[BLOCK];
        for (size_t i = chunk_begin(c), end = chunk_end(c, a->n), n; i < end; i += n) {
            n = end - i < BLOCK ? end - i : BLOCK;
            tiers_of(tier, a, src->w_rc + i, i, n);
            for (size_t p = 0; p < n; p++) {
                m->own[i + p] = (uint8_t)tier[p];
            }
        }
    }
    m->tier = m->own;
    return 0;
}

/* Lists the tiers that have members as options of *c; number_k is that of tier k. */
static int list_options(struct coded_tensor *c, uint8_t *number_k, int *tier_o,
                        const struct tier_map *m, const struct allocation *a, struct err *e)
{
    bool used[UINT8_MAX + 1] = {0};
    size_t n_units = allocation_units(c->rows, c->cols, m->unit);
    for (size_t u = 0; u < n_units; u++) {
        used[m->tier ? m->tier[u] : 0] = true;
    }
    for (int k = 0; k <= UINT8_MAX; k++) {
        if (used[k] && k >= a->n_tiers) {
            return err_set(e, "the allocation has a unit in tier %d of %d", k, a->n_tiers);
        }
        if (used[k]) {
            tier_o[c->n_options] = k;
            number_k[k] = (uint8_t)c->n_options;
            c->bits[c->n_options++] = c->kind == GRID_STEP ? 0 : a->bits[k];
        }
    }
    return 0;
}

static int set_steps(struct coded_tensor *c, const struct allocation *a, const int *tier_o,
                     const char *what, struct err *e)
{
    for (int k = 0; k < c->n_options && c->kind == GRID_STEP; k++) {
        float step = a->step[tier_o[k]], stored = grid_round(step, c->dtype);
        if (!(stored > 0) || !isfinite(stored)) {
            return err_set(e,
                           "%s: the grid is step, but tier %d has a step of %g, which is not a "
                           "positive %s-bit number; use a method that gives steps",
                           what, tier_o[k], (double)step, c->dtype == GRID_F16 ? "16" : "32");
        }
        c->grid[k].scale = stored;
    }
    return 0;
}

/* Everything of *c but grids, books and codes; its shape is set. */
static int lay_out(struct coded_tensor *c, const struct quantize_source *src,
                   const struct allocation *a, const struct grid_options *o, struct err *e)
{
    struct tier_map m;
    uint8_t number_k[UINT8_MAX + 1];
    int tier_o[TIERS_MAX];
    c->kind = grid_kind_of(o->fit);
    int status = map_init(&m, src, a, o, e);
    if (!status) {
        status = list_options(c, number_k, tier_o, &m, a, e);
    }
    if (!status) {
        c->own_grids = m.own_grids;
        c->unit = c->n_options > 1 || c->own_grids ? m.unit : UNIT_TENSOR;
        status = coded_allocate(c, e) || set_steps(c, a, tier_o, src->what, e) ? -1 : 0;
    }
    if (!status && c->option) {
        for (size_t u = 0, n_units = coded_units(c); u < n_units; u++) {
            c->option[u] = number_k[m.tier[u]];
        }
    }
    free(m.own);
    return status;
}

struct nearest {
    const struct coded_tensor *c;
    const float *cuts; /* [options][BOOK_CODES] */
    float *largest;    /* [chunks]: max |w| / step */
};

static void code_stretch(void *context, const struct stretch *s)
{
    const struct nearest *job = context;
    const struct coded_tensor *c = job->c;
    struct coder k = coder_for(c, job->cuts, s->option, s->unit);
    uint8_t code[BLOCK];
    int16_t level[BLOCK];
    if (c->kind == GRID_STEP) {
        float largest = coder_levels(s->place ? level : c->level + s->at, &k, s->w, s->n);
        float *kept = &job->largest[s->chunk];
        *kept = fmaxf(*kept, largest / k.g.scale);
        for (size_t i = 0; i < s->n && s->place; i++) {
            c->level[s->at + s->place[i]] = level[i];
        }
        return;
    }
    coder_codes(s->place ? code : c->code + s->at, &k, s->w, s->n);
    for (size_t i = 0; i < s->n && s->place; i++) {
        c->code[s->at + s->place[i]] = code[i];
    }
}

int code_nearest(struct coded_tensor *c, const float *cuts, const float *w_rc, const char *what,
                 struct err *e)
{
    size_t n_chunks = members_chunks(c);
    struct nearest job = {.c = c, .cuts = cuts, .largest = mem_new(n_chunks, sizeof(float), e)};
    float largest = 0;
    if (!job.largest) {
        return -1;
    }
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        members_visit(c, w_rc, chunk, code_stretch, &job);
    }
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        largest = fmaxf(largest, job.largest[chunk]);
    }
    free(job.largest);
    return largest <= (float)LEVEL_MAX ? 0 : refuse_level(what, (double)largest, e);
}

int refuse_level(const char *what, double steps, struct err *e)
{
    return err_set(e, "%s has a weight of %.6g steps, and levels end at %d; use a larger step",
                   what, steps, LEVEL_MAX);
}

float *coder_all_cuts(const struct coded_tensor *c, struct err *e)
{
    float *cuts = mem_new((size_t)c->n_options * BOOK_CODES, sizeof *cuts, e);
    for (int k = 0; k < c->n_options && cuts && c->kind == GRID_CODEBOOK; k++) {
        coder_cuts(cuts + (size_t)k * BOOK_CODES, c->book + (size_t)k * BOOK_CODES, c->bits[k]);
    }
    return cuts;
}

/* Grids, then codes. */
static int code_tensor(struct coded_tensor *c, const struct quantize_source *src,
                       const struct grid_options *o, struct err *e)
{
    if (o->fit != FIT_STEP && fit_tensor(c, src->w_rc, o->fit, src->what, e)) {
        return -1;
    }
    float *cuts = coder_all_cuts(c, e);
    int status = -1;
    if (cuts) {
        status = o->rounding == ROUNDING_FEEDBACK ? code_feedback(c, cuts, src, e)
                                                  : code_nearest(c, cuts, src->w_rc, src->what, e);
    }
    free(cuts);
    return status;
}

static int add_sums(struct bill *bill, const struct coded_tensor *c, const float *out,
                    const float *w, struct err *e)
{
    size_t n_chunks = members_chunks(c);
    struct chunk_sums *sums = mem_new(n_chunks, sizeof *sums, e);
    if (!sums) {
        return -1;
    }
#pragma omp parallel for schedule(static) if (n_chunks > 1)
    for (size_t chunk = 0; chunk < n_chunks; chunk++) {
        size_t begin, end;
        members_bounds(c, chunk, &begin, &end);
        sums[chunk] = (struct chunk_sums){
            .sum = sum_of(w + begin, end - begin),
            .sum_squares = sum_of_squares(w + begin, end - begin),
            .squared_error = sum_of_squared_differences(out + begin, w + begin, end - begin),
        };
    }
    bill->scope_weights = 0;
    bill_add_sums(bill, sums, n_chunks, c->rows * c->cols);
    free(sums);
    return 0;
}

int quantize_units(float *out_rc, struct bill *bill, struct coded_tensor *c,
                   const struct quantize_source *src, const struct allocation *a,
                   const struct grid_options *o, struct err *e)
{
    if (lay_out(c, src, a, o, e) || code_tensor(c, src, o, e)) {
        return -1;
    }
    coded_values(out_rc, c);
    return bill_of_coded(bill, c, e) || add_sums(bill, c, out_rc, src->w_rc, e) ? -1 : 0;
}
