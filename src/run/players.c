#include "run/players.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate/budget.h"
#include "base/mem.h"
#include "base/reduce.h"
#include "quantize/costs.h"

/* The parameters that costs depend on; the rest is the solver's. */
static const char *const key_names[] = {
    "scope",       "group",   "grid_dtype", "coding",      "grid",
    "granularity", "options", "steps",      "sensitivity", "sensitivity_power"};

static void make_key(struct buf *out, const struct params *p)
{
    buf_clear(out);
    for (size_t i = 0; i < sizeof key_names / sizeof *key_names; i++) {
        int row = schema_find(p->schema, key_names[i]);
        buf_addf(out, "%s=", key_names[i]);
        if (row >= 0) {
            value_format(&p->values[row], p->schema->rows[row], out);
        }
        buf_addc(out, '\n');
    }
}

void players_release(struct players *p)
{
    buf_release(&p->key);
    free(p->parts);
    free(p->tensors);
    free(p->distortion_io);
    free(p->bits_io);
    free(p->size_i);
    free(p->variance_i);
    free(p->fisher_i);
    *p = (struct players){0};
}

static size_t unit_of(const struct params *params, const struct gpt2_tensor *t)
{
    switch (budget_granularity(params)) {
    case GRANULARITY_WEIGHT:
        return 1;
    case GRANULARITY_GROUP: {
        size_t group = (size_t)params_int(params, "group");
        return group < t->cols ? group : t->cols;
    }
    case GRANULARITY_ROW:
        return t->cols;
    default:
        return UNIT_TENSOR;
    }
}

/* The unit of evaluate/fisher.h that a unit of weights is. */
static size_t fisher_unit_of(const struct params *params)
{
    switch (budget_granularity(params)) {
    case GRANULARITY_WEIGHT:
        return 1;
    case GRANULARITY_GROUP:
        return (size_t)params_int(params, "group");
    case GRANULARITY_ROW:
        return FISHER_ROW;
    default:
        return FISHER_TENSOR;
    }
}

/* Standard deviation of a tensor's weights. */
static double deviation(const struct gpt2_tensor *t)
{
    double n = (double)t->n, mean = sum_of(t->f32, t->n) / n;
    return sqrt(fmax(0, sum_of_squares(t->f32, t->n) / n - mean * mean));
}

/* Who the players are. */
static int lay_out(struct players *p, const struct gpt2 *m, const struct params *params,
                   struct err *e)
{
    enum gpt2_scope scope = (enum gpt2_scope)gpt2_scope_named(params_choice(params, "scope"));
    size_t room = (size_t)m->n_tensors;
    if (!(p->parts = mem_new(room, sizeof *p->parts, e)) ||
        !(p->tensors = mem_new(room, sizeof *p->tensors, e))) {
        return -1;
    }
    for (int i = 0; i < m->n_tensors; i++) {
        const struct gpt2_tensor *t = &m->tensors[i];
        if (!gpt2_in_scope(t, scope)) {
            continue;
        }
        size_t unit = unit_of(params, t), n = allocation_units(t->rows, t->cols, unit);
        size_t rows = unit == UNIT_TENSOR ? 1 : t->rows;
        p->tensors[p->n_parts] = (struct players_tensor){
            .index = i, .unit = unit, .first = p->game.n, .n = n, .deviation = deviation(t)};
        p->parts[p->n_parts++] = (struct allocate_part){
            .tensor = (uint32_t)i, .first = p->game.n, .rows = rows, .cols = n / rows};
        p->game.n += n;
    }
    if (p->game.n == 0 || p->game.n > UINT32_MAX) {
        return err_set(e,
                       "%s: the scope gives %zu players; there must be from 1 to 2^32: take "
                       "larger units",
                       m->path, p->game.n);
    }
    return 0;
}

static void set_sizes(struct players *p, const struct gpt2 *m)
{
    for (size_t k = 0; k < p->n_parts; k++) {
        const struct players_tensor *part = &p->tensors[k];
        const struct gpt2_tensor *t = &m->tensors[part->index];
        size_t per_row = part->unit == UNIT_TENSOR ? 1 : allocation_units(1, t->cols, part->unit);
        for (size_t i = 0; i < part->n; i++) {
            size_t left = part->unit == UNIT_TENSOR ? t->n : t->cols - i % per_row * part->unit;
            p->size_i[part->first + i] = (uint32_t)(left < part->unit ? left : part->unit);
        }
    }
}

/* Options from the parameters: steps where grids are steps, else widths. */
static void set_options(struct players *p, const struct params *params)
{
    p->steps = grid_options_of(params).fit == FIT_STEP;
    const struct value *v = params_list(params, p->steps ? "steps" : "options");
    p->game.m = (int)v->n;
    for (size_t o = 0; o < v->n; o++) {
        p->bits_o[o] = p->steps ? 0 : (int)v->numbers[o];
        p->step_o[o] = p->steps ? v->numbers[o] : 0;
    }
}

