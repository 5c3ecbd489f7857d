#include "spec/sweep_keys.h"

#include <string.h>

#include "spec/fields.h"

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
    problems_add(
        &r->problems, node->key_at,
        "sweep: \"%s\" is none of texts, samples, max_tokens, window, stride, and not of the form "
        "methods.NAME.PARAMETER",
        shown(node->key).text);
}

bool sweep_add_key(struct reading *r, const struct node *node, struct sweep_keys *keys)
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

bool sweep_find_keys(struct reading *r, const struct node *map, const char *wanted,
                     struct sweep_keys *keys)
{
    *keys = (struct sweep_keys){.n = 0};
    if (!field_is(&r->problems, map, NODE_MAP, wanted)) {
        return false;
    }
    if (!map->n) {
        problems_add(&r->problems, map->at, "%s is wanted here, not an empty one", wanted);
    }
    for (size_t i = 0; i < map->n; i++) {
        if (!sweep_add_key(r, &map->items[i], keys)) {
            return false;
        }
    }
    return keys->n > 0;
}

bool sweep_is_free(const struct reading *r, size_t method, size_t parameter)
{
    return evaluation_is_key(parameter) || !r->methods.all[method].from[parameter].source;
}

bool sweep_find_rows(const struct reading *r, const struct sweep_keys *keys, size_t method,
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

bool sweep_find_named(struct reading *r, const struct sweep_keys *keys, size_t *method,
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

void sweep_refuse_every(struct reading *r, const struct sweep_keys *keys)
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

int sweep_read_into(struct reading *r, struct sweep *w, const struct node *node, size_t method,
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
