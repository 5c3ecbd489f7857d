/* The claims of a ledger: their common keys, and those of their rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "claims/reading.h"
#include "claims/rules.h"

enum { NAMES_MAX = 128 };

static const char *const common_keys[] = {"claim", "rule", "models", "says", "unit", "finding"};
static const char *const protocols[] = {"paper", "text", "strided", "windows"};
static const struct param finding_row = {
    .name = "finding", .type = PARAM_INT, .min = 1, .max = 99, .help = "of the reproduction"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static size_t count_choices(const char *const *choices)
{
    size_t n = 0;
    while (choices[n]) {
        n++;
    }
    return n;
}

static void take_results(struct ledger_reading *r, const struct node *node, struct claim_value *v)
{
    const struct ledger *l = r->ledger;
    const char *names[NAMES_MAX];
    size_t n = 0;
    while (n < l->n_results && n < NAMES_MAX) {
        names[n] = l->results[n].name;
        n++;
    }
    v->present =
        field_known(&r->problems, node, "results", "entry of `results:`", names, n, &v->index);
}

static void take_column(struct ledger_reading *r, const struct node *node, struct claim_value *v)
{
    const char *names[NAMES_MAX];
    const struct column *columns[NAMES_MAX];
    size_t n = 0, index;
    for (size_t i = 0; i < record_n_columns && n < NAMES_MAX; i++) {
        if (record_columns[i].type != COLUMN_IS_TEXT) {
            names[n] = record_columns[i].name;
            columns[n++] = &record_columns[i];
        }
    }
    if (field_known(&r->problems, node, "column", "column of numbers", names, n, &index)) {
        v->column = columns[index];
        v->present = true;
    }
}

/* TABLE.COLUMN, or a number that stands in the claim itself. */
static void take_published(struct ledger_reading *r, const struct node *node, struct claim *c,
                           size_t key)
{
    const struct ledger *l = r->ledger;
    struct claim_value *v = &c->values[key];
    const char *text;
    char joined[2 * NAME_MAX_BYTES];
    if (!field_text(&r->problems, node, node->key, &text)) {
        return;
    }
    for (size_t i = 0; i < l->n_published; i++) {
        snprintf(joined, sizeof joined, "%s.%s", l->published[i].table, l->published[i].name);
        if (strcmp(joined, text) == 0) {
            v->published = &l->published[i];
            v->present = true;
            return;
        }
    }
    if (!strchr("+-.0123456789", *text)) {
        problems_add(&r->problems, node->at,
                     "%s: \"%s\" is neither a number nor a column of `published:`", node->key,
                     shown(text).text);
    } else if (ledger_printed(r, node, node->key, &c->inline_value[key])) {
        c->inline_published[key] = (struct published){.values = &c->inline_value[key], .n = 1};
        v->published = &c->inline_published[key];
        v->present = true;
    }
}

static void take_number(struct ledger_reading *r, const struct node *node, size_t key,
                        struct claim_value *v)
{
    double least = key == KEY_TOLERANCE ? 0 : key == KEY_SEEDS ? 1 : -1e300;
    const struct param row = {
        .name = claim_key_rows[key].name, .type = PARAM_REAL, .min = least, .max = 1e300};
    struct value number;
    v->present = ledger_value(r, node, &row, &number);
    v->number = number.numbers[0];
    v->text = node->text;
}

static void take_key(struct ledger_reading *r, const struct node *node, struct claim *c, size_t key)
{
    const struct claim_key_row *row = &claim_key_rows[key];
    struct claim_value *v = &c->values[key];
    switch (row->type) {
    case CLAIM_RESULTS:
        take_results(r, node, v);
        break;
    case CLAIM_TEXT:
        v->present = field_text(&r->problems, node, row->name, &v->text);
        break;
    case CLAIM_PROTOCOL:
        v->present = field_known(&r->problems, node, row->name, "protocol", protocols,
                                 COUNT(protocols), &v->index);
        v->text = protocols[v->index];
        break;
    case CLAIM_COLUMN:
        take_column(r, node, v);
        break;
    case CLAIM_PUBLISHED:
        take_published(r, node, c, key);
        break;
    case CLAIM_NUMBER:
        take_number(r, node, key, v);
        break;
    case CLAIM_CHOICE:
        v->present = field_known(&r->problems, node, row->name, row->name, row->choices,
                                 count_choices(row->choices), &v->index);
        break;
    }
}

/* The keys that the claim's rule has; which of them are missing, and which are not its. */
static void read_rule_keys(struct ledger_reading *r, const struct node *node, struct claim *c)
{
    const char *known[COUNT(common_keys) + CLAIM_KEYS];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(common_keys); i++) {
        known[n++] = common_keys[i];
    }
    for (size_t k = 0; k < CLAIM_KEYS; k++) {
        uint32_t bit = UINT32_C(1) << k;
        if (!((c->rule->needs | c->rule->may) & bit)) {
            continue;
        }
        const struct node *value = node_get(node, claim_key_rows[k].name);
        known[n++] = claim_key_rows[k].name;
        if (value) {
            take_key(r, value, c, k);
        } else if (c->rule->needs & bit) {
            problems_add(&r->problems, node->key_at,
                         "%s: the rule \"%s\" needs the key \"%s\" (%s)", c->name, c->rule->name,
                         claim_key_rows[k].name, claim_key_rows[k].help);
        }
    }
    field_keys(&r->problems, node, c->name, known, n);
}

