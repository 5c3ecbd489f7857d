/* The keys of a sweep: axes, zips and rules, of one method or of every. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/fields.h"
#include "spec/sweep.h"

long find_method(struct reading *r, const char *label, const struct node *node, const char *name,
                 size_t n)
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
    problems_add(&r->problems, node->key_at, "%s: there is no method \"%s\"%s", label,
                 shown(typed).text, field_hint(typed, known, d->n).text);
    return -1;
}

int find_parameter(struct reading *r, const char *label, const struct node *node,
                   const struct draft *d, const char *name)
{
    const struct schema *schema = d->params.schema;
    const char *known[SCHEMA_MAX];
    for (size_t i = 0; i < schema->n; i++) {
        known[i] = schema->rows[i]->name;
        if (strcmp(known[i], name) == 0) {
            return (int)i;
        }
    }
    problems_add(&r->problems, node->key_at, "%s: %s (%s) has no parameter \"%s\"%s", label,
                 d->name, d->kind->name, shown(name).text, field_hint(name, known, schema->n).text);
    return -1;
}

static const char prefix[] = "methods.", every[] = "methods.*.";

/*
 * Some keys that belong together: of one method, or of every method that has them all. A key of the
 * top level (texts, samples, max_tokens) goes with any of them, and alone is one of every method.
 */
struct keys {
    const struct node *nodes[SWEPT_MAX];
    const char *parameters[SWEPT_MAX]; /* what stands after the last dot */
    size_t n;
    const struct node *owner; /* the first that begins with "methods."; NULL: there is none */
    bool every;
};

/* A key that is neither of a method nor of what cells are scored on. */
static void refuse_key(struct reading *r, const struct node *node)
{
    static const char *const lists[] = {"models", "protocols", "seeds"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (strcmp(node->key, lists[i]) == 0) {
            problems_add(&r->problems, node->key_at,
                         "sweep: \"%s\" is a list by itself, and every item of it is run: list "
                         "them under %s:",
                         lists[i], lists[i]);
            return;
        }
    }
    problems_add(&r->problems, node->key_at,
                 "sweep: \"%s\" is none of texts, samples, max_tokens, and not of the form "
                 "methods.NAME.PARAMETER",
                 shown(node->key).text);
}

/* Splits methods.NAME.PARAMETER; names may have dots in them, parameters have none. */
static bool add_key(struct reading *r, const struct node *node, struct keys *keys)
{
    size_t skip = sizeof prefix - 1;
    const char *key = node->key, *dot = key ? strrchr(key, '.') : NULL;
    bool top = key && evaluation_find(key) >= 0;
    if (!key) {
        return false;
    }
    if (!top && (strncmp(key, prefix, skip) != 0 || dot < key + skip)) {
        refuse_key(r, node);
        return false;
    }
    keys->owner = keys->owner || top ? keys->owner : node;
    const char *first = keys->owner ? keys->owner->key : key;
    size_t n = keys->owner ? (size_t)(strrchr(first, '.') - first) : 0;
    if (!top && (n != (size_t)(dot - key) || strncmp(first, key, n) != 0)) {
        problems_add(&r->problems, node->key_at,
                     "sweep: keys that belong together are of one method, and \"%s\" is not of "
                     "that of \"%s\"",
                     shown(key).text, shown(first).text);
        return false;
    }
    if (keys->n == SWEPT_MAX) {
        problems_add(&r->problems, node->key_at, "sweep: over %d keys stand together", SWEPT_MAX);
        return false;
    }
    keys->every = !keys->owner || strncmp(first, every, sizeof every - 1) == 0;
    keys->parameters[keys->n] = top ? key : dot + 1;
    keys->nodes[keys->n++] = node;
    return true;
}

/* The keys of a zip or rule; false with the problem recorded. */
static bool find_keys(struct reading *r, const struct node *map, const char *wanted,
                      struct keys *keys)
{
    *keys = (struct keys){.n = 0};
    if (!field_is(&r->problems, map, NODE_MAP, wanted)) {
        return false;
    }
    if (!map->n) {
        problems_add(&r->problems, map->at, "%s is wanted here, not an empty one", wanted);
    }
    for (size_t i = 0; i < map->n; i++) {
        if (!add_key(r, &map->items[i], keys)) {
            return false;
        }
    }
    return keys->n > 0;
}

