/* The rules of a sweep, which drop and add combinations. */
#include <stdlib.h>

#include "base/mem.h"
#include "spec/fields.h"
#include "spec/sweep_keys.h"

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
                    const struct sweep_keys *keys, struct place at, bool include, size_t method,
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
        if (sweep_read_into(r, w, keys->nodes[i], method, rows[i], single, false, &rule->keys[i],
                            e)) {
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
                              const struct sweep_keys *keys, struct place at, bool include,
                              struct err *e)
{
    size_t before = r->problems.n, found = 0, rows[SWEPT_MAX];
    for (size_t i = 0; i < r->methods.n && r->problems.n == before; i++) {
        bool fits = sweep_find_rows(r, keys, i, rows);
        for (size_t k = 0; k < keys->n && fits; k++) {
            fits = include ? sweep_is_free(r, i, rows[k]) : is_axis(w, i, rows[k]);
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
        sweep_refuse_every(r, keys);
    } else if (!found) {
        problems_add(&r->problems, keys->nodes[0]->key_at,
                     "sweep: exclude: no method sweeps all the parameters of this rule");
    }
    return 0;
}

static int read_rule(struct reading *r, struct sweep *w, struct sweep_part *part,
                     const struct node *node, bool include, struct err *e)
{
    struct sweep_keys keys;
    size_t method, rows[SWEPT_MAX];
    if (!sweep_find_keys(r, node,
                         include ? "include: a mapping from methods.NAME.PARAMETER to values"
                                 : "exclude: a mapping from methods.NAME.PARAMETER to values",
                         &keys)) {
        return 0;
    }
    w->numbers++;
    if (keys.every) {
        return read_rule_of_every(r, w, part, &keys, node->at, include, e);
    }
    if (!sweep_find_named(r, &keys, &method, rows)) {
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

int sweep_read_rules(struct reading *r, struct sweep *w, struct sweep_part *part,
                     const struct node *map, bool include, struct err *e)
{
    const char *word = include ? SWEEP_INCLUDE : SWEEP_EXCLUDE;
    const struct node *list = node_get(map, word);
    if (!list ||
        !field_is(&r->problems, list, NODE_LIST,
                  include ? "include: a list of mappings" : "exclude: a list of mappings")) {
        return 0;
    }
    if (!list->n) {
        problems_add(&r->problems, list->at, "sweep: %s: the list is empty", word);
    }
    for (size_t i = 0; i < list->n; i++) {
        if (read_rule(r, w, part, &list->items[i], include, e)) {
            return -1;
        }
    }
    return 0;
}
