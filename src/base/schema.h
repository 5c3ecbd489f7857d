/*
 * schema: the type of parameters, as data.
 *
 * Everything that can be set (a method's bit width, a spec's number of texts) is a row: name, type,
 * unit, default, bounds, one line of help. YAML, command-line options, --help, the resolved spec
 * and the content keys all come from the rows, so a parameter is described once. A set of values is
 * a plain struct with no ownership: copy it freely.
 */
#ifndef NS_BASE_SCHEMA_H
#define NS_BASE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { PARAM_LIST_MAX = 16, SCHEMA_MAX = 24 };

enum param_type { PARAM_INT, PARAM_REAL, PARAM_CHOICE, PARAM_INTS, PARAM_REALS };

struct param {
    const char *name; /* snake_case in YAML; the option is --name with '-' for '_' */
    enum param_type type;
    const char *unit;           /* "bits", "%", …; NULL when it has none */
    const char *fallback;       /* the default as text; NULL: required; "": absent unless set */
    double min, max;            /* of each number, inclusive */
    const char *const *choices; /* of PARAM_CHOICE, ended by NULL */
    const char *help;           /* one line, no full stop */
};

struct schema {
    const struct param *rows[SCHEMA_MAX];
    size_t n;
};

struct value {
    bool present;
    size_t n;                       /* numbers in use; 1 for scalars */
    double numbers[PARAM_LIST_MAX]; /* integers too: all of them are below 2^53 */
    int choice;                     /* index into choices, PARAM_CHOICE only */
};

struct params {
    const struct schema *schema; /* borrowed */
    struct value values[SCHEMA_MAX];
};

/* Appends rows to a schema. More than SCHEMA_MAX in all is a BUG. */
void schema_add(struct schema *s, const struct param *rows, size_t n);

/* Index of the row with this name, or −1. '-' and '_' are the same. */
int schema_find(const struct schema *s, const char *name);

/* Every value absent. */
void params_init(struct params *p, const struct schema *schema);

/* Fills what is absent with the defaults; a required value that is still absent is an error. */
int params_complete(struct params *p, struct err *e);

/* Reads a whole value from text (lists: "10,20,70"), replacing what was there. */
int value_parse(struct value *v, const struct param *p, const char *text, struct err *e);

/* Reads one element and appends it (scalars: sets it). For YAML sequences, item by item. */
int value_parse_item(struct value *v, const struct param *p, const char *text, struct err *e);

/* The value as YAML that value_parse reads back: 4, sampled, [10, 20, 70]; "null" when absent. */
void value_format(const struct value *v, const struct param *p, struct buf *out);

bool value_equal(const struct value *a, const struct value *b, const struct param *p);

/* By name; a name that is not in the schema, or a value that is absent, is a BUG. */
bool params_has(const struct params *p, const char *name); /* present? (false if not in schema) */
long params_int(const struct params *p, const char *name);
const char *params_choice(const struct params *p, const char *name);
const struct value *params_list(const struct params *p, const char *name);

/* The known name nearest to a mistyped one (at most 3 edits), or NULL. */
const char *nearest_name(const char *typed, const char *const *names, size_t n);

#endif