/* The axis of the part that sweeps the parameter, or NULL. */
static const struct sweep_axis *find_swept(const struct sweep *w, const struct sweep_part *part,
                                           size_t method, size_t parameter)
{
    for (size_t i = 0; i < part->n_axes; i++) {
        const struct sweep_pool *pool = &w->pools[part->axes[i].pool];
        if (pool->method == method && pool->parameter == parameter) {
            return &part->axes[i];
        }
    }
    return NULL;
}

/* Whether a key methods.*.PARAMETER can vary the method's parameter: it does not set it itself. */
static bool is_free(const struct reading *r, size_t method, size_t parameter)
{
    return evaluation_is_key(parameter) || !r->methods.all[method].from[parameter].source;
}

/* The rows of the keys' parameters in the method's schema; false when it lacks one. */
static bool find_rows(const struct reading *r, const struct keys *keys, size_t method,
                      size_t rows[SWEPT_MAX])
{
    const struct draft *d = &r->methods.all[method];
    for (size_t i = 0; i < keys->n; i++) {
        int row = evaluation_find(keys->parameters[i]);
        if (row < 0 && d->kind) {
            row = schema_find(d->params.schema, keys->parameters[i]);
        }
        if (row < 0 || !d->kind) {
            return false;
        }
        rows[i] = (size_t)row;
    }
    return true;
}

/* The method that the keys name, and its rows; false with the problem recorded. */
static bool find_named(struct reading *r, const struct keys *keys, size_t *method,
                       size_t rows[SWEPT_MAX])
{
    const struct node *first = keys->owner;
    const char *name = first->key + sizeof prefix - 1;
    long found = find_method(r, "sweep", first, name, (size_t)(strrchr(name, '.') - name));
    if (found < 0 || !r->methods.all[found].kind) {
        return false;
    }
    *method = (size_t)found;
    for (size_t i = 0; i < keys->n; i++) {
        int row = evaluation_find(keys->parameters[i]);
        if (row < 0) {
            row = find_parameter(r, "sweep", keys->nodes[i], &r->methods.all[found],
                                 keys->parameters[i]);
        }
        if (row < 0) {
            return false;
        }
        rows[i] = (size_t)row;
    }
    return true;
}

static void refuse_every(struct reading *r, const struct keys *keys)
{
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < keys->n; i++) {
        buf_addf(&names, "%s\"%s\"", i ? " and " : "", shown(keys->parameters[i]).text);
    }
    problems_add(&r->problems, keys->nodes[0]->key_at,
                 "sweep: no method has a parameter %s that it does not set itself",
                 buf_text(&names));
    r->problems.failed = r->problems.failed || names.failed;
    buf_release(&names);
}

/* Reads values to the end of an axis of this parameter. */
static int read_into(struct reading *r, struct sweep *w, const struct node *node, size_t method,
                     size_t parameter, bool single, bool repeats, struct sweep_axis *axis,
                     struct err *e)
{
    if (sweep_pool_of(w, method, parameter, &axis->pool, e)) {
        return -1;
    }
    const struct sweep_sink to = {
        .r = r,
        .row = evaluation_row(r->methods.all[method].params.schema, parameter),
        .pool = &w->pools[axis->pool],
        .axis = axis,
        .repeats = repeats};
    return single ? sweep_read_value(&to, node, e) : sweep_read_values(&to, node, e);
}

