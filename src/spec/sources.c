#include "spec/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/fields.h"
#include "spec/paths.h"
#include "spec/set.h"

static bool is_generator(const struct node *map)
{
    return node_get(map, "range") || node_get(map, "linspace") || node_get(map, "logspace");
}

/* Puts what stands in `over` into `base`, and the result into `over`. */
static int merge(struct node *base, struct node *over, struct err *e)
{
    for (size_t i = 0; i < over->n; i++) {
        struct node *item = &over->items[i];
        struct node *below = item->key ? node_find(base, item->key) : NULL;
        bool maps = below && below->kind == NODE_MAP && item->kind == NODE_MAP &&
                    !is_generator(below) && !is_generator(item);
        if (maps && merge(below, item, e)) {
            return -1;
        }
        if (item->key && node_put(base, item->key, item->key_at, item, e)) {
            return -1;
        }
    }
    struct node joined = *base;
    joined.at = over->at;
    joined.key_at = over->key_at;
    joined.key = NULL;
    *base = (struct node){.key = base->key};
    node_replace(over, &joined);
    return 0;
}

/* The index of a file of the chain that is the same as this path, or the length of the chain. */
static size_t find_file(const struct sources *s, const char *path)
{
    char *real = realpath(path, NULL);
    size_t i = 0;
    for (; real && i < s->n_files; i++) {
        char *other = realpath(s->files[i].source.path, NULL);
        bool same = other && strcmp(other, real) == 0;
        free(other);
        if (same) {
            break;
        }
    }
    free(real);
    return real ? i : s->n_files;
}

/* Reads one file to the end of the chain. */
static int read_file(struct sources *s, const char *path, struct problems *p, struct err *e)
{
    size_t i = s->n_files++;
    s->folders[i] = path_folder(path, e);
    if (!s->folders[i] || document_read(&s->files[i], path, (int)i, p, e)) {
        return -1;
    }
    field_is(p, &s->files[i].root, NODE_MAP, "a mapping (lines of \"key: value\")");
    return 0;
}

/* Takes the key off a file; NULL when it has none that names a file to read. */
static int take_extends(struct sources *s, struct node *root, struct problems *p, char **path,
                        struct place *at, struct err *e)
{
    struct node *node = node_find(root, "extends");
    const char *text;
    *path = NULL;
    if (!node) {
        return 0;
    }
    *at = node->at;
    bool fine = field_text(p, node, "extends", &text);
    if (fine && s->n_files > EXTENDS_MAX) {
        problems_add(p, node->at, "extends: over %d files extend each other", EXTENDS_MAX);
        fine = false;
    }
    if (fine) {
        *path = path_resolve(s->folders[s->n_files - 1], text, e);
    }
    node_remove(root, (size_t)(node - root->items));
    return fine && !*path ? -1 : 0;
}

/* Reads what the last file of the chain extends; *more: whether there is a file after it. */
static int read_next(struct sources *s, struct problems *p, bool *more, struct err *e)
{
    struct node *root = &s->files[s->n_files - 1].root;
    struct place at = {0};
    struct err why;
    char *path;
    *more = false;
    if (root->kind != NODE_MAP) {
        s->cut = true;
        return 0;
    }
    if (take_extends(s, root, p, &path, &at, e)) {
        return -1;
    }
    if (path && find_file(s, path) < s->n_files) {
        problems_add(p, at, "extends: %s is this file or extends it already", path);
    } else if (path && read_file(s, path, p, &why)) {
        problems_add(p, at, "extends: %s", why.text);
    } else {
        *more = path;
    }
    free(path);
    s->cut = at.line && !*more;
    return 0;
}

int sources_read(struct sources *s, const char *path, struct problems *p, struct err *e)
{
    *s = (struct sources){.n_files = 0};
    bool more = true;
    if (read_file(s, path, p, e)) {
        return -1;
    }
    while (more) {
        if (read_next(s, p, &more, e)) {
            return -1;
        }
    }
    for (size_t i = s->n_files - 1; i > 0; i--) {
        struct node *base = &s->files[i].root, *over = &s->files[i - 1].root;
        if (base->kind == NODE_MAP && merge(base, over, e)) {
            return -1;
        }
    }
    return 0;
}

int sources_set(struct sources *s, const char *const *texts, size_t n, struct problems *p,
                struct err *e)
{
    s->sets = mem_new(n, sizeof *s->sets, e);
    if (!s->sets) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        s->n_sets++;
        if (set_apply(&s->files[0].root, &s->sets[i], texts[i], RANK_SETS + (int)i, p, e)) {
            return -1;
        }
    }
    return 0;
}

const char *sources_folder(const struct sources *s, struct place at)
{
    for (size_t i = 0; i < s->n_files; i++) {
        if (at.source == &s->files[i].source) {
            return s->folders[i];
        }
    }
    return ".";
}

void sources_release(struct sources *s)
{
    for (size_t i = 0; i < s->n_files; i++) {
        document_release(&s->files[i]);
        free(s->folders[i]);
    }
    for (size_t i = 0; i < s->n_sets; i++) {
        document_release(&s->sets[i]);
    }
    free(s->sets);
    *s = (struct sources){.n_files = 0};
}
