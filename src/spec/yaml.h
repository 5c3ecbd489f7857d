/*
 * yaml: a YAML file as a tree of nodes that know their places.
 *
 * libyaml parses; this folder keeps what it needs: mappings, lists and scalars, each scalar as text
 * with whether it was written plain, so that the schema gives it its type. What an experiment has
 * no use for is refused where it stands: anchors, aliases, tags, directives, several documents,
 * keys that are no scalars, duplicate keys. Depth, width and size are bounded, so a hostile file
 * costs little. A document owns its nodes and its source; nodes and places point into it, so it
 * must not be moved once read.
 */
#ifndef NS_SPEC_YAML_H
#define NS_SPEC_YAML_H

#include "spec/problems.h"

enum { YAML_BYTES_MAX = 4 << 20, YAML_DEPTH_MAX = 16, YAML_WIDTH_MAX = 10000 };

enum node_kind { NODE_BAD, NODE_SCALAR, NODE_LIST, NODE_MAP }; /* bad: reported already */

struct node {
    enum node_kind kind;
    bool plain;          /* a scalar without quotes */
    struct place at;     /* of the value */
    struct place key_at; /* of its key; the same as `at` outside mappings */
    char *key;           /* NULL outside mappings */
    char *text;          /* of a scalar, no NUL inside */
    struct node *items;  /* of a list or mapping */
    size_t n, capacity;
};

struct document {
    struct source source;
    struct node root; /* NODE_BAD when the file is no YAML: the problems say why */
};

/*
 * Reads the file. −1 with `e` only when it cannot be opened or memory runs out; what is wrong
 * inside it goes to `p`. Release the document in either case.
 */
int document_read(struct document *d, const char *path, int rank, struct problems *p,
                  struct err *e);
void document_release(struct document *d);

/*
 * Likewise of a text, named `name` where problems are shown. YAML starts after `skip` bytes, which
 * end where a character does.
 */
int document_parse(struct document *d, const char *name, const char *text, size_t skip, int rank,
                   struct problems *p, struct err *e);

/* The value of a key of a mapping, or NULL. */
const struct node *node_get(const struct node *map, const char *key);

/* The same to be changed. */
struct node *node_find(struct node *map, const char *key);

/* Gives the node the value's content in place of its own; its key stays. Empties `value`. */
void node_replace(struct node *node, struct node *value);

/* Sets a key of a mapping, at its end if it is new. Empties `value`. */
int node_put(struct node *map, const char *key, struct place key_at, struct node *value,
             struct err *e);
void node_remove(struct node *parent, size_t index);
void node_release(struct node *node);

/* Written plain as nothing, ~ or null. */
bool node_is_null(const struct node *node);

/* Appends the text in double quotes, so that any YAML reader takes it back unchanged. */
void yaml_quote(struct buf *out, const char *text);

#endif
