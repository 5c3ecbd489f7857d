/* The values of one swept key: a list of them, or a generator. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/fields.h"
#include "spec/sweep.h"

enum { ARGUMENTS_MAX = 3 };

int sweep_pool_of(struct sweep *w, size_t method, size_t parameter, size_t *out, struct err *e)
{
    size_t i = 0;
    while (i < w->n_pools && (w->pools[i].method != method || w->pools[i].parameter != parameter)) {
        i++;
    }
    *out = i;
    if (i < w->n_pools) {
        return 0;
    }
    if (mem_grow(&w->pools, &w->pools_room, i + 1, sizeof *w->pools, e)) {
        return -1;
    }
    w->pools[w->n_pools++] = (struct sweep_pool){.method = method, .parameter = parameter};
    return 0;
}

int sweep_pool_add(struct sweep_pool *pool, const struct param *row, const struct value *v,
                   struct place at, uint32_t *out, struct err *e)
{
    size_t i = 0;
    while (i < pool->n && !value_equal(&pool->values[i], v, row)) {
        i++;
    }
    *out = (uint32_t)i;
    if (i < pool->n) {
        return 0;
    }
    if (mem_grow(&pool->values, &pool->values_room, i + 1, sizeof *pool->values, e) ||
        mem_grow(&pool->places, &pool->places_room, i + 1, sizeof *pool->places, e)) {
        return -1;
    }
    pool->values[i] = *v;
    pool->places[i] = at;
    pool->n++;
    return 0;
}

/* Appends a value to the axis; one that is there already is a problem, unless it may repeat. */
static int take(const struct sweep_sink *to, const struct value *v, struct place at, struct err *e)
{
    size_t known = to->pool->n, i = 0;
    uint32_t index;
    if (sweep_pool_add(to->pool, to->row, v, at, &index, e) ||
        mem_grow(&to->axis->takes, &to->axis->room, to->axis->n + 1, sizeof *to->axis->takes, e)) {
        return -1;
    }
    while (index < known && i < to->axis->n && to->axis->takes[i].value != index) {
        i++;
    }
    if (index < known && i < to->axis->n && !to->repeats) {
        struct buf text = BUF_INIT;
        evaluation_format(to->r->spec, to->row, v, &text);
        problems_add(&to->r->problems, at, "sweep: the value %s is already on line %zu",
                     shown(buf_text(&text)).text, to->axis->takes[i].at.line);
        to->r->problems.failed = to->r->problems.failed || text.failed;
        buf_release(&text);
        return 0;
    }
    to->axis->takes[to->axis->n++] = (struct sweep_take){index, at};
    return 0;
}

static bool is_list_row(const struct param *row)
{
    return row->type == PARAM_INTS || row->type == PARAM_REALS;
}

int sweep_read_value(const struct sweep_sink *to, const struct node *node, struct err *e)
{
    struct value v;
    bool fine;
    if (evaluation_read(to->r, to->row, node, &v, &fine, e)) {
        return -1;
    }
    return fine ? take(to, &v, node->at, e) : 0;
}

static int read_list(const struct sweep_sink *to, const struct node *list, struct err *e)
{
    if (!list->n) {
        problems_add(&to->r->problems, list->at, "sweep: the list is empty");
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct node *node = &list->items[i];
        if (is_list_row(to->row) && node->kind == NODE_SCALAR && !node_is_null(node)) {
            problems_add(&to->r->problems, node->at,
                         "sweep: each value of %s is itself a list: write [[…], […]], not \"%s\"",
                         to->row->name, shown(node->text).text);
            return 0; /* the others will be the same */
        }
        if (sweep_read_value(to, node, e)) {
            return -1;
        }
    }
    return 0;
}

enum generator { RANGE, LINSPACE, LOGSPACE, GENERATORS };

static const char *const generator_names[] = {"range", "linspace", "logspace"};
static const char *const generator_forms[] = {"[start, stop, step]", "[first, last, how many]",
                                              "[first, last, how many]"};

bool sweep_is_generator(const struct node *node)
{
    for (int i = 0; node->kind == NODE_MAP && i < GENERATORS; i++) {
        if (node_get(node, generator_names[i])) {
            return true;
        }
    }
    return false;
}

/* The two or three numbers of a generator; false with the problem recorded. */
static bool read_arguments(struct reading *r, const struct node *list, enum generator g,
                           double arguments[ARGUMENTS_MAX])
{
    const struct param row = {
        .name = generator_names[g], .type = PARAM_REAL, .min = -1e15, .max = 1e15};
    char wanted[96];
    snprintf(wanted, sizeof wanted, "sweep: %s: a list %s", row.name, generator_forms[g]);
    if (!field_is(&r->problems, list, NODE_LIST, wanted)) {
        return false;
    }
    if (list->n != ARGUMENTS_MAX && (g != RANGE || list->n != 2)) {
        problems_add(&r->problems, list->at, "sweep: %s takes %s, and %zu number%s here", row.name,
                     generator_forms[g], list->n, list->n == 1 ? " stands" : "s stand");
        return false;
    }
    arguments[2] = 1;
    for (size_t i = 0; i < list->n; i++) {
        struct value v = {0};
        if (!field_value(&r->problems, &list->items[i], &row, &v)) {
            return false;
        }
        arguments[i] = v.numbers[0];
    }
    return true;
}

