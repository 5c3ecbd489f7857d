#include "spec/set.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spec/evaluation.h"
#include "spec/fields.h"

/* One text while it is put in. */
struct set {
    struct document *d;
    char *key; /* the part before '=' */
    struct problems *p;
    struct err *e;
};

/* The place of a part of the key. */
static struct place place_of(const struct set *s, const char *part)
{
    return source_place(&s->d->source, (size_t)(part - s->key));
}

static int put(const struct set *s, struct node *map, const char *key)
{
    return node_put(map, key, place_of(s, key), &s->d->root, s->e);
}

/* A list of names as the mapping that it stands for; a list at fault stays for its problem. */
static int names_to_map(struct node *list, struct err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct node *node = &list->items[i];
        bool fine = node->kind == NODE_SCALAR && *node->text && !node_is_null(node);
        for (size_t k = 0; k < i && fine; k++) {
            fine = strcmp(list->items[k].text, node->text) != 0;
        }
        if (!fine) {
            return 0;
        }
    }
    for (size_t i = 0; i < list->n; i++) {
        struct node *node = &list->items[i];
        node->key = mem_string(node->text, e);
        if (!node->key) {
            return -1;
        }
        free(node->text);
        node->text = NULL;
        node->kind = NODE_MAP;
    }
    list->kind = NODE_MAP;
    return 0;
}

/* A method of the shared file, by name alone, becomes one that uses it. */
static int use_itself(struct node *method, struct err *e)
{
    struct node use = {.kind = NODE_SCALAR, .at = method->key_at, .plain = true};
    use.text = mem_string(method->key, e);
    int status = use.text ? node_put(method, "use", method->key_at, &use, e) : -1;
    node_release(&use);
    return status;
}

static bool is_axis(const char *axis, const char *key, bool of_methods)
{
    static const char methods[] = "methods.";
    const char *last = strrchr(axis, '.');
    return strcmp(axis, key) == 0 ||
           (of_methods && last && strncmp(axis, methods, sizeof methods - 1) == 0 &&
            strcmp(last + 1, key) == 0);
}

/* Takes the key out of an axis list, a zip or a list of such; what is left empty goes too. */
static void remove_axis(struct node *node, const char *key, bool of_methods)
{
    for (size_t i = node->n; i-- > 0;) {
        struct node *item = &node->items[i];
        bool zip = item->key && strcmp(item->key, "zip") == 0;
        if (item->key && is_axis(item->key, key, of_methods)) {
            node_remove(node, i);
        } else if (zip || node->kind == NODE_LIST) {
            size_t before = item->n;
            remove_axis(item, key, of_methods);
            if (before && !item->n) {
                node_remove(node, i);
            }
        }
    }
}

void set_unsweep(struct node *root, const char *key, bool of_methods)
{
    struct node *sweep = node_find(root, "sweep");
    size_t before = sweep ? sweep->n : 0;
    if (sweep) {
        remove_axis(sweep, key, of_methods);
    }
    if (before && !sweep->n) {
        node_remove(root, (size_t)(sweep - root->items));
    }
}

static void refuse_method(const struct set *s, const struct node *methods, const char *name)
{
    const char *known[YAML_WIDTH_MAX];
    for (size_t i = 0; i < methods->n; i++) {
        known[i] = methods->items[i].key ? methods->items[i].key : "";
    }
    problems_add(s->p, place_of(s, name), "--set: there is no method \"%s\"%s", shown(name).text,
                 field_hint(name, known, methods->n).text);
}

/* methods.NAME, a whole method, or methods.NAME.PARAMETER; `name` is what follows "methods.". */
static int set_method(const struct set *s, struct node *root, char *name)
{
    struct node *methods = node_find(root, "methods");
    char *dot = strrchr(name, '.');
    if (methods && methods->kind == NODE_LIST && names_to_map(methods, s->e)) {
        return -1;
    }
    if (!methods || methods->kind != NODE_MAP) {
        return 0; /* that is a problem of its own */
    }
    if (!dot || node_find(methods, name)) {
        return put(s, methods, name);
    }
    *dot = '\0';
    struct node *method = node_find(methods, name);
    if (!method) {
        refuse_method(s, methods, name);
        return 0;
    }
    if (method->kind != NODE_MAP || (!method->n && use_itself(method, s->e))) {
        return method->kind == NODE_MAP ? -1 : 0;
    }
    *dot = '.';
    set_unsweep(root, s->key, false);
    return put(s, method, dot + 1);
}

/* Any other key: mappings on the way that are missing are made. */
static int set_path(const struct set *s, struct node *map, char *key)
{
    static const char overrides[] = "overrides.";
    const size_t skip = sizeof overrides - 1;
    bool of_model = strncmp(s->key, overrides, skip) == 0; /* overrides.NAME.KEY: both have dots */
    bool whole =
        (strncmp(s->key, "sweep.", 6) == 0 && key != s->key) || (of_model && key > s->key + skip);
    char *dot = whole ? NULL : strchr(key, '.');
    if (of_model && key == s->key + skip) {
        char *methods = strstr(key, ".methods.");
        dot = methods ? methods : strrchr(key, '.');
    }
    if (map->kind != NODE_MAP) {
        problems_add(s->p, place_of(s, key),
                     "--set: \"%s\" cannot be set in what is no mapping: set the whole of it",
                     shown(key).text);
        return 0;
    }
    if (!dot) {
        if (key == s->key && evaluation_find(key) >= 0) {
            set_unsweep(map, key, false);
        }
        return put(s, map, key);
    }
    *dot = '\0';
    if (!node_find(map, key)) {
        struct node fresh = {.kind = NODE_MAP, .at = place_of(s, key)};
        if (node_put(map, key, fresh.at, &fresh, s->e)) {
            return -1;
        }
    }
    struct node *inner = node_find(map, key);
    *dot = '.';
    return set_path(s, inner, dot + 1);
}

int set_apply(struct node *root, struct document *d, const char *text, int rank, struct problems *p,
              struct err *e)
{
    static const char methods[] = "methods.";
    const char *equals = strchr(text, '=');
    size_t n = equals ? (size_t)(equals - text) : 0;
    if (!n || text[0] == '.' || text[n - 1] == '.' || strstr(text, "..")) {
        problems_add(p, (struct place){0}, "--set: KEY=VALUE is wanted, not \"%s\"",
                     shown(text).text);
        return 0;
    }
    if (!equals[1 + strspn(equals + 1, " \t\r\n")]) {
        problems_add(p, (struct place){0}, "--set: nothing stands after the = of \"%s\"",
                     shown(text).text);
        return 0;
    }
    if (document_parse(d, "--set", text, n + 1, rank, p, e)) {
        return -1;
    }
    if (d->root.kind == NODE_BAD || root->kind != NODE_MAP) {
        return 0; /* reported */
    }
    struct set s = {.d = d, .key = mem_string(text, e), .p = p, .e = e};
    if (!s.key) {
        return -1;
    }
    s.key[n] = '\0';
    size_t skip = sizeof methods - 1;
    int status = strncmp(s.key, methods, skip) == 0 ? set_method(&s, root, s.key + skip)
                                                    : set_path(&s, root, s.key);
    free(s.key);
    return status;
}
