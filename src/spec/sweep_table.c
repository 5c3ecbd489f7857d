/* From the parts of a sweep to the combinations of each method. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/sweep.h"
#include "spec/sweep_rows.h"

/* The table of one method while it is filled. */
struct table {
    struct reading *r;
    struct sweep *w;
    size_t method;
    size_t pools[SWEPT_MAX]; /* of its axes, rows.width of them */
    struct sweep_rows rows;
};

static bool takes_part(const struct sweep_part *part, const struct sweep *w, size_t method)
{
    for (size_t i = 0; i < part->n_axes; i++) {
        if (w->pools[part->axes[i].pool].method == method) {
            return true;
        }
    }
    for (size_t i = 0; i < part->n_rules; i++) {
        if (part->rules[i].include && part->rules[i].method == method) {
            return true;
        }
    }
    return false;
}

/* Which of the method's axes sweeps the parameter; t->rows.width when none does. */
static size_t local_axis(const struct table *t, size_t parameter)
{
    size_t i = 0;
    while (i < t->rows.width && t->w->pools[t->pools[i]].parameter != parameter) {
        i++;
    }
    return i;
}

/* What the parameter is without a sweep; false when it is nothing, for want of a default. */
static bool base_value(const struct table *t, size_t parameter, struct value *v)
{
    const struct draft *d = &t->r->methods.all[t->method];
    const struct param *row = evaluation_row(d->params.schema, parameter);
    struct err why;
    if (evaluation_is_key(parameter)) {
        *v = evaluation_get(&t->r->spec->evaluations[0], parameter);
        return true;
    }
    *v = d->params.values[parameter];
    if (v->present || d->from[parameter].source || (row->fallback && !*row->fallback)) {
        return true;
    }
    if (row->fallback && value_parse(v, row, row->fallback, &why)) {
        BUG("the default of %s does not parse: %s", row->name, why.text);
    }
    return row->fallback;
}

/* Sets the digits of the axes that are not `set` to the method's own values. */
static int fill_base(struct table *t, struct place at, const bool *set, uint32_t *row, bool *fine,
                     struct err *e)
{
    const struct draft *d = &t->r->methods.all[t->method];
    for (size_t i = 0; i < t->rows.width; i++) {
        struct sweep_pool *pool = &t->w->pools[t->pools[i]];
        const struct param *p = evaluation_row(d->params.schema, pool->parameter);
        struct value v;
        if (set[i]) {
            continue;
        }
        if (!base_value(t, pool->parameter, &v)) {
            problems_add(&t->r->problems, at,
                         "sweep: \"%s\" has no %s here: the sweep gives it one elsewhere, but it "
                         "has no default and the method sets none",
                         d->name, p->name);
            *fine = false;
        } else if (sweep_pool_add(pool, p, &v, at, &row[i], e)) {
            return -1;
        }
    }
    return 0;
}

/* Whether a row fits a key of a rule. */
static bool fits_key(const struct table *t, const struct sweep_axis *key, const uint32_t *row)
{
    const struct sweep_pool *pool = &t->w->pools[key->pool];
    size_t axis = local_axis(t, pool->parameter);
    for (size_t i = 0; i < key->n; i++) {
        if (row[axis] == key->takes[i].value) {
            return true;
        }
    }
    return false;
}

/* The last rule that excludes the row, or NULL; each that does is marked. */
static const struct sweep_rule *excluded(const struct table *t, const struct sweep_part *part,
                                         const uint32_t *row, bool *hits)
{
    const struct sweep_rule *by = NULL;
    for (size_t i = 0; i < part->n_rules; i++) {
        const struct sweep_rule *rule = &part->rules[i];
        bool fits = !rule->include && rule->method == t->method;
        for (size_t k = 0; k < rule->n_keys && fits; k++) {
            fits = fits_key(t, &rule->keys[k], row);
        }
        if (fits) {
            hits[rule->number] = true;
            by = rule;
        }
    }
    return by;
}

/* The axes of one part that belong to a method, those of a zip together. */
struct grid {
    const struct sweep_axis *axes[SWEPT_MAX];
    size_t local[SWEPT_MAX], n;
    size_t at[SWEPT_MAX]; /* which value each takes now */
};

