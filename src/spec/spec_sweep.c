/* The parts of a sweep: axes and zips, of one method or of every; its life. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/fields.h"
#include "spec/sweep_keys.h"

/* The axis of the part that sweeps the parameter, or NULL. */
static const struct sweep_axis *find_swept(const struct sweep *w, const struct sweep_part *part,
                                           size_t method, size_t parameter)
{
    for (size_t i = 0; w->pools && i < part->n_axes; i++) {
        const struct sweep_pool *pool = &w->pools[part->axes[i].pool];
        if (pool->method == method && pool->parameter == parameter) {
            return &part->axes[i];
        }
    }
    return NULL;
}

/* Axes that move together have one length, and no combination twice. */
static void check_zip(struct reading *r, const struct sweep_keys *keys, struct sweep_axis *axes,
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
                    const struct sweep_keys *keys, bool zip, size_t method, const size_t *rows,
                    struct err *e)
{
    size_t before = r->problems.n, first = part->n_axes;
    if (mem_grow(&part->axes, &part->axes_room, first + keys->n, sizeof *part->axes, e)) {
        return -1;
    }
    for (size_t i = 0; i < keys->n; i++) {
        struct sweep_axis *axis = &part->axes[part->n_axes++];
        *axis = (struct sweep_axis){.zip = w->zips, .every = keys->every};
        if (sweep_read_into(r, w, keys->nodes[i], method, rows[i], false, zip, axis, e)) {
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
                      const struct sweep_keys *keys, bool zip, struct err *e)
{
    size_t before = r->problems.n, found = 0, rows[SWEPT_MAX];
    for (size_t i = 0; i < r->methods.n && r->problems.n == before; i++) {
        bool fits = sweep_find_rows(r, keys, i, rows);
        for (size_t k = 0; k < keys->n && fits; k++) {
            fits = sweep_is_free(r, i, rows[k]) && !find_swept(w, part, i, rows[k]);
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
        sweep_refuse_every(r, keys);
    }
    return 0;
}

static int read_axes(struct reading *r, struct sweep *w, struct sweep_part *part,
                     const struct sweep_keys *keys, bool zip, struct err *e)
{
    size_t method, rows[SWEPT_MAX];
    if (keys->every) {
        return read_every(r, w, part, keys, zip, e);
    }
    if (!sweep_find_named(r, keys, &method, rows)) {
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
    struct sweep_keys keys;
    return sweep_find_keys(r, node, "zip: a mapping from methods.NAME.PARAMETER to lists", &keys)
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
        struct sweep_keys keys = {.n = 0};
        int status = 0;
        if (strcmp(key, SWEEP_ZIP) == 0) {
            status = read_zips(r, w, part, node, e);
        } else if (strcmp(key, SWEEP_INCLUDE) != 0 && strcmp(key, SWEEP_EXCLUDE) != 0 &&
                   sweep_add_key(r, node, &keys)) {
            status = read_axes(r, w, part, &keys, false, e);
        }
        if (status) {
            return -1;
        }
    }
    return sweep_read_rules(r, w, part, map, true, e) || sweep_read_rules(r, w, part, map, false, e)
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
