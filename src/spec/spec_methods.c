/* Methods: names of configs/methods.yaml, or parameters of their own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/combinations.h"
#include "spec/fields.h"
#include "spec/reading.h"

static const char baseline_name[] = "baseline";

static const struct method_kind *find_kind(const struct spec_known *known, const char *name)
{
    for (size_t i = 0; i < known->n_methods; i++) {
        if (strcmp(known->methods[i].name, name) == 0) {
            return &known->methods[i];
        }
    }
    return NULL;
}

static const struct method_kind *baseline_kind(const struct spec_known *known)
{
    const struct method_kind *kind = find_kind(known, baseline_name);
    if (!kind) {
        BUG("the known methods lack a baseline");
    }
    return kind;
}

static struct draft *find_draft(const struct drafts *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++) {
        if (strcmp(d->all[i].name, name) == 0) {
            return &d->all[i];
        }
    }
    return NULL;
}

static int append_draft(struct drafts *d, const struct draft *draft, struct err *e)
{
    if (mem_grow(&d->all, &d->capacity, d->n + 1, sizeof *d->all, e)) {
        return -1;
    }
    d->all[d->n++] = *draft;
    return 0;
}

static void read_kind(struct reading *r, const struct node *node, struct draft *d)
{
    const struct spec_known *known = r->spec->known;
    const char *names[64];
    size_t n = 0, index;
    while (n < known->n_methods && n < 64) {
        names[n] = known->methods[n].name;
        n++;
    }
    if (!field_known(&r->problems, node, "method", "method", names, n, &index)) {
        return;
    }
    const struct method_kind *kind = &known->methods[index];
    if (strcmp(kind->name, baseline_name) == 0 && strcmp(d->name, baseline_name) != 0) {
        problems_add(&r->problems, node->at,
                     "methods: the baseline is always there, under the name \"baseline\"");
        return;
    }
    d->kind = kind;
    params_init(&d->params, &kind->schema);
}

static int shared_drafts(struct reading *r, struct err *e);

/* Says why "use" found nothing; `map` is the mapping that the method stands in. */
static void refuse_use(struct reading *r, const struct node *node, const struct drafts *above,
                       const struct node *map, const char *self)
{
    const char *known[YAML_WIDTH_MAX], *name = node->text;
    for (size_t i = 0; i < above->n; i++) {
        known[i] = above->all[i].name;
    }
    const char *nearest = nearest_name(name, known, above->n);
    if (node_get(map, name)) {
        problems_add(&r->problems, node->at,
                     "use: \"%s\" %s: a method can use one that stands above it", shown(name).text,
                     strcmp(name, self) ? "stands below" : "is itself");
    } else if (nearest || above == &r->shared) {
        problems_add(&r->problems, node->at, "use: no method \"%s\" stands above%s",
                     shown(name).text, field_hint(name, known, above->n).text);
    } else {
        configs_not_found(&r->configs, CONFIG_METHODS, &r->problems, node->at, "use", name);
    }
}

/* Starts from another method's parameters: one above in the same file, or a shared one. */
static int read_use(struct reading *r, const struct node *node, const struct drafts *above,
                    const struct node *map, struct draft *d, struct err *e)
{
    const char *name;
    if (!field_text(&r->problems, node, "use", &name)) {
        return 0;
    }
    const struct draft *base = find_draft(above, name);
    if (!base && above != &r->shared) {
        if (shared_drafts(r, e)) {
            return -1;
        }
        base = find_draft(&r->shared, name);
    }
    if (!base) {
        refuse_use(r, node, above, map, d->name);
    } else if (base->kind && base->kind->schema.n) {
        d->kind = base->kind;
        d->params = base->params;
        memcpy(d->from, base->from, sizeof d->from);
        d->broken = base->broken;
    } else if (base->kind) {
        problems_add(&r->problems, node->at, "use: \"%s\" has no parameters to use", base->name);
    }
    return 0;
}

