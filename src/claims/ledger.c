/* The top level of a ledger, its models, results and published numbers; and its life. */
#include "claims/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "claims/reading.h"
#include "spec/paths.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct param study_rows[] = {
    {.name = "uniform_bits", .type = PARAM_INT, .min = 1, .max = 16, .help = "of the grid"},
    {.name = "shares", .type = PARAM_REALS, .min = 0, .max = 100, .help = "of the tiers"},
    {.name = "bits", .type = PARAM_INTS, .min = 0, .max = 16, .help = "of the tiers"},
    {.name = "sample", .type = PARAM_INT, .min = 1, .max = 1e9, .help = "of the cut points"},
};
static const struct param texts_row = {
    .name = "texts", .type = PARAM_INT, .min = 1, .max = 1e9, .help = "of the rows that count"};
static const struct param shape_row = {
    .name = "shape", .type = PARAM_INTS, .min = 1, .max = 1e9, .help = "V, P, C, L, H"};

bool ledger_value(struct ledger_reading *r, const struct node *node, const struct param *row,
                  struct value *out)
{
    *out = (struct value){0};
    return node && field_value(&r->problems, node, row, out);
}

bool ledger_printed(struct ledger_reading *r, const struct node *node, const char *label,
                    struct published_value *out)
{
    const char *text, *point;
    char *end;
    if (!field_text(&r->problems, node, label, &text)) {
        return false;
    }
    double value = strtod(text, &end);
    if (end == text || *end || strspn(text, "+-.0123456789") != strlen(text) || !node->plain) {
        problems_add(&r->problems, node->at,
                     "%s: \"%s\" is not a number as it is printed, as 12.50", label,
                     shown(text).text);
        return false;
    }
    point = strchr(text, '.');
    int decimals = point ? (int)strlen(point + 1) : 0;
    *out = (struct published_value){LEDGER_ANY, text, value, 0.5 * pow(10, -decimals), decimals};
    return true;
}

bool ledger_find_model(struct ledger_reading *r, struct place at, const char *label,
                       const char *name, size_t *out)
{
    const struct ledger *l = r->ledger;
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < l->n_models; i++) {
        if (strcmp(l->models[i].name, name) == 0) {
            *out = i;
            return true;
        }
        if (n < COUNT(names)) {
            names[n++] = l->models[i].name;
        }
    }
    problems_add(&r->problems, at, "%s: \"%s\" is no model of `models:`%s", label, shown(name).text,
                 field_hint(name, names, n).text);
    return false;
}

/* A path of the ledger, seen from the working directory. −1: no memory. */
static int take_path(struct ledger_reading *r, const struct node *node, const char *label,
                     char **out, struct err *e)
{
    const char *text;
    if (!field_text(&r->problems, node, label, &text)) {
        return 0;
    }
    char *folder = path_folder(r->ledger->path, e);
    *out = folder ? path_resolve(folder, text, e) : NULL;
    free(folder);
    return *out ? 0 : -1;
}

static void read_study(struct ledger_reading *r, const struct node *node)
{
    static const char *const known[] = {"uniform_bits", "shares", "bits", "sample"};
    struct ledger *l = r->ledger;
    struct value v[COUNT(study_rows)];
    double sum = 0;
    if (!field_is(&r->problems, node, NODE_MAP, "study: a mapping")) {
        return;
    }
    field_keys(&r->problems, node, "study", known, COUNT(known));
    for (size_t i = 0; i < COUNT(study_rows); i++) {
        const struct node *item = node_get(node, known[i]);
        if (!item) {
            problems_add(&r->problems, node->at, "study: the key \"%s\" is missing", known[i]);
        }
        ledger_value(r, item, &study_rows[i], &v[i]);
    }
    l->uniform_bits = (int)v[0].numbers[0];
    l->n_tiers = v[1].n;
    for (size_t i = 0; i < v[1].n; i++) {
        l->shares[i] = v[1].numbers[i];
        l->bits[i] = v[2].numbers[i];
        sum += v[1].numbers[i];
    }
    l->sample = v[3].numbers[0];
    if (v[1].n && v[2].n && (v[1].n != v[2].n || fabs(sum - 100) > 1e-9)) {
        problems_add(&r->problems, node->at,
                     "study: %zu shares that add up to %.10g with %zu bit widths; as many widths "
                     "as shares, and shares of 100 %% in all, are wanted",
                     v[1].n, sum, v[2].n);
    }
}