/* weight_u of one tensor's units: mean squares of inputs, where those differ by row. */
static void row_channels(double *weight_u, const struct players_tensor *part,
                         const struct gpt2_tensor *t, const struct moment *channels)
{
    double mean = 0;
    size_t per_row = part->n / t->rows;
    for (size_t r = 0; r < t->rows; r++) {
        mean += channels->mean_square_k[r] / (double)t->rows;
        for (size_t u = 0; u < per_row; u++) {
            weight_u[r * per_row + u] = channels->mean_square_k[r];
        }
    }
    if (part->unit == UNIT_TENSOR) {
        weight_u[0] = mean;
    }
}

/* What the table of one tensor is made with. */
struct weights {
    double *unit;   /* [n], owned, or NULL */
    float *channel; /* [cols], owned, or NULL */
};

static int activation_weights(struct weights *w, const struct players_tensor *part,
                              const struct gpt2_tensor *t, double power, struct calibration *c,
                              struct err *e)
{
    const struct moment *channels;
    if (calibration_channels(&channels, c, part->index, e)) {
        return -1;
    }
    if (t->scope == SCOPE_HEAD) { /* used as x·Wᵀ: a channel is a column */
        if (!(w->channel = mem_new(t->cols, sizeof *w->channel, e))) {
            return -1;
        }
        for (size_t k = 0; k < t->cols; k++) {
            w->channel[k] = (float)pow(channels->mean_square_k[k], power);
        }
        return 0;
    }
    if (!(w->unit = mem_new(part->n, sizeof *w->unit, e))) {
        return -1;
    }
    row_channels(w->unit, part, t, channels);
    for (size_t i = 0; i < part->n; i++) {
        w->unit[i] = pow(w->unit[i], power);
    }
    return 0;
}

static int fisher_weights(struct weights *w, const struct players *p,
                          const struct players_tensor *part, double power, struct err *e)
{
    if (!(w->unit = mem_new(part->n, sizeof *w->unit, e))) {
        return -1;
    }
    for (size_t i = 0; i < part->n; i++) {
        w->unit[i] = pow(p->fisher_i[part->first + i], power);
    }
    return 0;
}

/* Fisher information of every player. */
static int copy_fisher(struct players *p, const struct params *params, struct calibration *c,
                       struct err *e)
{
    const struct fisher *f;
    if (calibration_fisher(&f, c, fisher_unit_of(params), e) ||
        !(p->fisher_i = mem_new(p->game.n, sizeof *p->fisher_i, e))) {
        return -1;
    }
    for (size_t k = 0; k < p->n_parts; k++) {
        const struct players_tensor *part = &p->tensors[k];
        const struct fisher_tensor *of = &f->of[part->index];
        if (of->n != part->n) {
            BUG("%zu players, but Fisher information of %zu", part->n, of->n);
        }
        memcpy(p->fisher_i + part->first, of->mean_square, part->n * sizeof *p->fisher_i);
    }
    return 0;
}

/* Finite weights may be so large that their errors or their sensitivity are not. */
static int check_costs(const struct players *p, const struct players_tensor *part,
                       const char *tensor, struct err *e)
{
    size_t m = (size_t)p->game.m, begin = part->first * m;
    for (size_t at = begin; at < begin + part->n * m; at++) {
        if (!isfinite(p->distortion_io[at])) {
            return err_set(e,
                           "%s: what its weights would lose is not finite: weights of the model "
                           "are too large for 32-bit arithmetic",
                           tensor);
        }
    }
    return 0;
}

/* The rows of the table that one tensor's players have. */
static int add_costs(struct players *p, size_t k, const struct gpt2 *m, const struct params *params,
                     struct calibration *c, struct err *e)
{
    const struct players_tensor *part = &p->tensors[k];
    const struct gpt2_tensor *t = &m->tensors[part->index];
    struct quantize_source source = {
        .w_rc = t->f32, .rows = t->rows, .cols = t->cols, .what = t->name};
    struct grid_options o = grid_options_of(params);
    struct weights w = {0};
    float step[OPTIONS_MAX];
    double power = params_list(params, "sensitivity_power")->numbers[0];
    enum sensitivity by = budget_sensitivity(params);
    size_t at = part->first * (size_t)p->game.m;
    for (int i = 0; i < p->game.m; i++) {
        step[i] = (float)(p->step_o[i] * part->deviation);
    }
    int status = by == SENSITIVITY_FISHER       ? fisher_weights(&w, p, part, power, e)
                 : by == SENSITIVITY_ACTIVATION ? activation_weights(&w, part, t, power, c, e)
                                                : 0;
    struct cost_request q = {.src = &source,
                             .unit = part->unit,
                             .o = &o,
                             .m = p->game.m,
                             .bits = p->steps ? NULL : p->bits_o,
                             .step = p->steps ? step : NULL,
                             .weight_u = w.unit,
                             .weight_c = w.channel};
    if (!status) {
        status = cost_table(p->distortion_io + at, p->bits_io ? p->bits_io + at : NULL,
                            p->variance_i + part->first, &q, e) ||
                         check_costs(p, part, t->name, e)
                     ? -1
                     : 0;
    }
    free(w.unit);
    free(w.channel);
    return status ? err_prefix(e, "%s", m->path) : 0;
}

