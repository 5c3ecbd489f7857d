/* `overrides:`, what models have in place of the spec's values. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/combinations.h"
#include "spec/evaluation.h"
#include "spec/fields.h"
#include "spec/reading.h"

static const char label[] = "overrides", prefix[] = "methods.", every[] = "methods.*.";

/* What is read for one model. */
struct target {
    struct reading *r;
    struct spec_model *model; /* of the spec, or a stand-in for one that --models leaves out */
    size_t index;             /* of the model; COMBINATION_ANY for a stand-in */
    size_t room;
};

/* Whether the parameter is swept, of this method or, where it is an evaluation key, of any; *at is
 * where. */
static bool is_swept(const struct reading *r, size_t method, size_t parameter, struct place *at,
                     size_t *by)
{
    const struct spec *s = r->spec;
    for (size_t i = 0; i < s->n_axes; i++) {
        if (s->axes[i].parameter == parameter &&
            (s->axes[i].method == method || evaluation_is_key(parameter)) && s->axes[i].n) {
            *at = r->axis_places[i][0];
            *by = s->axes[i].method;
            return true;
        }
    }
    return false;
}

static int note_place(struct target *t, size_t method, size_t parameter, struct place at,
                      struct err *e)
{
    struct reading *r = t->r;
    if (mem_grow(&r->overridden, &r->overridden_room, r->n_overridden + 1, sizeof *r->overridden,
                 e)) {
        return -1;
    }
    r->overridden[r->n_overridden++] = (struct overridden){t->index, method, parameter, at};
    return 0;
}

/* Sets a value, in place of one of a key methods.*.PARAMETER. */
static int put(struct target *t, size_t method, size_t parameter, const struct value *v,
               struct place at, struct err *e)
{
    struct spec_model *m = t->model;
    size_t i = 0;
    while (i < m->n_overrides &&
           (m->overrides[i].method != method || m->overrides[i].parameter != parameter)) {
        i++;
    }
    if (mem_grow(&m->overrides, &t->room, i + 1, sizeof *m->overrides, e)) {
        return -1;
    }
    m->overrides[i] = (struct spec_override){method, parameter, *v};
    m->n_overrides += i == m->n_overrides;
    return note_place(t, method, parameter, at, e);
}

/* One value of one method (0 for an evaluation key, which is of all). */
static int read_value(struct target *t, const struct node *node, size_t method, size_t parameter,
                      struct err *e)
{
    struct reading *r = t->r;
    const struct draft *d = &r->methods.all[method];
    const struct param *row = evaluation_row(d->params.schema, parameter);
    struct place at;
    struct value v;
    size_t by;
    bool fine;
    if (is_swept(r, method, parameter, &at, &by)) {
        problems_add(&r->problems, node->key_at,
                     "overrides: \"%s\" of model \"%s\" stands against the sweep of \"%s\" for "
                     "method \"%s\" (line %zu): leave one of them out",
                     shown(node->key).text, t->model->name, row->name, r->methods.all[by].name,
                     at.line);
        return 0;
    }
    if (evaluation_read(r, row, node, &v, &fine, e)) {
        return -1;
    }
    bool dropped = parameter == SCHEMA_MAX + EVALUATION_SAMPLES && r->options &&
                   r->options->samples > 0; /* --samples is of every model */
    return fine && !dropped ? put(t, method, parameter, &v, node->at, e) : 0;
}

/* methods.*.PARAMETER: for each method that has it. */
static int read_every(struct target *t, const struct node *node, struct err *e)
{
    struct reading *r = t->r;
    const char *name = strrchr(node->key, '.') + 1;
    size_t found = 0, before = r->problems.n;
    for (size_t i = 0; i < r->methods.n && r->problems.n == before; i++) {
        const struct draft *d = &r->methods.all[i];
        int row = d->kind ? schema_find(d->params.schema, name) : -1;
        found += row >= 0;
        if (row >= 0 && read_value(t, node, i, (size_t)row, e)) {
            return -1;
        }
    }
    if (!found) {
        problems_add(&r->problems, node->key_at, "overrides: no method has a parameter \"%s\"",
                     shown(name).text);
    }
    return 0;
}