static int read_results(struct ledger_reading *r, const struct node *node, struct err *e)
{
    static const char *const known[] = {"spec", "texts"};
    struct ledger *l = r->ledger;
    if (!field_is(&r->problems, node, NODE_MAP, "results: a mapping of experiments")) {
        return 0;
    }
    l->results = mem_new(node->n, sizeof *l->results, e);
    for (size_t i = 0; l->results && i < node->n; i++) {
        const struct node *item = &node->items[i], *spec;
        struct ledger_results *x = &l->results[l->n_results++];
        struct value v;
        x->name = item->key;
        if (!field_is(&r->problems, item, NODE_MAP, "results: a mapping with `spec:`")) {
            continue;
        }
        field_keys(&r->problems, item, item->key, known, COUNT(known));
        if (ledger_value(r, node_get(item, "texts"), &texts_row, &v)) {
            x->texts = (long)v.numbers[0];
        }
        spec = node_get(item, "spec");
        if (!spec) {
            problems_add(&r->problems, item->at, "%s: the key \"spec\" is missing", item->key);
        } else if (take_path(r, spec, "spec", &x->spec, e)) {
            return -1;
        }
    }
    return l->results ? 0 : -1;
}

static void read_shape(struct ledger_reading *r, const struct node *node, struct ledger_model *m)
{
    struct value v;
    if (!ledger_value(r, node, &shape_row, &v)) {
        return;
    }
    if (v.n != 5) {
        problems_add(&r->problems, node->at,
                     "shape: vocabulary, positions, width, layers and heads are wanted, and %zu "
                     "number%s there",
                     v.n, v.n == 1 ? " is" : "s are");
        return;
    }
    m->shape = (struct ledger_shape){(int)v.numbers[0], (int)v.numbers[1], (int)v.numbers[2],
                                     (int)v.numbers[3], (int)v.numbers[4]};
}

static void read_weights(struct ledger_reading *r, const struct node *node, struct ledger_model *m)
{
    if (node && field_text(&r->problems, node, "weights", &m->weights) &&
        (strlen(m->weights) != 64 || strspn(m->weights, "0123456789abcdef") != 64)) {
        problems_add(&r->problems, node->at,
                     "weights: the SHA-256 of model.safetensors is wanted, 64 lower-case "
                     "hexadecimal digits");
    }
}

static int read_models(struct ledger_reading *r, const struct node *node, struct err *e)
{
    static const char *const known[] = {"title", "shape", "path", "weights"};
    struct ledger *l = r->ledger;
    if (!field_is(&r->problems, node, NODE_MAP, "models: a mapping of models")) {
        return 0;
    }
    l->models = mem_new(node->n, sizeof *l->models, e);
    for (size_t i = 0; l->models && i < node->n; i++) {
        const struct node *item = &node->items[i];
        struct ledger_model *m = &l->models[l->n_models++];
        *m = (struct ledger_model){
            .name = item->key, .title = item->key, .parameters = NAN, .head_weights = NAN};
        field_name(&r->problems, item->key_at, "models", item->key);
        if (!field_is(&r->problems, item, NODE_MAP, "models: a mapping with `shape:` or `path:`")) {
            continue;
        }
        field_keys(&r->problems, item, item->key, known, COUNT(known));
        const struct node *title = node_get(item, "title"), *shape = node_get(item, "shape"),
                          *path = node_get(item, "path");
        if (title) {
            field_text(&r->problems, title, "title", &m->title);
        }
        read_weights(r, node_get(item, "weights"), m);
        if (!shape == !path) {
            problems_add(&r->problems, item->at, "%s: either `shape:` or `path:` is wanted",
                         item->key);
        } else if (shape) {
            read_shape(r, shape, m);
        } else if (take_path(r, path, "path", &m->path, e)) {
            return -1;
        }
    }
    return l->models ? 0 : -1;
}

/* The numbers of one column: one for all models, or a mapping from models to theirs. */
static int read_column(struct ledger_reading *r, const struct node *node, struct published *p,
                       struct err *e)
{
    bool single = node->kind == NODE_SCALAR;
    if (!single && !field_is(&r->problems, node, NODE_MAP, "published: a number, or a mapping")) {
        return 0;
    }
    p->values = mem_new(single ? 1 : node->n, sizeof *p->values, e);
    if (!p->values) {
        return -1;
    }
    if (single) {
        p->n = ledger_printed(r, node, node->key, &p->values[0]);
        return 0;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct node *item = &node->items[i];
        size_t model;
        if (ledger_find_model(r, item->key_at, node->key, item->key, &model) &&
            ledger_printed(r, item, node->key, &p->values[p->n])) {
            p->values[p->n++].model = model;
        }
    }
    return 0;
}