/* The parameters that are written, over those that are used. */
static void read_parameters(struct reading *r, const struct node *map, struct draft *d)
{
    const char *known[SCHEMA_MAX + 2] = {"method", "use"};
    const struct schema *schema = d->params.schema;
    for (size_t i = 0; i < schema->n; i++) {
        known[2 + i] = schema->rows[i]->name;
    }
    char where[128];
    snprintf(where, sizeof where, "methods.%s (%s)", d->name, d->kind->name);
    field_keys(&r->problems, map, where, known, 2 + schema->n);
    for (size_t i = 0; i < schema->n; i++) {
        const struct node *node = node_get(map, schema->rows[i]->name);
        if (!node) {
            continue;
        }
        d->from[i] = node->at;
        if (!field_value(&r->problems, node, schema->rows[i], &d->params.values[i])) {
            d->broken = true;
        }
    }
}

/* A method by name alone: the baseline, or a shared one. */
static int read_named(struct reading *r, struct draft *d, bool shared, struct err *e)
{
    if (strcmp(d->name, baseline_name) == 0) {
        d->kind = baseline_kind(r->spec->known);
        params_init(&d->params, &d->kind->schema);
        return 0;
    }
    if (shared) {
        problems_add(&r->problems, d->at,
                     "methods.%s: method is missing: which way of giving bits it is", d->name);
        return 0;
    }
    if (shared_drafts(r, e)) {
        return -1;
    }
    const struct draft *found = find_draft(&r->shared, d->name);
    if (!found) {
        configs_not_found(&r->configs, CONFIG_METHODS, &r->problems, d->at, "methods", d->name);
        return 0;
    }
    d->kind = found->kind;
    d->params = found->params;
    d->broken = found->broken;
    memcpy(d->from, found->from, sizeof d->from);
    return 0;
}

/* One name and its mapping, `map` being the mapping of all of them. */
static int read_entry(struct reading *r, const struct node *node, const struct node *map,
                      struct drafts *into, struct draft *d, struct err *e)
{
    const struct node *method = node_get(node, "method"), *use = node_get(node, "use");
    if (!node->n) {
        return read_named(r, d, into == &r->shared, e);
    }
    if (method && use) {
        problems_add(&r->problems, use->key_at,
                     "methods.%s: \"use\" brings the method of what it uses: leave \"method\" or "
                     "\"use\" out",
                     d->name);
        return 0;
    }
    if (!method && !use) {
        problems_add(&r->problems, d->at,
                     "methods.%s: neither \"method\" (which way of giving bits) nor \"use\" (whose "
                     "parameters to start from) is given",
                     d->name);
        return 0;
    }
    if (method) {
        read_kind(r, method, d);
    } else if (read_use(r, use, into, map, d, e)) {
        return -1;
    }
    if (d->kind) {
        read_parameters(r, node, d);
    }
    return 0;
}

static bool good_name(struct reading *r, struct place at, const char *name, bool shared)
{
    if (shared && strcmp(name, baseline_name) == 0) {
        problems_add(&r->problems, at, "methods: the baseline is always there and takes no entry");
        return false;
    }
    return field_name(&r->problems, at, "methods", name);
}

/* A mapping from names to parameters. */
static int read_map(struct reading *r, const struct node *map, struct drafts *into, struct err *e)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct node *node = &map->items[i];
        struct draft d = {.name = node->key, .at = node->key_at};
        if (!node->key || !good_name(r, d.at, d.name, into == &r->shared)) {
            continue;
        }
        if (field_is(&r->problems, node, NODE_MAP,
                     "a mapping of parameters ({} for a method of configs/methods.yaml)") &&
            read_entry(r, node, map, into, &d, e)) {
            return -1;
        }
        if (append_draft(into, &d, e)) {
            return -1;
        }
    }
    return 0;
}