/* Axes that move together have one length, and no combination twice. */
static void check_zip(struct reading *r, const struct keys *keys, struct sweep_axis *axes,
                      bool fine)
{
    size_t shortest = axes[0].n;
    for (size_t k = 1; k < keys->n; k++) {
        if (fine && axes[k].n != axes[0].n) {
            problems_add(&r->problems, keys->nodes[k]->at,
                         "sweep: zip: %zu value%s here for %zu of \"%s\", and they move together",
                         axes[k].n, axes[k].n == 1 ? "" : "s", axes[0].n,
                         shown(keys->nodes[0]->key).text);
        }
        shortest = axes[k].n < shortest ? axes[k].n : shortest;
    }
    for (size_t k = 0; k < keys->n; k++) {
        axes[k].n = shortest; /* a zip at fault does not bring further problems about */
    }
    for (size_t i = 1; i < shortest && fine; i++) {
        for (size_t j = 0; j < i; j++) {
            size_t k = 0;
            while (k < keys->n && axes[k].takes[i].value == axes[k].takes[j].value) {
                k++;
            }
            if (k == keys->n) {
                problems_add(&r->problems, axes[0].takes[i].at,
                             "sweep: zip: value %zu of every key is the same as value %zu", i + 1,
                             j + 1);
                return;
            }
        }
    }
}

/* The axes of one method that these keys make. */
static int add_axes(struct reading *r, struct sweep *w, struct sweep_part *part,
                    const struct keys *keys, bool zip, size_t method, const size_t *rows,
                    struct err *e)
{
    size_t before = r->problems.n, first = part->n_axes;
    if (mem_grow(&part->axes, &part->axes_room, first + keys->n, sizeof *part->axes, e)) {
        return -1;
    }
    for (size_t i = 0; i < keys->n; i++) {
        struct sweep_axis *axis = &part->axes[part->n_axes++];
        *axis = (struct sweep_axis){.zip = w->zips, .every = keys->every};
        if (read_into(r, w, keys->nodes[i], method, rows[i], false, zip, axis, e)) {
            return -1;
        }
    }
    w->zips++;
    if (zip) {
        check_zip(r, keys, part->axes + first, r->problems.n == before);
    }
    return 0;
}

/* methods.*.PARAMETER: axes of each method that has the parameters and does not set them itself. */
static int read_every(struct reading *r, struct sweep *w, struct sweep_part *part,
                      const struct keys *keys, bool zip, struct err *e)
{
    size_t before = r->problems.n, found = 0, rows[SWEPT_MAX];
    for (size_t i = 0; i < r->methods.n && r->problems.n == before; i++) {
        bool fits = find_rows(r, keys, i, rows);
        for (size_t k = 0; k < keys->n && fits; k++) {
            fits = is_free(r, i, rows[k]) && !find_swept(w, part, i, rows[k]);
        }
        if (!fits) {
            continue;
        }
        found++;
        if (add_axes(r, w, part, keys, zip, i, rows, e)) {
            return -1;
        }
    }
    if (!found) {
        refuse_every(r, keys);
    }
    return 0;
}

static int read_axes(struct reading *r, struct sweep *w, struct sweep_part *part,
                     const struct keys *keys, bool zip, struct err *e)
{
    size_t method, rows[SWEPT_MAX];
    if (keys->every) {
        return read_every(r, w, part, keys, zip, e);
    }
    if (!find_named(r, keys, &method, rows)) {
        return 0;
    }
    for (size_t i = 0; i < keys->n; i++) {
        const struct sweep_axis *swept = find_swept(w, part, method, rows[i]);
        if (swept) {
            problems_add(&r->problems, keys->nodes[i]->key_at,
                         "sweep: this parameter is swept already by a key %s",
                         swept->every ? "methods.*.PARAMETER above: list the single method first"
                                      : "above: leave one of them out");
            return 0;
        }
    }
    return add_axes(r, w, part, keys, zip, method, rows, e);
}

static int read_zip(struct reading *r, struct sweep *w, struct sweep_part *part,
                    const struct node *node, struct err *e)
{
    struct keys keys;
    return find_keys(r, node, "zip: a mapping from methods.NAME.PARAMETER to lists", &keys)
               ? read_axes(r, w, part, &keys, true, e)
               : 0;
}