static bool grid_next(struct grid *g)
{
    for (size_t i = g->n; i-- > 0;) {
        bool turns = ++g->at[i] == g->axes[i]->n;
        if (turns) {
            g->at[i] = 0;
        }
        bool leads = i == 0 || g->axes[i - 1]->zip != g->axes[i]->zip;
        if (!leads) {
            continue; /* the rest of its zip moves along */
        }
        if (!turns) {
            return true;
        }
    }
    return false;
}

/* Fills in the grid; false with the problem recorded when it has too many combinations or none. */
static bool grid_init(struct table *t, const struct sweep_part *part, struct grid *g)
{
    size_t count = 1;
    *g = (struct grid){.n = 0};
    for (size_t i = 0; i < part->n_axes; i++) {
        const struct sweep_axis *axis = &part->axes[i];
        const struct sweep_pool *pool = &t->w->pools[axis->pool];
        if (pool->method != t->method) {
            continue;
        }
        bool leads = !g->n || g->axes[g->n - 1]->zip != axis->zip;
        if (leads && (__builtin_mul_overflow(count, axis->n, &count) || count > COMBINATIONS_MAX)) {
            count = COMBINATIONS_MAX + 1;
        }
        g->local[g->n] = local_axis(t, pool->parameter);
        g->axes[g->n++] = axis;
    }
    t->w->total += g->n ? count : 0;
    if (count && t->w->total > COMBINATIONS_MAX) {
        problems_add(&t->r->problems, t->r->sweep_at,
                     "sweep: over %d combinations of the values of \"%s\"%s: sweep fewer",
                     COMBINATIONS_MAX, t->r->methods.all[t->method].name,
                     count > COMBINATIONS_MAX ? "" : " and of the methods above it");
        t->w->total -= count;
        return false;
    }
    return g->n && count;
}

static int add_grid(struct table *t, const struct sweep_part *part, bool *hits,
                    const struct sweep_rule **by, struct err *e)
{
    struct grid g;
    bool set[SWEPT_MAX] = {false}, fine = true;
    uint32_t row[SWEPT_MAX] = {0};
    if (!grid_init(t, part, &g)) {
        return 0;
    }
    for (size_t i = 0; i < g.n; i++) {
        set[g.local[i]] = true;
    }
    if (fill_base(t, part->at, set, row, &fine, e)) {
        return -1;
    }
    if (!fine) {
        return 0;
    }
    do {
        for (size_t i = 0; i < g.n; i++) {
            row[g.local[i]] = g.axes[i]->takes[g.at[i]].value;
        }
        const struct sweep_rule *out = excluded(t, part, row, hits);
        *by = out ? out : *by;
        if (!out && sweep_rows_add(&t->rows, row, e)) {
            return -1;
        }
    } while (grid_next(&g));
    return 0;
}

static int add_includes(struct table *t, const struct sweep_part *part, struct err *e)
{
    for (size_t i = 0; i < part->n_rules; i++) {
        const struct sweep_rule *rule = &part->rules[i];
        bool set[SWEPT_MAX] = {false}, fine = true;
        uint32_t row[SWEPT_MAX] = {0};
        if (!rule->include || rule->method != t->method) {
            continue;
        }
        for (size_t k = 0; k < rule->n_keys; k++) {
            const struct sweep_axis *key = &rule->keys[k];
            size_t axis = local_axis(t, t->w->pools[key->pool].parameter);
            row[axis] = key->takes[0].value;
            set[axis] = true;
        }
        if (fill_base(t, rule->at, set, row, &fine, e) ||
            (fine && sweep_rows_add(&t->rows, row, e))) {
            return -1;
        }
        t->w->total++;
    }
    return 0;
}

static int add_part(struct table *t, const struct sweep_part *part, bool *hits, struct err *e)
{
    const struct sweep_rule *by = NULL;
    size_t before = t->rows.offered;
    if (add_grid(t, part, hits, &by, e) || add_includes(t, part, e)) {
        return -1;
    }
    if (by && t->rows.offered == before) {
        problems_add(&t->r->problems, by->at,
                     "sweep: exclude: with this rule no combination of \"%s\" is left",
                     t->r->methods.all[t->method].name);
    }
    return 0;
}

/* Puts the values of a pool in the order in which the rows first take them, less those never taken.
 */