/* How many values; 0 with the problem recorded. */
static size_t count_range(struct reading *r, const struct node *list, const double a[ARGUMENTS_MAX])
{
    if (a[2] == 0) {
        problems_add(&r->problems, list->items[2].at, "sweep: range: a step of 0 goes nowhere");
        return 0;
    }
    /* A stop that is missed by the rounding of the step alone is still excluded. */
    double n = ceil((a[1] - a[0]) / a[2] - 1e-9);
    if (n < 1) {
        problems_add(&r->problems, list->at,
                     "sweep: range: from %.15g to %.15g by %.15g there is no value (the stop is "
                     "not one)",
                     a[0], a[1], a[2]);
        return 0;
    }
    return n > SWEEP_VALUES_MAX ? SWEEP_VALUES_MAX + 1 : (size_t)n;
}

static size_t count_space(struct reading *r, const struct node *list, enum generator g,
                          const double a[ARGUMENTS_MAX])
{
    const char *name = generator_names[g];
    if (a[2] < 2 || a[2] != floor(a[2])) {
        problems_add(&r->problems, list->items[2].at,
                     "sweep: %s: how many values is a whole number of at least 2, not %.15g", name,
                     a[2]);
        return 0;
    }
    for (size_t i = 0; i < 2 && g == LOGSPACE; i++) {
        if (a[i] <= 0) {
            problems_add(&r->problems, list->items[i].at,
                         "sweep: logspace: first and last are above 0, and %.15g is not", a[i]);
            return 0;
        }
    }
    return a[2] > SWEEP_VALUES_MAX ? SWEEP_VALUES_MAX + 1 : (size_t)a[2];
}

/* The i-th of n values. Between the ends 15 digits are kept, so that 3 × 0.1 is 0.3. */
static double generate(enum generator g, const double a[ARGUMENTS_MAX], size_t i, size_t n)
{
    double at = n > 1 ? (double)i / (double)(n - 1) : 0, x;
    if (g == RANGE) {
        x = a[0] + (double)i * a[2];
    } else if (i == 0 || i == n - 1) {
        return a[i != 0];
    } else if (g == LINSPACE) {
        x = a[0] + (a[1] - a[0]) * at;
    } else {
        x = a[0] * pow(a[1] / a[0], at);
    }
    char digits[40];
    snprintf(digits, sizeof digits, "%.15g", x);
    return strtod(digits, NULL);
}

/* Checks each value as if it were written. The first that is refused is enough. */
static int take_generated(const struct sweep_sink *to, const struct node *list, enum generator g,
                          const double a[ARGUMENTS_MAX], size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct value v = {0};
        struct err why;
        char digits[40];
        double x = generate(g, a, i, n);
        snprintf(digits, sizeof digits, "%.15g", x);
        if (strtod(digits, NULL) != x) { /* an end with more digits stays as it is written */
            snprintf(digits, sizeof digits, "%.17g", x);
        }
        if (value_parse_item(&v, to->row, digits, &why)) {
            problems_add(&to->r->problems, list->at, "sweep: %s makes a value that is refused: %s",
                         generator_names[g], why.text);
            return 0;
        }
        if (take(to, &v, list->at, e)) {
            return -1;
        }
    }
    return 0;
}

static int read_generator(const struct sweep_sink *to, const struct node *map, struct err *e)
{
    double a[ARGUMENTS_MAX];
    int g = 0;
    field_keys(&to->r->problems, map, "sweep: values", generator_names, GENERATORS);
    while (g < GENERATORS && !node_get(map, generator_names[g])) {
        g++;
    }
    if (g == GENERATORS) {
        if (!map->n) {
            problems_add(&to->r->problems, map->at,
                         "sweep: a list of values or one of range, linspace, logspace is wanted "
                         "here");
        }
        return 0;
    }
    const struct node *list = node_get(map, generator_names[g]);
    if (map->n > 1) {
        problems_add(&to->r->problems, map->at,
                     "sweep: one of range, linspace, logspace makes values, "
                     "not several");
        return 0;
    }
    if (is_list_row(to->row) || to->row->type == PARAM_CHOICE) {
        problems_add(&to->r->problems, list->key_at,
                     "sweep: %s makes numbers, and a value of %s is %s", generator_names[g],
                     to->row->name, is_list_row(to->row) ? "a list" : "a word");
        return 0;
    }
    if (!read_arguments(to->r, list, (enum generator)g, a)) {
        return 0;
    }
    size_t n =
        g == RANGE ? count_range(to->r, list, a) : count_space(to->r, list, (enum generator)g, a);
    if (n > SWEEP_VALUES_MAX) {
        problems_add(&to->r->problems, list->at, "sweep: %s makes over %d values: take fewer",
                     generator_names[g], SWEEP_VALUES_MAX);
        return 0;
    }
    return take_generated(to, list, (enum generator)g, a, n, e);
}

int sweep_read_values(const struct sweep_sink *to, const struct node *node, struct err *e)
{
    if (node->kind == NODE_MAP) {
        return read_generator(to, node, e);
    }
    return field_is(&to->r->problems, node, NODE_LIST,
                    "sweep: a list of the values to take in turn")
               ? read_list(to, node, e)
               : 0;
}