/* A list of names. */
static int read_list(struct reading *r, const struct node *list, struct err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct node *node = &list->items[i];
        struct draft d = {.at = node->at};
        if (!field_text(&r->problems, node, "methods", &d.name) ||
            !good_name(r, d.at, d.name, false)) {
            continue;
        }
        if (find_draft(&r->methods, d.name)) {
            problems_add(&r->problems, d.at, "methods: \"%s\" is listed twice", d.name);
        } else if (read_named(r, &d, false, e) || append_draft(&r->methods, &d, e)) {
            return -1;
        }
    }
    return 0;
}

/* Reads configs/methods.yaml the first time that it is needed. */
static int shared_drafts(struct reading *r, struct err *e)
{
    const struct node *map;
    if (r->shared_read) {
        return 0;
    }
    r->shared_read = true;
    if (configs_map(&r->configs, CONFIG_METHODS, &map, &r->problems, e)) {
        return -1;
    }
    return map ? read_map(r, map, &r->shared, e) : 0;
}

/* Makes the baseline the first, adding it where the spec does not name it. */
static int baseline_first(struct reading *r, struct err *e)
{
    struct drafts *d = &r->methods;
    const struct draft *own = find_draft(d, baseline_name);
    if (!own) {
        struct draft baseline = {.name = baseline_name, .kind = baseline_kind(r->spec->known)};
        params_init(&baseline.params, &baseline.kind->schema);
        if (append_draft(d, &baseline, e)) {
            return -1;
        }
        own = &d->all[d->n - 1];
    }
    size_t at = (size_t)(own - d->all);
    struct draft baseline = d->all[at];
    memmove(d->all + 1, d->all, at * sizeof *d->all);
    d->all[0] = baseline;
    return 0;
}

int read_methods(struct reading *r, const struct node *node, struct err *e)
{
    if (!node) {
        return baseline_first(r, e);
    }
    if (node->kind != NODE_LIST &&
        !field_is(&r->problems, node, NODE_MAP,
                  "methods: a list of names, or a mapping from names to parameters,")) {
        return baseline_first(r, e);
    }
    if (!node->n) {
        problems_add(&r->problems, node->at, "methods: none is listed");
    }
    if (node->kind == NODE_LIST ? read_list(r, node, e) : read_map(r, node, &r->methods, e)) {
        return -1;
    }
    struct draft *baseline = find_draft(&r->methods, baseline_name);
    if (baseline && baseline->kind && strcmp(baseline->kind->name, baseline_name) != 0) {
        problems_add(&r->problems, baseline->at,
                     "methods: \"baseline\" is the unquantized model: give this %s method another "
                     "name",
                     baseline->kind->name);
    }
    return baseline_first(r, e);
}

/* Defaults for what is absent; what has none is missing. Swept values are left absent. */
static void complete(struct reading *r, size_t method)
{
    struct draft *d = &r->methods.all[method];
    for (size_t i = 0; d->kind && i < d->params.schema->n; i++) {
        const struct param *row = d->params.schema->rows[i];
        struct value *v = &d->params.values[i];
        struct err why;
        if (combinations_axis(r->spec, method, i) < r->spec->n_axes) {
            *v = (struct value){0};
        } else if (!v->present && !row->fallback && !d->broken) {
            problems_add(&r->problems, d->at, "methods.%s: %s is missing: %s", d->name, row->name,
                         row->help);
            d->broken = true;
        } else if (!v->present && row->fallback && *row->fallback &&
                   value_parse(v, row, row->fallback, &why)) {
            BUG("the default of %s does not parse: %s", row->name, why.text);
        }
    }
}

int finish_methods(struct reading *r, struct err *e)
{
    struct spec *s = r->spec;
    s->methods = mem_new(r->methods.n, sizeof *s->methods, e);
    if (!s->methods) {
        return -1;
    }
    for (size_t i = 0; i < r->methods.n; i++) {
        struct draft *d = &r->methods.all[i];
        complete(r, i);
        s->methods[i] = (struct spec_method){
            .name = mem_string(d->name, e), .kind = d->kind, .params = d->params};
        s->n_methods = i + 1;
        if (!s->methods[i].name) {
            return -1;
        }
    }
    return 0;
}
