/* Nodes once they are read: looked up, changed, and texts written as one. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "spec/yaml.h"

void node_release(struct node *node)
{
    for (size_t i = 0; i < node->n; i++) {
        node_release(&node->items[i]);
    }
    free(node->items);
    free(node->key);
    free(node->text);
    *node = (struct node){0};
}

/* Everything but the key. */
static void release_value(struct node *node)
{
    char *key = node->key;
    node->key = NULL;
    node_release(node);
    node->key = key;
}

void node_replace(struct node *node, struct node *value)
{
    char *key = node->key;
    release_value(node);
    *node = *value;
    node->key = key;
    free(value->key);
    *value = (struct node){0};
}

int node_put(struct node *map, const char *key, struct place key_at, struct node *value,
             struct err *e)
{
    struct node *old = node_find(map, key);
    if (!old) {
        char *copy = mem_string(key, e);
        if (!copy || mem_grow(&map->items, &map->capacity, map->n + 1, sizeof *map->items, e)) {
            free(copy);
            return -1;
        }
        old = &map->items[map->n++];
        *old = (struct node){.key = copy};
    }
    node_replace(old, value);
    old->key_at = key_at;
    return 0;
}

void node_remove(struct node *parent, size_t index)
{
    node_release(&parent->items[index]);
    memmove(parent->items + index, parent->items + index + 1,
            (--parent->n - index) * sizeof *parent->items);
}

struct node *node_find(struct node *map, const char *key)
{
    for (size_t i = 0; i < map->n; i++) {
        if (map->items[i].key && strcmp(map->items[i].key, key) == 0) {
            return &map->items[i];
        }
    }
    return NULL;
}

const struct node *node_get(const struct node *map, const char *key)
{
    struct node view = *map;
    return node_find(&view, key);
}

bool node_is_null(const struct node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; node->kind == NODE_SCALAR && node->plain && i < 5; i++) {
        if (strcmp(node->text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* What a YAML reader would refuse or fold, or an editor obey, when written as it is. */
static bool needs_escape(uint32_t c)
{
    return utf8_is_control(c) || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

void yaml_quote(struct buf *out, const char *text)
{
    size_t n = strlen(text);
    buf_addc(out, '"');
    for (size_t i = 0; i < n;) {
        size_t length = utf8_valid_length(text + i, n - i);
        uint32_t c = length ? utf8_code_point(text + i, length) : 0xFFFD;
        if (needs_escape(c)) {
            buf_addf(out, "\\u%04X", (unsigned)c);
        } else if (c == '"' || c == '\\') {
            buf_addf(out, "\\%c", (char)c);
        } else if (length) {
            buf_add(out, text + i, length);
        } else {
            buf_adds(out, "\uFFFD");
        }
        i += length ? length : 1;
    }
    buf_addc(out, '"');
}
