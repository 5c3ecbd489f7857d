#include "results/flat.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "spec/yaml.h"

const char *flat_value(const char *key)
{
    return key + strlen(key) + 1;
}

const char *flat_next(const struct flat *f, const char *key)
{
    if (!key) {
        return f->n ? f->text.s : NULL;
    }
    const char *value = flat_value(key), *next = value + strlen(value) + 1;
    return next < f->text.s + f->text.len ? next : NULL;
}

const char *flat_find(const struct flat *f, const char *key)
{
    for (const char *k = flat_next(f, NULL); k; k = flat_next(f, k)) {
        if (strcmp(k, key) == 0) {
            return flat_value(k);
        }
    }
    return NULL;
}

void flat_add(struct flat *f, const char *key, const char *value)
{
    buf_add(&f->text, key, strlen(key) + 1);
    buf_add(&f->text, value, strlen(value) + 1);
    f->n = f->text.failed ? 0 : f->n + 1;
}

void flat_release(struct flat *f)
{
    buf_release(&f->text);
    *f = (struct flat){0};
}

static void json_value(struct buf *out, const json_t *v)
{
    if (json_is_string(v)) {
        buf_adds(out, json_string_value(v));
    } else if (json_is_real(v)) {
        buf_add_real(out, json_real_value(v));
    } else {
        char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        buf_adds(out, text ? text : "?");
        free(text);
    }
}

void flat_add_json(struct flat *f, const char *prefix, const struct json_t *object)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)object, name, v)
    {
        struct buf key = BUF_INIT, value = BUF_INIT;
        buf_addf(&key, "%s%s%s", prefix, *prefix ? "." : "", name);
        if (json_is_object(v)) {
            flat_add_json(f, buf_text(&key), v);
        } else {
            json_value(&value, v);
            flat_add(f, buf_text(&key), buf_text(&value));
        }
        f->text.failed = f->text.failed || key.failed || value.failed;
        buf_release(&key);
        buf_release(&value);
    }
}

/* Scalars, and lists of lists of them. */
static void yaml_value(struct buf *out, const struct node *node)
{
    if (node->kind == NODE_SCALAR) {
        buf_adds(out, node->text);
        return;
    }
    buf_addc(out, '[');
    for (size_t i = 0; i < node->n; i++) {
        buf_adds(out, i ? ", " : "");
        yaml_value(out, &node->items[i]);
    }
    buf_addc(out, ']');
}

static void add_node(struct flat *f, const char *key, const struct node *node)
{
    bool maps = node->kind == NODE_LIST && node->n && node->items[0].kind == NODE_MAP;
    if (node->kind != NODE_MAP && !maps) {
        struct buf value = BUF_INIT;
        yaml_value(&value, node);
        flat_add(f, key, buf_text(&value));
        f->text.failed = f->text.failed || value.failed;
        buf_release(&value);
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct node *item = &node->items[i], *name = maps ? node_get(item, "name") : NULL;
        struct buf below = BUF_INIT;
        buf_addf(&below, "%s%s", key, *key ? "." : "");
        if (!maps) {
            buf_adds(&below, item->key);
        } else if (name && name->kind == NODE_SCALAR) {
            buf_adds(&below, name->text);
        } else {
            buf_addf(&below, "%zu", i);
        }
        add_node(f, buf_text(&below), item);
        f->text.failed = f->text.failed || below.failed;
        buf_release(&below);
    }
}

int flat_read_yaml(struct flat *f, const char *path, struct err *e)
{
    struct document d;
    struct problems p = {0};
    int status = document_read(&d, path, 0, &p, e);
    if (!status && d.root.kind == NODE_BAD) {
        status = err_set(e, "%s cannot be read as YAML; run the experiment again", path);
    }
    if (!status) {
        add_node(f, "", &d.root);
        status = buf_check(&f->text, e);
    }
    document_release(&d);
    problems_release(&p);
    return status;
}