static int reorder(struct table *t, size_t axis, struct err *e)
{
    struct sweep_pool *pool = &t->w->pools[t->pools[axis]];
    uint32_t *to = mem_new(pool->n, sizeof *to, e);
    struct value *values = mem_new(pool->n, sizeof *values, e);
    struct place *places = mem_new(pool->n, sizeof *places, e);
    uint32_t used = 0;
    int status = to && values && places ? 0 : -1;
    for (size_t i = 0; i < t->rows.n && !status; i++) {
        uint32_t *digit = &t->rows.digits[i * t->rows.width + axis];
        if (!to[*digit]) {
            values[used] = pool->values[*digit];
            places[used] = pool->places[*digit];
            to[*digit] = ++used;
        }
        *digit = to[*digit] - 1;
    }
    free(to);
    if (status || !t->rows.n) {
        free(values);
        free(places);
        return status;
    }
    free(pool->values);
    free(pool->places);
    pool->values = values;
    pool->places = places;
    pool->n = used;
    return 0;
}

static int fill_table(struct table *t, bool *hits, struct err *e)
{
    size_t parts = 0;
    for (size_t i = 0; i < t->w->n_pools; i++) {
        if (t->w->pools[i].method == t->method) {
            t->pools[t->rows.width++] = i;
        }
    }
    for (size_t i = 0; i < t->w->n_parts; i++) {
        parts += takes_part(&t->w->parts[i], t->w, t->method);
        for (size_t k = 0; k < t->w->parts[i].n_rules; k++) {
            t->rows.once = t->rows.once || t->w->parts[i].rules[k].include;
        }
    }
    t->rows.once = t->rows.once || parts > 1;
    for (size_t i = 0; i < t->w->n_parts && t->rows.width; i++) {
        if (takes_part(&t->w->parts[i], t->w, t->method) && add_part(t, &t->w->parts[i], hits, e)) {
            return -1;
        }
    }
    for (size_t i = 0; i < t->rows.width; i++) {
        if (reorder(t, i, e)) {
            return -1;
        }
    }
    return 0;
}

/* A rule that fits nothing is mistyped, unless something else is wrong that may explain it. */
static void check_hits(struct reading *r, const struct sweep *w, bool *hits)
{
    for (size_t i = 0; i < w->n_parts; i++) {
        for (size_t k = 0; k < w->parts[i].n_rules; k++) {
            const struct sweep_rule *rule = &w->parts[i].rules[k];
            if (!rule->include && !hits[rule->number]) {
                problems_add(&r->problems, rule->at,
                             "sweep: exclude: no combination fits this rule: correct it or leave "
                             "it out");
                hits[rule->number] = true;
            }
        }
    }
}

/* Hands the pools over as the spec's axes. */
static int make_axes(struct reading *r, struct sweep *w, struct err *e)
{
    struct spec *s = r->spec;
    s->axes = mem_new(w->n_pools, sizeof *s->axes, e);
    r->axis_places = mem_new(w->n_pools, sizeof *r->axis_places, e);
    if (!s->axes || !r->axis_places) {
        return -1;
    }
    for (size_t i = 0; i < w->n_pools; i++) {
        struct sweep_pool *pool = &w->pools[i];
        s->axes[i] = (struct spec_axis){pool->method, pool->parameter, pool->values, pool->n};
        r->axis_places[i] = pool->places;
        pool->values = NULL;
        pool->places = NULL;
    }
    s->n_axes = w->n_pools;
    return 0;
}

int sweep_tables(struct reading *r, struct sweep *w, bool fine, struct err *e)
{
    struct spec *s = r->spec;
    size_t before = r->problems.n;
    bool *hits = mem_new(w->numbers + 1, sizeof *hits, e); /* rules are numbered from 1 */
    s->tables = mem_new(r->methods.n, sizeof *s->tables, e);
    s->n_tables = s->tables ? r->methods.n : 0;
    int status = hits && s->tables ? 0 : -1;
    for (size_t i = 0; i < s->n_tables && !status; i++) {
        struct table t = {.r = r, .w = w, .method = i};
        status = fill_table(&t, hits, e);
        s->tables[i] =
            (struct spec_table){.digits = t.rows.digits, .n = t.rows.n, .width = t.rows.width};
        sweep_rows_forget(&t.rows);
    }
    if (!status && fine && r->problems.n == before) {
        check_hits(r, w, hits);
    }
    free(hits);
    return status || make_axes(r, w, e) ? -1 : evaluations_number(r, e);
}
