#include "spec/fields.h"

#include <stdio.h>
#include <string.h>

static const char *kind_words(enum node_kind kind)
{
    return kind == NODE_LIST ? "a list" : kind == NODE_MAP ? "a mapping" : "a single value";
}

static void refuse(struct problems *p, const struct node *node, const char *wanted)
{
    if (node->kind == NODE_BAD) {
        return;
    }
    if (node->kind != NODE_SCALAR) {
        problems_add(p, node->at, "%s is wanted here, not %s", wanted, kind_words(node->kind));
    } else if (node_is_null(node)) {
        problems_add(p, node->at, "%s is wanted here, and nothing is written", wanted);
    } else {
        problems_add(p, node->at, "%s is wanted here, not \"%s\"", wanted, shown(node->text).text);
    }
}

bool field_is(struct problems *p, const struct node *node, enum node_kind kind, const char *wanted)
{
    if (node->kind != kind) {
        refuse(p, node, wanted);
    }
    return node->kind == kind;
}

struct hint field_hint(const char *typed, const char *const *known, size_t n_known)
{
    struct hint hint = {""};
    const char *nearest = nearest_name(typed, known, n_known);
    if (nearest) {
        snprintf(hint.text, sizeof hint.text, "; did you mean \"%s\"?", shown(nearest).text);
        return hint;
    }
    for (size_t i = 0, used = 0; i < n_known; i++) {
        struct shown name = shown(known[i]);
        if (used + strlen(name.text) + 16 > sizeof hint.text) {
            snprintf(hint.text + used, sizeof hint.text - used, ", …");
            break;
        }
        used += (size_t)snprintf(hint.text + used, sizeof hint.text - used, "%s%s",
                                 i ? ", " : "; known are ", name.text);
    }
    return hint;
}

void field_keys(struct problems *p, const struct node *map, const char *where,
                const char *const *known, size_t n_known)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct node *item = &map->items[i];
        bool found = !item->key;
        for (size_t k = 0; k < n_known && !found; k++) {
            found = strcmp(item->key, known[k]) == 0;
        }
        if (!found) {
            problems_add(p, item->key_at, "%s: unknown key \"%s\"%s", where, shown(item->key).text,
                         field_hint(item->key, known, n_known).text);
        }
    }
}

bool field_text(struct problems *p, const struct node *node, const char *label, const char **out)
{
    char wanted[160];
    snprintf(wanted, sizeof wanted, "%s: a text", label);
    if (!field_is(p, node, NODE_SCALAR, wanted)) {
        return false;
    }
    if (node_is_null(node) || !*node->text) {
        problems_add(p, node->at, "%s: nothing is written here", label);
        return false;
    }
    *out = node->text;
    return true;
}

bool field_bool(struct problems *p, const struct node *node, const char *label, bool *out)
{
    char wanted[160];
    snprintf(wanted, sizeof wanted, "%s: true or false", label);
    if (node->kind == NODE_SCALAR && node->plain &&
        (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0)) {
        *out = node->text[0] == 't';
        return true;
    }
    if (node->kind == NODE_SCALAR && !node->plain) {
        problems_add(p, node->at, "%s is wanted here, without quotes", wanted);
    } else {
        refuse(p, node, wanted);
    }
    return false;
}

bool field_known(struct problems *p, const struct node *node, const char *label, const char *what,
                 const char *const *known, size_t n_known, size_t *out)
{
    const char *text;
    if (!field_text(p, node, label, &text)) {
        return false;
    }
    for (size_t i = 0; i < n_known; i++) {
        if (strcmp(text, known[i]) == 0) {
            *out = i;
            return true;
        }
    }
    problems_add(p, node->at, "%s: there is no %s \"%s\"%s", label, what, shown(text).text,
                 field_hint(text, known, n_known).text);
    return false;
}

bool field_name(struct problems *p, struct place at, const char *label, const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = strlen(text);
    if (n > NAME_MAX_BYTES) {
        problems_add(p, at, "%s: the name \"%s\" is over %d characters long", label,
                     shown(text).text, NAME_MAX_BYTES);
        return false;
    }
    if (n == 0 || strspn(text, letters) != n || *text == '.' || *text == '-') {
        problems_add(p, at,
                     "%s: \"%s\" cannot be a name: letters, digits, '.', '_' and '-' make one, "
                     "and neither '.' nor '-' starts it",
                     label, shown(text).text);
        return false;
    }
    return true;
}