/* Those that are listed; else those that the published numbers name. */
static int read_claim_models(struct ledger_reading *r, const struct node *node, struct claim *c,
                             struct err *e)
{
    const struct published *p = c->values[KEY_PUBLISHED].published;
    size_t room = node ? node->n : p ? p->n : 0;
    if (node && !field_is(&r->problems, node, NODE_LIST, "models: a list in [ ] of names")) {
        return 0;
    }
    c->models = mem_new(room, sizeof *c->models, e);
    if (!c->models) {
        return -1;
    }
    for (size_t i = 0; i < room; i++) {
        const char *name;
        if (!node) {
            c->models[c->n_models] = p->values[i].model;
            c->n_models += p->values[i].model != LEDGER_ANY;
        } else if (field_text(&r->problems, &node->items[i], "models", &name) &&
                   ledger_find_model(r, node->items[i].at, "models", name,
                                     &c->models[c->n_models])) {
            c->n_models++;
        }
    }
    return 0;
}

/* Every model of the claim has the published numbers that its rule needs. */
static void check_published(struct ledger_reading *r, const struct node *node,
                            const struct claim *c)
{
    for (size_t k = 0; k < CLAIM_KEYS; k++) {
        const struct published *p = c->values[k].published;
        for (size_t m = 0; p && m < c->n_models; m++) {
            if (!published_of(p, c->models[m])) {
                problems_add(&r->problems, node->key_at,
                             "%s: nothing is published of %s under \"%s\"", c->name,
                             r->ledger->models[c->models[m]].name, claim_key_rows[k].name);
                return;
            }
        }
    }
}

static const struct claim_rule *read_rule(struct ledger_reading *r, const struct node *node,
                                          const struct node *claim)
{
    const char *names[NAMES_MAX];
    size_t index;
    for (size_t i = 0; i < claim_n_rules; i++) {
        names[i] = claim_rules[i].name;
    }
    if (!node) {
        problems_add(&r->problems, claim->key_at, "%s: the key \"rule\" is missing", claim->key);
        return NULL;
    }
    return field_known(&r->problems, node, "rule", "rule", names, claim_n_rules, &index)
               ? &claim_rules[index]
               : NULL;
}

static void read_words(struct ledger_reading *r, const struct node *node, struct claim *c)
{
    const struct node *sentence = node_get(node, "claim"), *says = node_get(node, "says"),
                      *unit = node_get(node, "unit");
    struct value v;
    if (!sentence) {
        problems_add(&r->problems, node->key_at, "%s: the key \"claim\" is missing", c->name);
    } else {
        field_text(&r->problems, sentence, "claim", &c->sentence);
    }
    if (says) {
        field_text(&r->problems, says, "says", &c->says);
    }
    if (unit) {
        field_text(&r->problems, unit, "unit", &c->unit);
    }
    if (ledger_value(r, node_get(node, "finding"), &finding_row, &v)) {
        c->finding = (long)v.numbers[0];
    }
}

static int read_claim(struct ledger_reading *r, const struct node *node, struct claim *c,
                      struct err *e)
{
    *c = (struct claim){.name = node->key, .sentence = ""};
    field_name(&r->problems, node->key_at, "claims", node->key);
    if (!field_is(&r->problems, node, NODE_MAP, "claims: a mapping with `claim:` and `rule:`")) {
        return 0;
    }
    size_t before = problems_count(&r->problems);
    read_words(r, node, c);
    c->rule = read_rule(r, node_get(node, "rule"), node);
    if (!c->rule) {
        return 0;
    }
    read_rule_keys(r, node, c);
    if (read_claim_models(r, node_get(node, "models"), c, e)) {
        return -1;
    }
    if (problems_count(&r->problems) > before) {
        return 0; /* what is missing already need not be missed twice */
    }
    check_published(r, node, c);
    const char *problem = c->rule->check ? c->rule->check(c) : NULL;
    if (problem) {
        problems_add(&r->problems, node->key_at, "%s: %s", c->name, problem);
    } else if (!c->n_models && (c->values[KEY_RESULTS].present || c->rule->all)) {
        problems_add(&r->problems, node->key_at, "%s: the key \"models\" is missing", c->name);
    }
    return 0;
}

int ledger_read_claims(struct ledger_reading *r, const struct node *node, struct err *e)
{
    struct ledger *l = r->ledger;
    if (!field_is(&r->problems, node, NODE_MAP, "claims: a mapping of claims")) {
        return 0;
    }
    l->claims = mem_new(node->n, sizeof *l->claims, e);
    if (!l->claims) {
        return -1;
    }
    for (size_t i = 0; i < node->n; i++) {
        if (read_claim(r, &node->items[i], &l->claims[l->n_claims++], e)) {
            return -1;
        }
    }
    return 0;
}
