/*
 * keys: the keys of a spec file, as data: name, type, unit, default, one line of help.
 *
 * The reader knows no key but these, and `nashswarm schema`, docs/keys.md and the man page are made
 * from them. Parameters of methods are described by the schemas of the methods.
 */
#ifndef NS_SPEC_KEYS_H
#define NS_SPEC_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct spec_key {
    const char *name;     /* "samples"; with its mapping's in front: "report.kind" */
    const char *type;     /* "text", "list of ints", … */
    const char *unit;     /* NULL: it has none */
    const char *fallback; /* the default as text, "" where a key may be absent; NULL: required */
    const char *help;     /* one line, no full stop */
};

enum { SPEC_KEYS_MAX = 16 }; /* of one mapping */

extern const struct spec_key spec_keys[];
extern const size_t spec_n_keys;

/*
 * The names of the keys of a mapping ("report"; "": the top level), without the mapping's own, in
 * the order in which a spec is written; returns how many. `required`: those alone.
 */
size_t spec_key_names(const char *mapping, bool required, const char *names[SPEC_KEYS_MAX]);

#endif