/* One mapping, or a list of them. */
static int read_zips(struct reading *r, struct sweep *w, struct sweep_part *part,
                     const struct node *node, struct err *e)
{
    if (node->kind == NODE_LIST && !node->n) {
        problems_add(&r->problems, node->at, "zip: the list is empty");
    }
    for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++) {
        if (read_zip(r, w, part, &node->items[i], e)) {
            return -1;
        }
    }
    return node->kind == NODE_LIST ? 0 : read_zip(r, w, part, node, e);
}

static const char include_word[] = "include", exclude_word[] = "exclude", zip_word[] = "zip";

/* Whether the node of a rule is several values, and not one. */
static bool is_several(const struct node *node, const struct param *row)
{
    bool list_row = row->type == PARAM_INTS || row->type == PARAM_REALS;
    if (row == evaluation_row(NULL, SCHEMA_MAX + EVALUATION_TEXTS) && node->kind == NODE_MAP) {
        return sweep_is_generator(node); /* which is refused; any other is {name: …, path: …} */
    }
    return node->kind == NODE_MAP || (node->kind == NODE_LIST &&
                                      (!list_row || (node->n && node->items[0].kind == NODE_LIST)));
}

/* Appends the rule for one method. */
static int add_rule(struct reading *r, struct sweep *w, struct sweep_part *part,
                    const struct keys *keys, struct place at, bool include, size_t method,
                    const size_t *rows, struct err *e)
{
    const struct schema *schema = r->methods.all[method].params.schema;
    if (mem_grow(&part->rules, &part->rules_room, part->n_rules + 1, sizeof *part->rules, e)) {
        return -1;
    }
    struct sweep_rule *rule = &part->rules[part->n_rules++];
    *rule = (struct sweep_rule){
        .at = at, .number = w->numbers, .method = method, .n_keys = keys->n, .include = include};
    for (size_t i = 0; i < keys->n; i++) {
        bool single = include || !is_several(keys->nodes[i], evaluation_row(schema, rows[i]));
        if (read_into(r, w, keys->nodes[i], method, rows[i], single, false, &rule->keys[i], e)) {
            return -1;
        }
        if (!rule->keys[i].n) {
            part->n_rules--; /* its problem is recorded */
            for (size_t k = 0; k <= i; k++) {
                free(rule->keys[k].takes);
            }
            return 0;
        }
    }
    return 0;
}

static bool is_axis(const struct sweep *w, size_t method, size_t parameter)
{
    size_t i = 0;
    while (i < w->n_pools && (w->pools[i].method != method || w->pools[i].parameter != parameter)) {
        i++;
    }
    return i < w->n_pools;
}

static int read_rule_of_every(struct reading *r, struct sweep *w, struct sweep_part *part,
                              const struct keys *keys, struct place at, bool include, struct err *e)
{
    size_t before = r->problems.n, found = 0, rows[SWEPT_MAX];
    for (size_t i = 0; i < r->methods.n && r->problems.n == before; i++) {
        bool fits = find_rows(r, keys, i, rows);
        for (size_t k = 0; k < keys->n && fits; k++) {
            fits = include ? is_free(r, i, rows[k]) : is_axis(w, i, rows[k]);
        }
        if (!fits) {
            continue;
        }
        found++;
        if (add_rule(r, w, part, keys, at, include, i, rows, e)) {
            return -1;
        }
    }
    if (!found && include) {
        refuse_every(r, keys);
    } else if (!found) {
        problems_add(&r->problems, keys->nodes[0]->key_at,
                     "sweep: exclude: no method sweeps all the parameters of this rule");
    }
    return 0;
}

