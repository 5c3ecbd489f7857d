/*
 * fields: nodes of YAML as typed values, each refusal with its place and what was wanted.
 *
 * Every function returns whether it filled its out-parameter; when not, the problem is recorded (or
 * was already: a node that is NODE_BAD is passed over in silence).
 */
#ifndef NS_SPEC_FIELDS_H
#define NS_SPEC_FIELDS_H

#include "base/schema.h"
#include "spec/yaml.h"

enum { NAME_MAX_BYTES = 64 };

/* Whether the node is of this kind; `wanted` says what should stand there: "title: a text". */
bool field_is(struct problems *p, const struct node *node, enum node_kind kind, const char *wanted);

/* Reports the keys of a mapping that are not among `known`; `where` names the mapping. */
void field_keys(struct problems *p, const struct node *map, const char *where,
                const char *const *known, size_t n_known);

/* A text that is neither empty nor null; borrowed. */
bool field_text(struct problems *p, const struct node *node, const char *label, const char **out);

/* true or false. */
bool field_bool(struct problems *p, const struct node *node, const char *label, bool *out);

/* A value of the type of this row of a schema; null where it may be absent. */
bool field_value(struct problems *p, const struct node *node, const struct param *row,
                 struct value *out);

/* One of `known`, as an index; `what` is a noun: "protocol". */
bool field_known(struct problems *p, const struct node *node, const char *label, const char *what,
                 const char *const *known, size_t n_known, size_t *out);

/*
 * Whether the text may name a model, method, text or experiment: [A-Za-z0-9._-]+, at most 64 bytes,
 * starting with none of . and -, since names become parts of folder names. `label` says whose.
 */
bool field_name(struct problems *p, struct place at, const char *label, const char *text);

/* `; did you mean "X"?`, or the known names, or nothing; for the end of a sentence. */
struct hint {
    char text[192];
};
struct hint field_hint(const char *typed, const char *const *known, size_t n_known);

#endif
