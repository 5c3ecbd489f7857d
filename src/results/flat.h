/*
 * flat: a document (JSON or YAML) as a flat list of keys and values, to be shown and compared.
 *
 * Keys are the names on the way, dots between them ("machine.threads"); values are texts. Appending
 * never fails visibly: a list that ran out of memory is empty and fails its buf_check(&f->text).
 */
#ifndef NS_RESULTS_FLAT_H
#define NS_RESULTS_FLAT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct flat {
    struct buf text; /* key, NUL, value, NUL, … */
    size_t n;
};

/* The pair after `key`, or the first (NULL); NULL after the last. The value follows the key. */
const char *flat_next(const struct flat *f, const char *key);
const char *flat_value(const char *key);
const char *flat_find(const struct flat *f, const char *key); /* a value, or NULL */
void flat_add(struct flat *f, const char *key, const char *value);
void flat_release(struct flat *f);

/* "machine.threads": the members of an object, those of its objects by dots; arrays as JSON. */
struct json_t;
void flat_add_json(struct flat *f, const char *prefix, const struct json_t *object);

/* The same of a YAML file; elements of lists that have a name are called by it. */
int flat_read_yaml(struct flat *f, const char *path, struct err *e);

#endif