static int read_published(struct ledger_reading *r, const struct node *node, struct err *e)
{
    struct ledger *l = r->ledger;
    size_t room = 0;
    if (!field_is(&r->problems, node, NODE_MAP, "published: a mapping of tables")) {
        return 0;
    }
    for (size_t i = 0; i < node->n; i++) {
        room += node->items[i].n;
    }
    l->published = mem_new(room, sizeof *l->published, e);
    for (size_t i = 0; l->published && i < node->n; i++) {
        const struct node *table = &node->items[i];
        if (!field_is(&r->problems, table, NODE_MAP, "published: a table of columns")) {
            continue;
        }
        for (size_t k = 0; k < table->n; k++) {
            struct published *p = &l->published[l->n_published++];
            *p = (struct published){.table = table->key, .name = table->items[k].key};
            if (read_column(r, &table->items[k], p, e)) {
                return -1;
            }
        }
    }
    return l->published ? 0 : -1;
}

static const struct node *wanted(struct ledger_reading *r, const char *key)
{
    static const struct node bad = {.kind = NODE_BAD};
    const struct node *root = &r->ledger->document.root, *node = node_get(root, key);
    if (!node) {
        problems_add(&r->problems, root->at, "the key \"%s\" is missing", key);
    }
    return node ? node : &bad;
}

static int read_all(struct ledger_reading *r, struct err *e)
{
    static const char *const known[] = {"name",    "title",  "reference", "study",
                                        "results", "models", "published", "claims"};
    struct ledger *l = r->ledger;
    const struct node *root = &l->document.root, *node;
    if (!field_is(&r->problems, root, NODE_MAP, "a ledger, which is a mapping,")) {
        return 0;
    }
    field_keys(&r->problems, root, "the ledger", known, COUNT(known));
    node = wanted(r, "name");
    if (field_text(&r->problems, node, "name", &l->name)) {
        field_name(&r->problems, node->at, "name", l->name);
    }
    if ((node = node_get(root, "title")) != NULL) {
        field_text(&r->problems, node, "title", &l->title);
    }
    node = node_get(root, "reference");
    if (node && take_path(r, node, "reference", &l->reference, e)) {
        return -1;
    }
    read_study(r, wanted(r, "study"));
    return read_results(r, wanted(r, "results"), e) || read_models(r, wanted(r, "models"), e) ||
                   read_published(r, wanted(r, "published"), e) ||
                   ledger_read_claims(r, wanted(r, "claims"), e)
               ? -1
               : 0;
}

int ledger_read(struct ledger *l, const char *path, struct buf *problems, struct err *e)
{
    struct ledger_reading r = {.ledger = l};
    *l = (struct ledger){.path = path, .name = "", .title = ""};
    int status = document_read(&l->document, path, 0, &r.problems, e);
    if (!status && l->document.root.kind != NODE_BAD) {
        status = read_all(&r, e);
    }
    size_t n = problems_count(&r.problems);
    if (!status && n) {
        problems_print(&r.problems, problems);
        status = err_set(e, "%s cannot be used: %zu problem%s in it", path, n, n == 1 ? "" : "s");
    } else if (!status && r.problems.failed) {
        status = err_set(e, "out of memory");
    }
    problems_release(&r.problems);
    return status;
}

void ledger_release(struct ledger *l)
{
    for (size_t i = 0; i < l->n_models; i++) {
        free(l->models[i].path);
    }
    for (size_t i = 0; i < l->n_results; i++) {
        free(l->results[i].spec);
        free(l->results[i].rows);
        free(l->results[i].cells);
        store_release(&l->results[i].store);
    }
    for (size_t i = 0; i < l->n_published; i++) {
        free(l->published[i].values);
    }
    for (size_t i = 0; i < l->n_claims; i++) {
        free(l->claims[i].models);
    }
    free(l->models);
    free(l->results);
    free(l->published);
    free(l->claims);
    free(l->reference);
    document_release(&l->document);
    *l = (struct ledger){0};
}

const struct published_value *published_of(const struct published *p, size_t model)
{
    for (size_t i = 0; p && i < p->n; i++) {
        if (p->values[i].model == LEDGER_ANY || p->values[i].model == model) {
            return &p->values[i];
        }
    }
    return NULL;
}