static int read_key(struct target *t, const struct node *node, struct err *e)
{
    struct reading *r = t->r;
    const size_t skip = sizeof prefix - 1;
    const char *key = node->key, *dot = strrchr(key, '.');
    int parameter = evaluation_find(key);
    if (parameter >= 0) {
        return read_value(t, node, 0, (size_t)parameter, e);
    }
    if (strncmp(key, prefix, skip) != 0 || dot < key + skip) {
        problems_add(&r->problems, node->key_at,
                     "overrides: \"%s\" is none of texts, samples, max_tokens, window, stride, and "
                     "not of the form "
                     "methods.NAME.PARAMETER",
                     shown(key).text);
        return 0;
    }
    long method = find_method(r, label, node, key + skip, (size_t)(dot - key) - skip);
    if (method < 0 || !r->methods.all[method].kind) {
        return 0;
    }
    parameter = find_parameter(r, label, node, &r->methods.all[method], dot + 1);
    return parameter < 0 ? 0 : read_value(t, node, (size_t)method, (size_t)parameter, e);
}

/* The keys of one model: those of every method first, so that those of one replace them. */
static int read_model(struct target *t, const struct node *map, struct err *e)
{
    if (!field_is(&t->r->problems, map, NODE_MAP,
                  "overrides: a mapping from samples, max_tokens, texts or "
                  "methods.NAME.PARAMETER to values")) {
        return 0;
    }
    for (int single = 0; single < 2; single++) {
        for (size_t i = 0; i < map->n; i++) {
            const struct node *node = &map->items[i];
            bool all = node->key && strncmp(node->key, every, sizeof every - 1) == 0;
            if (node->key && all != single &&
                (all ? read_every(t, node, e) : read_key(t, node, e))) {
                return -1;
            }
        }
    }
    return 0;
}

/* Finds the model; false with the problem recorded. */
static bool find_model(struct target *t, const struct node *node, struct spec_model *stand_in)
{
    struct reading *r = t->r;
    struct spec *s = r->spec;
    const char *known[2 * YAML_WIDTH_MAX];
    size_t n = 0;
    for (size_t i = 0; i < s->n_models && n < YAML_WIDTH_MAX; i++) {
        known[n++] = s->models[i].name;
        if (strcmp(s->models[i].name, node->key) == 0) {
            t->model = &s->models[i];
            t->index = i;
            return true;
        }
    }
    for (size_t i = 0; i < r->n_listed && n < 2 * YAML_WIDTH_MAX; i++) {
        known[n++] = r->listed[i];
        if (strcmp(r->listed[i], node->key) == 0) {
            *stand_in = (struct spec_model){.name = r->listed[i]};
            t->model = stand_in;
            t->index = COMBINATION_ANY;
            return true;
        }
    }
    problems_add(&r->problems, node->key_at, "overrides: the experiment has no model \"%s\"%s",
                 shown(node->key).text, field_hint(node->key, known, n).text);
    return false;
}

/* Which evaluations the model has in place of the spec's `n`. */
static int replace_evaluations(struct reading *r, size_t model, size_t n, struct err *e)
{
    struct spec_model *m = &r->spec->models[model];
    bool some = false;
    for (size_t i = 0; i < m->n_overrides; i++) {
        some = some || evaluation_is_key(m->overrides[i].parameter);
    }
    if (some && !(m->evaluations = mem_new(n, sizeof *m->evaluations, e))) {
        return -1;
    }
    for (size_t k = 0; k < n && some; k++) {
        struct spec_evaluation x = r->spec->evaluations[k];
        for (size_t i = 0; i < m->n_overrides; i++) {
            if (evaluation_is_key(m->overrides[i].parameter)) {
                evaluation_set(&x, m->overrides[i].parameter, &m->overrides[i].value);
            }
        }
        if (evaluations_add(r, &x, &m->evaluations[k], e)) {
            return -1;
        }
    }
    return 0;
}

int read_overrides(struct reading *r, const struct node *node, struct err *e)
{
    size_t n = r->spec->n_evaluations;
    if (!field_is(&r->problems, node, NODE_MAP, "overrides: a mapping from names of models")) {
        return 0;
    }
    for (size_t i = 0; i < node->n; i++) {
        struct spec_model stand_in = {0};
        struct target t = {.r = r};
        if (!node->items[i].key || !find_model(&t, &node->items[i], &stand_in)) {
            continue;
        }
        int status = read_model(&t, &node->items[i], e);
        free(stand_in.overrides);
        if (status) {
            return -1;
        }
    }
    for (size_t i = 0; i < r->spec->n_models; i++) {
        if (replace_evaluations(r, i, n, e)) {
            return -1;
        }
    }
    return 0;
}

const struct place *overridden_at(const struct reading *r, size_t model, size_t method,
                                  int parameter)
{
    const struct place *found = NULL;
    for (size_t i = 0; i < r->n_overridden; i++) {
        const struct overridden *o = &r->overridden[i];
        if (o->model == model && o->method == method && !evaluation_is_key(o->parameter) &&
            (parameter < 0 || o->parameter == (size_t)parameter)) {
            found = &o->at;
        }
    }
    return found;
}
