#include "base/schema.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_list(const struct param *p)
{
    return p->type == PARAM_INTS || p->type == PARAM_REALS;
}

static bool is_integer(const struct param *p)
{
    return p->type == PARAM_INT || p->type == PARAM_INTS;
}

void schema_add(struct schema *s, const struct param *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s->n == SCHEMA_MAX) {
            BUG("a schema of over %d rows", SCHEMA_MAX);
        }
        s->rows[s->n++] = &rows[i];
    }
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b)) {
            return false;
        }
    }
    return *a == *b;
}

int schema_find(const struct schema *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++) {
        if (same_name(s->rows[i]->name, name)) {
            return (int)i;
        }
    }
    return -1;
}

void params_init(struct params *p, const struct schema *schema)
{
    *p = (struct params){.schema = schema};
}

int params_complete(struct params *p, struct err *e)
{
    for (size_t i = 0; i < p->schema->n; i++) {
        const struct param *row = p->schema->rows[i];
        if (p->values[i].present || (row->fallback && !*row->fallback)) {
            continue;
        }
        if (!row->fallback) {
            return err_set(e, "%s is missing: %s", row->name, row->help);
        }
        if (value_parse(&p->values[i], row, row->fallback, e)) {
            BUG("the default of %s does not parse: %s", row->name, e->text);
        }
    }
    return 0;
}

static int parse_choice(struct value *v, const struct param *p, const char *text, struct err *e)
{
    struct buf known = BUF_INIT;
    for (int i = 0; p->choices[i]; i++) {
        if (strcmp(p->choices[i], text) == 0) {
            *v = (struct value){.present = true, .n = 1, .choice = i};
            buf_release(&known);
            return 0;
        }
        buf_addf(&known, "%s%s", i ? ", " : "", p->choices[i]);
    }
    err_set(e, "%s: \"%s\" is not one of %s", p->name, text, buf_text(&known));
    buf_release(&known);
    return -1;
}

int value_parse_item(struct value *v, const struct param *p, const char *text, struct err *e)
{
    if (p->type == PARAM_CHOICE) {
        return parse_choice(v, p, text, e);
    }
    char *end;
    errno = 0;
    double x = strtod(text, &end);
    if (end == text || *end || !isfinite(x) || isspace((unsigned char)*text) ||
        strpbrk(text, "xX")) {
        return err_set(e, "%s: \"%s\" is not a number", p->name, text);
    }
    if (is_integer(p) && x != floor(x)) {
        return err_set(e, "%s: %s is not a whole number", p->name, text);
    }
    if (x < p->min || x > p->max) {
        return err_set(e, "%s: %s is not between %.15g and %.15g", p->name, text, p->min, p->max);
    }
    if (!is_list(p)) {
        v->n = 0;
    } else if (v->n == PARAM_LIST_MAX) {
        return err_set(e, "%s: more than %d values", p->name, PARAM_LIST_MAX);
    }
    v->present = true;
    v->numbers[v->n++] = x == 0 ? 0 : x; /* no negative zero in keys */
    return 0;
}

int value_parse(struct value *v, const struct param *p, const char *text, struct err *e)
{
    struct value fresh = {0};
    if (!is_list(p)) {
        if (value_parse_item(&fresh, p, text, e)) {
            return -1;
        }
        *v = fresh;
        return 0;
    }
    for (const char *item = text;; item++) {
        size_t n = strcspn(item, ",");
        char one[64];
        if (n >= sizeof one) {
            return err_set(e, "%s: \"%s\" is not a list of numbers", p->name, text);
        }
        memcpy(one, item, n);
        one[n] = '\0';
        if (value_parse_item(&fresh, p, one, e)) {
            return -1;
        }
        item += n;
        if (!*item) {
            *v = fresh;
            return 0;
        }
    }
}

void value_format(const struct value *v, const struct param *p, struct buf *out)
{
    if (!v->present) {
        buf_adds(out, "null");
        return;
    }
    if (p->type == PARAM_CHOICE) {
        buf_adds(out, p->choices[v->choice]);
        return;
    }
    if (is_list(p)) {
        buf_addc(out, '[');
    }
    for (size_t i = 0; i < v->n; i++) {
        if (i) {
            buf_adds(out, ", ");
        }
        buf_add_real(out, v->numbers[i]);
    }
    if (is_list(p)) {
        buf_addc(out, ']');
    }
}

bool value_equal(const struct value *a, const struct value *b, const struct param *p)
{
    if (a->present != b->present || !a->present) {
        return a->present == b->present;
    }
    if (p->type == PARAM_CHOICE) {
        return a->choice == b->choice;
    }
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        if (a->numbers[i] != b->numbers[i]) {
            return false;
        }
    }
    return a->n == b->n;
}

bool params_has(const struct params *p, const char *name)
{
    int i = schema_find(p->schema, name);
    return i >= 0 && p->values[i].present;
}

const struct value *params_list(const struct params *p, const char *name)
{
    int i = schema_find(p->schema, name);
    if (i < 0 || !p->values[i].present) {
        BUG("no value for the parameter %s", name);
    }
    /* cppcheck-suppress negativeIndex; BUG does not return */
    return &p->values[i];
}

long params_int(const struct params *p, const char *name)
{
    return (long)params_list(p, name)->numbers[0];
}

const char *params_choice(const struct params *p, const char *name)
{
    const struct value *v = params_list(p, name);
    return p->schema->rows[schema_find(p->schema, name)]->choices[v->choice];
}

/* Levenshtein's distance, for names shorter than 64. */
static size_t edits(const char *a, const char *b)
{
    size_t row[64], na = strlen(a), nb = strlen(b);
    if (na >= 64 || nb >= 64) {
        return 64;
    }
    for (size_t j = 0; j <= nb; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            size_t add = row[j - 1] + 1, drop = row[j] + 1;
            row[j] = change < add ? change : add;
            row[j] = row[j] < drop ? row[j] : drop;
        }
    }
    return row[nb];
}

const char *nearest_name(const char *typed, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t limit = strlen(typed) < 4 ? 2 : 4, fewest = limit;
    for (size_t i = 0; i < n; i++) {
        size_t d = edits(typed, names[i]);
        if (d < fewest) {
            fewest = d;
            best = names[i];
        }
    }
    return best;
}
