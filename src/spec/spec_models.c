/* Models and texts: names of the shared files, or paths. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/assets.h"
#include "spec/combinations.h"
#include "spec/fields.h"
#include "spec/reading.h"

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
    s->models[s->n_models++] = (struct spec_model){.name = a->name, .path = a->path, .get = a->get};
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
        if (asset_read(r, &model_kind, &node->items[i], &a, e)) {
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
        free(s->models[i].get);
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
    if (asset_option(r, &kind, text, &a, e)) {
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

/* Takes the asset over. */
static struct spec_texts texts_of(struct asset a)
{
    return (struct spec_texts){.name = a.name,
                               .path = a.path,
                               .get = a.get,
                               .keep_line_ends = a.keep_line_ends,
                               .count = a.count};
}

static int read_text_asset(struct reading *r, const struct asset_kind *kind,
                           const struct node *node, struct spec_texts *out, struct err *e)
{
    struct asset a = {0};
    if (asset_read(r, kind, node, &a, e)) {
        asset_release(&a);
        return -1;
    }
    *out = texts_of(a);
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
    free(read.get);
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
    if (find_calibrated(r, &at) && asset_named(r, &kind, at, entry, entry, &a, e)) {
        asset_release(&a);
        return -1;
    }
    r->spec->calibration = texts_of(a);
    return 0;
}