static bool is_list_type(const struct param *row)
{
    return row->type == PARAM_INTS || row->type == PARAM_REALS;
}

/* What the row takes, as the start of "… is wanted here": "bits: a whole number". */
static void describe_wanted(const struct param *row, char *out, size_t size)
{
    static const char *const words[] = {
        [PARAM_INT] = "a whole number",
        [PARAM_REAL] = "a number",
        [PARAM_CHOICE] = "one of",
        [PARAM_INTS] = "a list of whole numbers in [ ]",
        [PARAM_REALS] = "a list of numbers in [ ]",
    };
    size_t used = (size_t)snprintf(out, size, "%s: %s", row->name, words[row->type]);
    for (size_t i = 0; row->type == PARAM_CHOICE && row->choices[i] && used < size; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s %s", i ? "," : "", row->choices[i]);
    }
}

static bool has_leading_zero(const char *text)
{
    text += *text == '+' || *text == '-';
    return text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

static bool read_choice(struct problems *p, const struct node *node, const struct param *row,
                        struct value *out)
{
    struct err e;
    size_t n = 0;
    while (row->choices[n]) {
        n++;
    }
    if (strlen(node->text) > SHOWN_MAX || value_parse_item(out, row, node->text, &e)) {
        problems_add(p, node->at, "%s: there is no choice \"%s\"%s", row->name,
                     shown(node->text).text, field_hint(node->text, row->choices, n).text);
        return false;
    }
    return true;
}

/* Appends one number (scalars: sets it), or a choice. */
static bool read_item(struct problems *p, const struct node *node, const struct param *row,
                      struct value *out)
{
    struct err e;
    char wanted[160];
    describe_wanted(row, wanted, sizeof wanted);
    if (!field_is(p, node, NODE_SCALAR, wanted)) {
        return false;
    }
    if (row->type == PARAM_CHOICE) {
        return read_choice(p, node, row, out);
    }
    if (!node->plain) {
        problems_add(p, node->at,
                     "%s: \"%s\" is a text, and a number is wanted: leave the quotes out",
                     row->name, shown(node->text).text);
    } else if (has_leading_zero(node->text)) {
        problems_add(p, node->at,
                     "%s: %s starts with a zero, which some programs take for octal: leave it out",
                     row->name, shown(node->text).text);
    } else if (strlen(node->text) > SHOWN_MAX) {
        problems_add(p, node->at, "%s: \"%s\" is not a number", row->name, shown(node->text).text);
    } else if (value_parse_item(out, row, node->text, &e)) {
        problems_add(p, node->at, "%s", e.text);
    } else {
        return true;
    }
    return false;
}

/* null unsets what may be absent, and is no value for anything else. */
static bool read_null(struct problems *p, const struct node *node, const struct param *row,
                      struct value *out)
{
    *out = (struct value){0};
    if (row->fallback && !*row->fallback) {
        return true;
    }
    if (row->fallback) {
        problems_add(p, node->at, "%s: nothing is written here; without the key it is %s",
                     row->name, row->fallback);
    } else {
        problems_add(p, node->at, "%s: nothing is written here, and it has no default", row->name);
    }
    return false;
}

bool field_value(struct problems *p, const struct node *node, const struct param *row,
                 struct value *out)
{
    struct value fresh = {0};
    char wanted[160];
    if (node_is_null(node)) {
        return read_null(p, node, row, out);
    }
    if (!is_list_type(row)) {
        bool fine = read_item(p, node, row, &fresh);
        *out = fine ? fresh : *out;
        return fine;
    }
    describe_wanted(row, wanted, sizeof wanted);
    if (!field_is(p, node, NODE_LIST, wanted)) {
        return false;
    }
    if (!node->n) {
        problems_add(p, node->at, "%s: the list is empty", row->name);
        return false;
    }
    bool fine = true;
    for (size_t i = 0; i < node->n && i <= PARAM_LIST_MAX; i++) {
        fine = read_item(p, &node->items[i], row, &fresh) && fine;
    }
    *out = fine ? fresh : *out;
    return fine;
}