/* Bits as size · rate + side need no table; entropy-coded ones do. */
static int set_bits(struct players *p, const struct params *params, struct err *e)
{
    struct grid_options o = grid_options_of(params);
    p->bits_io = NULL;
    if (o.coding == CODING_ENTROPY) {
        p->bits_io = mem_new(p->game.n * (size_t)p->game.m, sizeof *p->bits_io, e);
        return p->bits_io ? 0 : -1;
    }
    cost_plain_bits(p->game.rate_o, p->game.side_o, &o, p->tensors[0].unit, p->game.m, p->bits_o);
    return 0;
}

static int make(struct players *p, const struct gpt2 *m, const struct params *params,
                struct calibration *c, struct err *e)
{
    if (lay_out(p, m, params, e)) {
        return -1;
    }
    set_options(p, params);
    size_t cells = p->game.n * (size_t)p->game.m;
    if ((budget_sensitivity(params) == SENSITIVITY_FISHER && copy_fisher(p, params, c, e)) ||
        set_bits(p, params, e) ||
        !(p->distortion_io = mem_new(cells, sizeof *p->distortion_io, e)) ||
        !(p->variance_i = mem_new(p->game.n, sizeof *p->variance_i, e)) ||
        !(p->size_i = mem_new(p->game.n, sizeof *p->size_i, e))) {
        return -1;
    }
    set_sizes(p, m);
    for (size_t k = 0; k < p->n_parts; k++) {
        progress_step(c->progress, "tensors measured", false); /* weights may be learned within */
        if (progress_tell(c->progress, k, p->n_parts, e) || add_costs(p, k, m, params, c, e)) {
            return -1;
        }
    }
    p->game.distortion_io = p->distortion_io;
    p->game.bits_io = p->bits_io;
    p->game.size_i = p->size_i;
    return game_check(&p->game, e);
}

bool players_match(const struct players *p, const struct params *params)
{
    struct buf key = BUF_INIT;
    make_key(&key, params);
    bool same = !key.failed && p->key.len == key.len && memcmp(p->key.s, key.s, key.len) == 0;
    buf_release(&key);
    return same;
}

int players_make(struct players *p, const struct gpt2 *m, const struct params *params,
                 struct calibration *c, struct err *e)
{
    struct buf key = BUF_INIT;
    players_release(p);
    make_key(&key, params);
    if (buf_check(&key, e) || make(p, m, params, c, e)) {
        buf_release(&key);
        return -1;
    }
    p->key = key;
    return 0;
}

size_t players_bytes(const struct players *p)
{
    size_t n = p->game.n, m = (size_t)p->game.m;
    return p->key.len == 0
               ? 0
               : n * (m * sizeof *p->distortion_io + sizeof *p->size_i + sizeof *p->variance_i) +
                     (p->bits_io ? n * m * sizeof *p->bits_io : 0) +
                     (p->fisher_i ? n * sizeof *p->fisher_i : 0);
}

int players_allocation(struct allocation *out, const struct players *p, const struct gpt2 *m,
                       const uint8_t *choice, size_t k, struct err *e)
{
    const struct players_tensor *part = &p->tensors[k];
    *out = (struct allocation){.n = m->tensors[part->index].n,
                               .n_tiers = p->game.m,
                               .form = ALLOCATION_UNITS,
                               .unit = part->unit};
    for (int o = 0; o < p->game.m; o++) {
        out->bits[o] = p->bits_o[o];
        out->step[o] = (float)(p->step_o[o] * part->deviation);
    }
    if (!(out->map = mem_new(part->n, 1, e))) {
        return -1;
    }
    memcpy(out->map, choice + part->first, part->n);
    return 0;
}

/* Σ Fisher · squared error over one tensor. */
static double weighted_error(const struct players *p, const struct players_tensor *part,
                             const struct gpt2_tensor *a, const struct gpt2_tensor *b)
{
    double sum = 0;
    size_t at = 0;
    for (size_t i = part->first; i < part->first + part->n; i++) {
        size_t n = part->unit == UNIT_TENSOR ? a->n : p->size_i[i];
        sum += p->fisher_i[i] * sum_of_squared_differences(a->f32 + at, b->f32 + at, n);
        at += n;
    }
    return sum;
}

double players_predicted_nats(const struct players *p, const struct gpt2 *base,
                              const struct gpt2 *variant, const struct calibration *c)
{
    double sum = 0;
    if (!p->fisher_i || c->tokens == 0) {
        return (double)NAN;
    }
    for (size_t k = 0; k < p->n_parts; k++) {
        const struct players_tensor *part = &p->tensors[k];
        sum += weighted_error(p, part, &base->tensors[part->index], &variant->tensors[part->index]);
    }
    return 0.5 * sum * (double)c->fisher.texts / (double)c->tokens;
}
