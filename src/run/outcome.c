#include "run/outcome.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/waterfill.h"
#include "base/mem.h"
#include "quantize/rate_distortion.h"

/* What the method costs. */
static void fill_bill(struct record *r, const struct bill *b, bool steps)
{
    double scope_bits = 32.0 * (double)b->scope_weights, model_bits = 32.0 * (double)r->parameters;
    double payload = (double)b->code_bits; /* the study's sizes are of plain codes */
    double packed = (double)(b->payload.packed_bits + b->map.packed_bits + b->grid.packed_bits);
    r->scope_weights = b->scope_weights;
    r->relative_mse = bill_relative_error(b);
    r->payload_packed_bits = b->payload.packed_bits;
    r->payload_ideal_bits = b->payload.ideal_bits;
    r->map_packed_bits = b->map.packed_bits;
    r->map_ideal_bits = b->map.ideal_bits;
    r->grid_bits = b->grid.packed_bits;
    r->bits_per_weight = bill_packed(b);
    r->bits_entropy = bill_entropy(b);
    r->model_removed_stored_pct = 100 * (scope_bits - packed) / model_bits;
    if (steps) {
        return; /* levels of steps have no fixed width to be counted at */
    }
    r->bits_payload = bill_payload(b);
    r->bits_ideal_map = bill_ideal_map(b);
    r->compression_pct = 100 * (1 - payload / scope_bits);
    r->payload_mib = payload / 8 / (1 << 20);
    r->model_removed_pct = 100 * (scope_bits - payload) / model_bits;
}

/* A parameter that not every method has, as text. */
static void fill_choice(char *to, size_t size, const struct params *p, const char *name)
{
    snprintf(to, size, "%s", params_has(p, name) ? params_choice(p, name) : "");
}

void outcome_fill_record(struct record *r, const struct quantized *q, const struct params *p)
{
    const struct allocate_solution *s = &q->solution;
    fill_bill(r, &q->bill, grid_options_of(p).fit == FIT_STEP);
    fill_choice(r->granularity, sizeof r->granularity, p, "granularity");
    fill_choice(r->grid, sizeof r->grid, p, "grid");
    fill_choice(r->coding, sizeof r->coding, p, "coding");
    fill_choice(r->sensitivity, sizeof r->sensitivity, p, "sensitivity");
    if (!q->solved) {
        return;
    }
    r->budget_bits = q->budget;
    r->predicted_cost = s->total.distortion;
    r->optimum_cost = s->optimum;
    r->optimality_gap_pct = s->bound > 0 ? 100 * (s->total.distortion / s->bound - 1) : (double)NAN;
    r->largest_gain = s->largest_gain;
    r->predicted_delta_nats = q->predicted_nats;
}

static void fill_solver(struct solver_record *to, const struct quantized *q, double weights)
{
    const struct allocate_solution *s = &q->solution;
    bool game = !isnan(s->largest_gain);
    *to = solver_none();
    to->lambda = s->lambda;
    to->budget_bits = q->budget * weights;
    to->predicted_cost = s->total.distortion;
    to->optimum = s->optimum;
    to->bound = s->bound;
    to->largest_gain = s->largest_gain;
    to->sweeps = game ? (int64_t)s->sweeps : RECORD_NONE;
    to->moves = game ? (int64_t)s->moves : RECORD_NONE;
    snprintf(to->trace_name, sizeof to->trace_name, "%s", s->trace_name ? s->trace_name : "");
}

static int copy_trace(struct solver_record *to, const struct allocate_solution *s, struct err *e)
{
    if (s->n_trace == 0) {
        return 0;
    }
    if (!(to->trace = mem_new(s->n_trace, sizeof *to->trace, e))) {
        return -1;
    }
    memcpy(to->trace, s->trace, s->n_trace * sizeof *to->trace);
    to->n_trace = s->n_trace;
    return 0;
}

/* The Shapley value of a tensor, if one was measured. */
static void fill_value(struct tensor_row *row, int tensor, const struct quantized *q,
                       const struct players *p)
{
    for (size_t k = 0; k < p->n_parts; k++) {
        if (p->tensors[k].index == tensor) {
            row->shapley_value = q->solution.value ? q->solution.value[k] : (double)NAN;
            row->shapley_error = q->solution.value_error ? q->solution.value_error[k] : (double)NAN;
        }
    }
}

static struct tensor_row row_of(const struct rate_distortion *r, const struct gpt2_tensor *t)
{
    struct tensor_row row = tensor_row_none();
    snprintf(row.tensor, sizeof row.tensor, "%s", t->name);
    row.rows = (int64_t)t->rows;
    row.cols = (int64_t)t->cols;
    row.weights = (int64_t)r->weights;
    row.variance = r->variance;
    row.kurtosis = r->kurtosis;
    row.relative_mse = r->relative_mse;
    row.stored_bits = r->stored_bits;
    row.entropy_bits = r->entropy_bits;
    row.gap_db = r->gap_db;
    row.gap_bits = r->gap_bits;
    row.floor_mse = r->floor_mse;
    return row;
}

/* The relative squared error that tensors of these variances need at the bits that they have. */
static int fill_floor(struct rate_distortion *each, size_t n, double *floor_mse, struct err *e)
{
    double *variance = mem_new(n, sizeof *variance, e), *weights = mem_new(n, sizeof *weights, e);
    double rate = 0;
    struct waterfill level;
    int status = variance && weights ? 0 : -1;
    if (!status) {
        rate_distortion_sources(variance, weights, &rate, each, n);
        status = waterfill(&level, NULL, variance, weights, n, rate, e);
    }
    if (!status) {
        *floor_mse = rate_distortion_floor(each, n, level.level);
    }
    free(variance);
    free(weights);
    return status;
}

int outcome_details(struct cell_details *out, double *floor_mse, const struct quantized *q,
                    const struct workshop *w, struct err *e)
{
    size_t n = 0, room = (size_t)w->base->n_tensors;
    struct rate_distortion *each = mem_new(room, sizeof *each, e);
    *out = details_none();
    *floor_mse = (double)NAN;
    int status = each ? rate_distortion(each, &n, w->base, &q->variant, q->bills_t, e) : -1;
    if (!status && n > 0) {
        out->tensors = mem_new(n, sizeof *out->tensors, e);
        status = out->tensors ? fill_floor(each, n, floor_mse, e) : -1;
    }
    for (size_t i = 0; i < n && !status; i++) {
        out->tensors[i] = row_of(&each[i], &w->base->tensors[each[i].tensor]);
        if (q->solved) { /* without, the players are another's, who may be at work on them */
            fill_value(&out->tensors[i], each[i].tensor, q, w->players);
        }
        out->n_tensors = i + 1;
    }
    out->solved = q->solved;
    if (!status && q->solved) {
        fill_solver(&out->solver, q, w->players->game.weights);
        status = copy_trace(&out->solver, &q->solution, e);
    }
    free(each);
    return status;
}