static int read_rule(struct reading *r, struct sweep *w, struct sweep_part *part,
                     const struct node *node, bool include, struct err *e)
{
    struct keys keys;
    size_t method, rows[SWEPT_MAX];
    if (!find_keys(r, node,
                   include ? "include: a mapping from methods.NAME.PARAMETER to values"
                           : "exclude: a mapping from methods.NAME.PARAMETER to values",
                   &keys)) {
        return 0;
    }
    w->numbers++;
    if (keys.every) {
        return read_rule_of_every(r, w, part, &keys, node->at, include, e);
    }
    if (!find_named(r, &keys, &method, rows)) {
        return 0;
    }
    for (size_t i = 0; i < keys.n && !include; i++) {
        if (!is_axis(w, method, rows[i])) {
            problems_add(&r->problems, keys.nodes[i]->key_at,
                         "sweep: exclude: \"%s\" is not swept, so that no combination differs in "
                         "it",
                         shown(keys.nodes[i]->key).text);
            return 0;
        }
    }
    return add_rule(r, w, part, &keys, node->at, include, method, rows, e);
}

static int read_rules(struct reading *r, struct sweep *w, struct sweep_part *part,
                      const struct node *map, const char *word, struct err *e)
{
    const struct node *list = node_get(map, word);
    if (!list || !field_is(&r->problems, list, NODE_LIST,
                           word == include_word ? "include: a list of mappings"
                                                : "exclude: a list of mappings")) {
        return 0;
    }
    if (!list->n) {
        problems_add(&r->problems, list->at, "sweep: %s: the list is empty", word);
    }
    for (size_t i = 0; i < list->n; i++) {
        if (read_rule(r, w, part, &list->items[i], word == include_word, e)) {
            return -1;
        }
    }
    return 0;
}

/* One mapping of the sweep. Rules come last, since they are about the axes. */
static int read_part(struct reading *r, struct sweep *w, struct sweep_part *part,
                     const struct node *map, struct err *e)
{
    part->at = map->at;
    if (!field_is(&r->problems, map, NODE_MAP,
                  "sweep: a mapping from methods.NAME.PARAMETER to lists")) {
        return 0;
    }
    if (!map->n) {
        problems_add(&r->problems, map->at, "sweep: nothing is swept: leave the key out");
    }
    for (size_t i = 0; i < map->n; i++) {
        const struct node *node = &map->items[i];
        const char *key = node->key ? node->key : "";
        struct keys keys = {.n = 0};
        int status = 0;
        if (strcmp(key, zip_word) == 0) {
            status = read_zips(r, w, part, node, e);
        } else if (strcmp(key, include_word) != 0 && strcmp(key, exclude_word) != 0 &&
                   add_key(r, node, &keys)) {
            status = read_axes(r, w, part, &keys, false, e);
        }
        if (status) {
            return -1;
        }
    }
    return read_rules(r, w, part, map, include_word, e) ||
                   read_rules(r, w, part, map, exclude_word, e)
               ? -1
               : 0;
}

static void sweep_release(struct sweep *w)
{
    for (size_t i = 0; i < w->n_parts; i++) {
        struct sweep_part *part = &w->parts[i];
        for (size_t k = 0; k < part->n_axes; k++) {
            free(part->axes[k].takes);
        }
        for (size_t k = 0; k < part->n_rules; k++) {
            for (size_t j = 0; j < part->rules[k].n_keys; j++) {
                free(part->rules[k].keys[j].takes);
            }
        }
        free(part->axes);
        free(part->rules);
    }
    for (size_t i = 0; i < w->n_pools; i++) {
        free(w->pools[i].values);
        free(w->pools[i].places);
    }
    free(w->parts);
    free(w->pools);
}

int read_sweep(struct reading *r, const struct node *node, struct err *e)
{
    struct sweep w = {0};
    size_t before = r->problems.n, n = node->kind == NODE_LIST ? node->n : 1;
    r->sweep_at = node->key_at;
    w.parts = mem_new(n, sizeof *w.parts, e);
    int status = w.parts ? 0 : -1;
    if (!n) {
        problems_add(&r->problems, node->at, "sweep: nothing is swept: leave the key out");
    }
    for (size_t i = 0; i < n && !status; i++) {
        w.n_parts++;
        status = read_part(r, &w, &w.parts[i], node->kind == NODE_LIST ? &node->items[i] : node, e);
    }
    if (!status) {
        status = sweep_tables(r, &w, r->problems.n == before, e);
    }
    sweep_release(&w);
    return status;
}
