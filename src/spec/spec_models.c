/* Models and texts: names of the shared files, or paths. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/combinations.h"
#include "spec/fields.h"
#include "spec/paths.h"
#include "spec/reading.h"

/* What tells a model from a text where both are read alike. */
struct asset_kind {
    enum config_file config;
    const char *label, *suffix;
    bool has_line_ends;
};

static const struct asset_kind model_kind = {CONFIG_MODELS, "models", ".h5", false};
static const struct asset_kind texts_kind = {CONFIG_TEXTS, "texts", ".txt", true};

struct asset {
    char *name, *path;
    bool keep_line_ends;
};

static void asset_release(struct asset *a)
{
    free(a->name);
    free(a->path);
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

/* A mapping {name, path, keep_line_ends}; an entry of a shared file has its name already. */
static int from_map(struct reading *r, const struct asset_kind *kind, const struct node *map,
                    const char *folder, const char *entry_name, struct asset *out, struct err *e)
{
    static const char *const all[] = {"path", "keep_line_ends", "name"};
    static const char *const without_line_ends[] = {"path", "name"};
    const char *const *keys = kind->has_line_ends ? all : without_line_ends;
    field_keys(&r->problems, map, kind->label, keys, (size_t)1 + kind->has_line_ends + !entry_name);
    const struct node *path_node = node_get(map, "path");
    const struct node *name_node = entry_name ? NULL : node_get(map, "name");
    const struct node *ends = kind->has_line_ends ? node_get(map, "keep_line_ends") : NULL;
    const char *path = NULL, *name = entry_name;
    bool fine = !name_node || field_text(&r->problems, name_node, "name", &name);
    if (ends && !field_bool(&r->problems, ends, "keep_line_ends", &out->keep_line_ends)) {
        fine = false;
    }
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

/* A name of the shared file. */
static int from_name(struct reading *r, const struct asset_kind *kind, struct place at,
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
    const struct node *ends = node_get(entry, "keep_line_ends");
    out->keep_line_ends = ends && ends->kind == NODE_SCALAR && strcmp(ends->text, "true") == 0;
    out->name = mem_string(name, e);
    out->path = path_resolve(r->configs.folder, node_get(entry, "path")->text, e);
    return out->name && out->path ? 0 : -1;
}

/* Any of the three forms. Without a problem the asset has a name and a path. */
static int from_node(struct reading *r, const struct asset_kind *kind, const struct node *node,
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
               : from_name(r, kind, node->at, kind->label, text, out, e);
}

/* Appends a model unless another has its name. Takes the asset over. */
static int add_model(struct reading *r, struct asset *a, struct place at, const char *label,
                     size_t *capacity, struct err *e)
{
    struct spec *s = r->spec;
    if (!a->name || !a->path) {
        asset_release(a);
        return 0;
    }
    for (size_t i = 0; i < s->n_models; i++) {
        if (strcmp(s->models[i].name, a->name) == 0) {
            bool same = strcmp(s->models[i].path, a->path) == 0;
            problems_add(&r->problems, at, "%s: \"%s\" is listed twice%s", label, a->name,
                         same ? ""
                              : " for two files, and results go by the name: give one another "
                                "with {name: NAME, path: PATH}");
            asset_release(a);
            return 0;
        }
    }
    if (mem_grow(&s->models, capacity, s->n_models + 1, sizeof *s->models, e)) {
        asset_release(a);
        return -1;
    }
    s->models[s->n_models++] = (struct spec_model){.name = a->name, .path = a->path};
    return 0;
}

int read_models(struct reading *r, const struct node *node, struct err *e)
{
    size_t capacity = 0;
    if (!field_is(&r->problems, node, NODE_LIST, "models: a list in [ ] of names and paths")) {
        return 0;
    }
    if (!node->n) {
        problems_add(&r->problems, node->at, "models: the list is empty");
    }
    for (size_t i = 0; i < node->n; i++) {
        struct asset a = {0};
        if (from_node(r, &model_kind, &node->items[i], &a, e)) {
            asset_release(&a);
            return -1;
        }
        if (add_model(r, &a, node->items[i].at, "models", &capacity, e)) {
            return -1;
        }
    }
    return 0;
}

static void release_models(struct spec *s)
{
    for (size_t i = 0; i < s->n_models; i++) {
        free(s->models[i].name);
        free(s->models[i].path);
    }
    free(s->models);
    s->models = NULL;
    s->n_models = 0;
}

/* One item of --models; paths are seen from the working directory. */
static int read_option_item(struct reading *r, const char *text, size_t *capacity, struct err *e)
{
    static const struct place nowhere = {0};
    struct asset_kind kind = model_kind;
    struct asset a = {0};
    kind.label = "--models";
    if (!*text) {
        problems_add(&r->problems, nowhere, "--models: a name between two commas is empty");
        return 0;
    }
    int status = looks_like_path(text, kind.suffix)
                     ? from_path(r, &kind, nowhere, ".", text, NULL, &a, e)
                     : from_name(r, &kind, nowhere, kind.label, text, &a, e);
    if (status) {
        asset_release(&a);
        return -1;
    }
    return add_model(r, &a, nowhere, kind.label, capacity, e);
}

int read_models_option(struct reading *r, const char *list, struct err *e)
{
    size_t capacity = 0;
    release_models(r->spec);
    char *copy = mem_string(list, e);
    int status = copy ? 0 : -1;
    for (char *item = copy; item && !status;) {
        char *comma = strchr(item, ',');
        if (comma) {
            *comma = '\0';
        }
        status = read_option_item(r, item, &capacity, e);
        item = comma ? comma + 1 : NULL;
    }
    free(copy);
    return status;
}

static int read_text_asset(struct reading *r, const struct asset_kind *kind,
                           const struct node *node, struct spec_texts *out, struct err *e)
{
    struct asset a = {0};
    if (from_node(r, kind, node, &a, e)) {
        asset_release(&a);
        return -1;
    }
    *out = (struct spec_texts){a.name, a.path, a.keep_line_ends};
    return 0;
}

int read_texts(struct reading *r, const struct node *node, struct err *e)
{
    struct spec *s = r->spec;
    if (mem_grow(&s->texts, &r->texts_room, 1, sizeof *s->texts, e)) {
        return -1;
    }
    s->texts[0] = (struct spec_texts){0};
    s->n_texts = 1;
    return node ? read_text_asset(r, &texts_kind, node, &s->texts[0], e) : 0;
}

/* Where texts of this name stand; spec.n_texts when they are new. */
static size_t find_texts(const struct spec *s, const char *name)
{
    size_t i = 0;
    while (i < s->n_texts && (!s->texts[i].name || strcmp(s->texts[i].name, name) != 0)) {
        i++;
    }
    return i;
}

/* Whether the node is the name that a path was given further up, and no name of the shared file. */
static int is_name_of_path(struct reading *r, const struct node *node, bool *is, struct err *e)
{
    const struct node *map;
    *is = node->kind == NODE_SCALAR && find_texts(r->spec, node->text) < r->spec->n_texts;
    if (*is && configs_map(&r->configs, CONFIG_TEXTS, &map, &r->problems, e)) {
        return -1;
    }
    *is = *is && !(map && node_get(map, node->text));
    return 0;
}

int read_texts_again(struct reading *r, const struct node *node, size_t *index, bool *fine,
                     struct err *e)
{
    struct spec *s = r->spec;
    struct spec_texts read = {0};
    if (is_name_of_path(r, node, fine, e)) {
        return -1;
    }
    if (*fine) {
        *index = find_texts(s, node->text);
        return 0;
    }
    int status = read_text_asset(r, &texts_kind, node, &read, e);
    *fine = !status && read.name && read.path;
    if (!*fine) {
        goto out;
    }
    *index = find_texts(s, read.name);
    if (*index < s->n_texts) {
        const struct spec_texts *known = &s->texts[*index];
        if (strcmp(known->path, read.path) != 0 || known->keep_line_ends != read.keep_line_ends) {
            problems_add(&r->problems, node->at,
                         "texts: \"%s\" is the name of other texts already, and results go by "
                         "the name: give one another with {name: NAME, path: PATH}",
                         read.name);
            *fine = false;
        }
    } else if (!(status =
                     mem_grow(&s->texts, &r->texts_room, s->n_texts + 1, sizeof *s->texts, e))) {
        s->texts[s->n_texts++] = read;
        return 0;
    }
out:
    free(read.name);
    free(read.path);
    return status;
}

/* Whether the method, with some of its swept values, calibrates. */
static bool calibrates(const struct spec *s, size_t model, size_t method)
{
    const struct method_kind *kind = s->methods[method].kind;
    struct combination c;
    combination_first(&c, s, model, method);
    do {
        if (kind->uses_calibration(&c.params)) {
            return true;
        }
    } while (combination_next(&c));
    return false;
}

/* Whether a method of the spec calibrates, for whichever model; *at is where it stands. */
static bool find_calibrated(const struct reading *r, struct place *at)
{
    const struct spec *s = r->spec;
    for (size_t i = 0; i < s->n_methods; i++) {
        const struct draft *d = &r->methods.all[i];
        if (d->broken || !d->kind || !d->kind->uses_calibration || !combinations_count(s, i)) {
            continue;
        }
        bool found = calibrates(s, COMBINATION_ANY, i);
        for (size_t k = 0; k < s->n_models && !found; k++) {
            found = overridden_at(r, k, i, -1) && calibrates(s, k, i);
        }
        if (found) {
            *at = d->at;
            return true;
        }
    }
    return false;
}

int read_calibration(struct reading *r, const struct node *node, struct err *e)
{
    static const char entry[] = "calibration";
    struct asset_kind kind = texts_kind;
    struct asset a = {0};
    struct place at = {0};
    kind.label = entry;
    if (node) {
        return read_text_asset(r, &kind, node, &r->spec->calibration, e);
    }
    if (find_calibrated(r, &at) && from_name(r, &kind, at, entry, entry, &a, e)) {
        asset_release(&a);
        return -1;
    }
    r->spec->calibration = (struct spec_texts){a.name, a.path, a.keep_line_ends};
    return 0;
}
