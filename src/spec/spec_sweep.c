/* The sweep: which parameter takes which values in turn. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/combinations.h"
#include "spec/fields.h"
#include "spec/reading.h"

/* Index of the method of this name, or −1 with the problem recorded. */
static long find_method(struct reading *r, const struct node *node, const char *name, size_t n)
{
    const char *known[YAML_WIDTH_MAX + 1];
    const struct drafts *d = &r->methods;
    for (size_t i = 0; i < d->n; i++) {
        known[i] = d->all[i].name;
        if (strlen(known[i]) == n && memcmp(known[i], name, n) == 0) {
            return (long)i;
        }
    }
    char typed[NAME_MAX_BYTES + 1];
    n = n < sizeof typed ? n : sizeof typed - 1;
    memcpy(typed, name, n);
    typed[n] = '\0';
    problems_add(&r->problems, node->key_at, "sweep: there is no method \"%s\"%s",
                 shown(typed).text, field_hint(typed, known, d->n).text);
    return -1;
}

/* Index of the parameter of this name, or −1 with the problem recorded. */
static int find_parameter(struct reading *r, const struct node *node, const struct draft *d,
                          const char *name)
{
    const struct schema *schema = d->params.schema;
    const char *known[SCHEMA_MAX];
    for (size_t i = 0; i < schema->n; i++) {
        known[i] = schema->rows[i]->name;
        if (strcmp(known[i], name) == 0) {
            return (int)i;
        }
    }
    problems_add(&r->problems, node->key_at, "sweep: %s (%s) has no parameter \"%s\"%s", d->name,
                 d->kind->name, shown(name).text, field_hint(name, known, schema->n).text);
    return -1;
}

static const char prefix[] = "methods.", every[] = "methods.*.";

/* Splits methods.NAME.PARAMETER; names may have dots in them, parameters have none. */
static bool find_axis(struct reading *r, const struct node *node, struct spec_axis *axis)
{
    size_t skip = sizeof prefix - 1;
    const char *key = node->key, *dot = strrchr(key, '.');
    if (strncmp(key, prefix, skip) != 0 || dot < key + skip) {
        problems_add(&r->problems, node->key_at,
                     "sweep: \"%s\" is not of the form methods.NAME.PARAMETER", shown(key).text);
        return false;
    }
    long method = find_method(r, node, key + skip, (size_t)(dot - key) - skip);
    if (method < 0 || !r->methods.all[method].kind) {
        return false;
    }
    int parameter = find_parameter(r, node, &r->methods.all[method], dot + 1);
    axis->method = (size_t)method;
    axis->parameter = parameter < 0 ? 0 : (size_t)parameter;
    return parameter >= 0;
}

/* Where an equal value stands among the first n, or n. */
static size_t find_equal(const struct spec_axis *axis, const struct value *v,
                         const struct param *row)
{
    size_t i = 0;
    while (i < axis->n && !value_equal(&axis->values[i], v, row)) {
        i++;
    }
    return i;
}

static void read_values(struct reading *r, const struct node *list, const struct param *row,
                        struct spec_axis *axis, struct place *places)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct node *node = &list->items[i];
        struct value v;
        if ((row->type == PARAM_INTS || row->type == PARAM_REALS) && node->kind == NODE_SCALAR &&
            !node_is_null(node)) {
            problems_add(&r->problems, node->at,
                         "sweep: each value of %s is itself a list: write [[…], […]], not \"%s\"",
                         row->name, shown(node->text).text);
            return; /* the others will be the same */
        }
        if (!field_value(&r->problems, node, row, &v)) {
            continue;
        }
        size_t equal = find_equal(axis, &v, row);
        if (equal < axis->n) {
            struct buf text = BUF_INIT;
            value_format(&v, row, &text);
            problems_add(&r->problems, node->at, "sweep: the value %s is already on line %zu",
                         shown(buf_text(&text)).text, places[equal].line);
            r->problems.failed = r->problems.failed || text.failed;
            buf_release(&text);
            continue;
        }
        places[axis->n] = node->at;
        axis->values[axis->n++] = v;
    }
}

/* The list of values of one method's parameter. */
static int add_axis(struct reading *r, const struct node *node, struct spec_axis axis,
                    struct err *e)
{
    struct spec *s = r->spec;
    const struct param *row = r->methods.all[axis.method].params.schema->rows[axis.parameter];
    if (!field_is(&r->problems, node, NODE_LIST, "sweep: a list of the values to take in turn")) {
        return 0;
    }
    if (!node->n) {
        problems_add(&r->problems, node->at, "sweep: the list is empty");
        return 0;
    }
    size_t room = s->n_axes + 1;
    if (mem_grow(&s->axes, &r->axes_capacity, room, sizeof *s->axes, e) ||
        mem_grow(&r->axis_places, &r->places_capacity, room, sizeof *r->axis_places, e)) {
        return -1;
    }
    axis.values = mem_new(node->n, sizeof *axis.values, e);
    struct place *places = mem_new(node->n, sizeof *places, e);
    if (!axis.values || !places) {
        free(axis.values);
        free(places);
        return -1;
    }
    read_values(r, node, row, &axis, places);
    r->axis_places[s->n_axes] = places;
    s->axes[s->n_axes++] = axis;
    return 0;
}

static bool is_swept(const struct spec *s, size_t method, int parameter)
{
    return combinations_axis(s, method, (size_t)parameter) < s->n_axes;
}

/* methods.*.PARAMETER: an axis of each method that has the parameter and does not set it itself. */
static int read_every(struct reading *r, const struct node *node, struct err *e)
{
    const char *name = node->key + sizeof every - 1;
    size_t before = r->problems.n, found = 0;
    for (size_t i = 0; i < r->methods.n && r->problems.n == before; i++) {
        const struct draft *d = &r->methods.all[i];
        int parameter = d->kind ? schema_find(d->params.schema, name) : -1;
        if (parameter < 0 || d->from[parameter].source || is_swept(r->spec, i, parameter)) {
            continue;
        }
        found++;
        if (add_axis(r, node, (struct spec_axis){.method = i, .parameter = (size_t)parameter}, e)) {
            return -1;
        }
    }
    if (!found) {
        problems_add(&r->problems, node->key_at,
                     "sweep: no method has a parameter \"%s\" that it does not set itself",
                     shown(name).text);
    }
    return 0;
}

static int read_axis(struct reading *r, const struct node *node, struct err *e)
{
    struct spec_axis axis = {0};
    if (node->key && strncmp(node->key, every, sizeof every - 1) == 0) {
        return read_every(r, node, e);
    }
    if (!node->key || !find_axis(r, node, &axis)) {
        return 0;
    }
    if (is_swept(r->spec, axis.method, (int)axis.parameter)) {
        problems_add(&r->problems, node->key_at,
                     "sweep: this parameter is swept already by a key methods.*.PARAMETER above: "
                     "list the single method first");
        return 0;
    }
    return add_axis(r, node, axis, e);
}

int read_sweep(struct reading *r, const struct node *node, struct err *e)
{
    if (!field_is(&r->problems, node, NODE_MAP,
                  "sweep: a mapping from methods.NAME.PARAMETER to lists")) {
        return 0;
    }
    if (!node->n) {
        problems_add(&r->problems, node->at, "sweep: nothing is swept: leave the key out");
    }
    r->sweep_at = node->key_at;
    for (size_t i = 0; i < node->n; i++) {
        if (read_axis(r, &node->items[i], e)) {
            return -1;
        }
    }
    return 0;
}
