#include "spec/assets.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/fields.h"
#include "spec/paths.h"

const struct asset_kind model_kind = {CONFIG_MODELS, "models", ".h5", false};
const struct asset_kind texts_kind = {CONFIG_TEXTS, "texts", ".txt", true};

static const struct param count_row = {.name = "count",
                                       .type = PARAM_INT,
                                       .fallback = "",
                                       .min = 1,
                                       .max = 1e9,
                                       .help = "texts that the file has"};

void asset_release(struct asset *a)
{
    free(a->name);
    free(a->path);
    free(a->get);
    *a = (struct asset){0};
}

static bool looks_like_path(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return strchr(text, '/') || (n > m && strcmp(text + n - m, suffix) == 0);
}

/* A path, named after its file unless `name` is given. No asset is made of what cannot be named. */
static int from_path(struct reading *r, const struct asset_kind *kind, struct place at,
                     const char *folder, const char *path, const char *name, struct asset *out,
                     struct err *e)
{
    char *stem = name ? mem_string(name, e) : path_stem(path, kind->suffix, e);
    if (!stem) {
        return -1;
    }
    if (!field_name(&r->problems, at, kind->label, stem)) {
        free(stem);
        return 0;
    }
    out->name = stem;
    out->path = path_resolve(folder, path, e);
    return out->path ? 0 : -1;
}

/* Reports keys that are not of a model or of texts. Entries of a shared file have their name
 * already. */
static void check_keys(struct reading *r, const struct asset_kind *kind, const struct node *map,
                       bool is_entry)
{
    const char *known[4] = {"path", is_entry ? "get" : "name"};
    size_t n = 2;
    if (kind->is_text) {
        known[n++] = "keep_line_ends";
        known[n++] = "count";
    }
    field_keys(&r->problems, map, kind->label, known, n);
}

/* What else a mapping says of its file. */
static bool read_details(struct reading *r, const struct asset_kind *kind, const struct node *map,
                         struct asset *out)
{
    const struct node *ends = kind->is_text ? node_get(map, "keep_line_ends") : NULL;
    const struct node *count = kind->is_text ? node_get(map, "count") : NULL;
    struct value v = {0};
    bool fine = true;
    if (ends && !field_bool(&r->problems, ends, "keep_line_ends", &out->keep_line_ends)) {
        fine = false;
    }
    if (count && !field_value(&r->problems, count, &count_row, &v)) {
        fine = false;
    }
    out->count = v.present ? (long)v.numbers[0] : 0;
    return fine;
}

/* A mapping {name, path, …}; an entry of a shared file has its name already. */
static int from_map(struct reading *r, const struct asset_kind *kind, const struct node *map,
                    const char *folder, const char *entry_name, struct asset *out, struct err *e)
{
    check_keys(r, kind, map, entry_name);
    const struct node *path_node = node_get(map, "path");
    const struct node *name_node = entry_name ? NULL : node_get(map, "name");
    const struct node *get_node = entry_name ? node_get(map, "get") : NULL;
    const char *path = NULL, *name = entry_name, *get;
    bool fine = !name_node || field_text(&r->problems, name_node, "name", &name);
    fine = (!get_node || field_text(&r->problems, get_node, "get", &get)) && fine;
    fine = read_details(r, kind, map, out) && fine;
    if (!path_node) {
        problems_add(&r->problems, map->at, "%s: path is missing: where the file is", kind->label);
    } else if (field_text(&r->problems, path_node, "path", &path) && fine) {
        struct place at = name_node ? name_node->at : entry_name ? map->key_at : path_node->at;
        return from_path(r, kind, at, folder, path, name, out, e);
    }
    return 0;
}

/* Reads every entry of a shared file once, so that a mistake shows whoever makes use of the file.
 */
static int check_entries(struct reading *r, enum config_file config, const struct node *map,
                         struct err *e)
{
    const struct asset_kind *kind = config == CONFIG_MODELS ? &model_kind : &texts_kind;
    if (!map || r->entries_checked[config]) {
        return 0;
    }
    r->entries_checked[config] = true;
    for (size_t i = 0; i < map->n; i++) {
        const struct node *item = &map->items[i];
        struct asset unused = {0};
        int status = 0;
        if (field_is(&r->problems, item, NODE_MAP, "an entry {path: PATH}")) {
            status = from_map(r, kind, item, r->configs.folder, item->key, &unused, e);
        }
        asset_release(&unused);
        if (status) {
            return -1;
        }
    }
    return 0;
}

/* Takes over an entry that check_entries() has found good, or told what is wrong with. */
static int take_entry(struct reading *r, const struct node *entry, struct asset *out, struct err *e)
{
    const struct node *ends = node_get(entry, "keep_line_ends"), *get = node_get(entry, "get");
    const struct node *count = node_get(entry, "count");
    out->keep_line_ends = ends && ends->kind == NODE_SCALAR && strcmp(ends->text, "true") == 0;
    out->count = count && count->kind == NODE_SCALAR ? strtol(count->text, NULL, 10) : 0;
    out->get = get && get->kind == NODE_SCALAR ? mem_string(get->text, e) : NULL;
    out->path = path_resolve(r->configs.folder, node_get(entry, "path")->text, e);
    return out->path && (out->get || !get || get->kind != NODE_SCALAR) ? 0 : -1;
}

int asset_named(struct reading *r, const struct asset_kind *kind, struct place at,
                const char *label, const char *name, struct asset *out, struct err *e)
{
    const struct node *map;
    if (configs_map(&r->configs, kind->config, &map, &r->problems, e) ||
        check_entries(r, kind->config, map, e)) {
        return -1;
    }
    const struct node *entry = map ? node_get(map, name) : NULL;
    if (!entry) {
        configs_not_found(&r->configs, kind->config, &r->problems, at, label, name);
        return 0;
    }
    if (entry->kind != NODE_MAP || !node_get(entry, "path") ||
        node_get(entry, "path")->kind != NODE_SCALAR) {
        return 0; /* reported by check_entries */
    }
    out->name = mem_string(name, e);
    return out->name ? take_entry(r, entry, out, e) : -1;
}

int asset_read(struct reading *r, const struct asset_kind *kind, const struct node *node,
               struct asset *out, struct err *e)
{
    const char *text;
    if (node->kind == NODE_MAP) {
        const struct node *path = node_get(node, "path");
        const char *folder = sources_folder(&r->sources, path ? path->at : node->at);
        return from_map(r, kind, node, folder, NULL, out, e);
    }
    if (!field_text(&r->problems, node, kind->label, &text)) {
        return 0;
    }
    return looks_like_path(text, kind->suffix)
               ? from_path(r, kind, node->at, sources_folder(&r->sources, node->at), text, NULL,
                           out, e)
               : asset_named(r, kind, node->at, kind->label, text, out, e);
}

int asset_option(struct reading *r, const struct asset_kind *kind, const char *text,
                 struct asset *out, struct err *e)
{
    static const struct place nowhere = {0};
    return looks_like_path(text, kind->suffix)
               ? from_path(r, kind, nowhere, ".", text, NULL, out, e)
               : asset_named(r, kind, nowhere, kind->label, text, out, e);
}
