#include "results/query.h"

#include <fnmatch.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"

enum { NAME_BYTES = 64 };

/* The column whose name is text[0..bytes). */
static int find(const struct column **c, const struct columns *all, const char *text, size_t bytes,
                struct err *e)
{
    const char *names[QUERY_COLUMNS_MAX];
    char name[NAME_BYTES] = "";
    if (bytes < sizeof name) {
        memcpy(name, text, bytes);
        *c = columns_find(all, name);
        if (*c) {
            return 0;
        }
    }
    size_t n = all->n < QUERY_COLUMNS_MAX ? all->n : QUERY_COLUMNS_MAX;
    for (size_t i = 0; i < n; i++) {
        names[i] = all->each[i].name;
    }
    const char *nearest = *name ? nearest_name(name, names, n) : NULL;
    return err_set(e,
                   "there is no column \"%.*s\"%s%s%s `nashswarm show --list-columns` lists them",
                   (int)bytes, text, nearest ? "; did you mean " : ":", nearest ? nearest : "",
                   nearest ? "?" : "");
}

static int add(struct pick *p, const struct column *c, struct err *e)
{
    if (p->n == QUERY_COLUMNS_MAX) {
        return err_set(e, "more than %d columns are too many for one table", QUERY_COLUMNS_MAX);
    }
    p->each[p->n++] = c;
    return 0;
}

int pick_parse(struct pick *p, const struct columns *all, const char *list, struct err *e)
{
    for (const char *at = list;; at++) {
        size_t bytes = strcspn(at, ",");
        const struct column *c;
        if (bytes == 3 && strncmp(at, "all", 3) == 0) {
            for (size_t i = 0; i < all->n; i++) {
                if (add(p, &all->each[i], e)) {
                    return -1;
                }
            }
        } else if (find(&c, all, at, bytes, e) || add(p, c, e)) {
            return -1;
        }
        at += bytes;
        if (!*at) {
            return 0;
        }
    }
}

int filter_parse(struct filter *f, const struct columns *all, const char *text, struct err *e)
{
    static const struct {
        const char *sign;
        enum filter_is is;
    } signs[] = {{"!=", FILTER_OTHER}, {"<=", FILTER_AT_MOST}, {">=", FILTER_AT_LEAST},
                 {"=", FILTER_EQUAL},  {"<", FILTER_LESS},     {">", FILTER_MORE},
                 {"~", FILTER_LIKE}};
    size_t bytes = strcspn(text, "!=<>~"), k = 0;
    while (k < sizeof signs / sizeof *signs &&
           strncmp(text + bytes, signs[k].sign, strlen(signs[k].sign)) != 0) {
        k++;
    }
    if (!bytes || k == sizeof signs / sizeof *signs) {
        return err_set(e,
                       "\"%s\" is no filter: write COLUMN=VALUE, with =, !=, <, <=, >, >= or ~ "
                       "between them",
                       text);
    }
    if (find(&f->column, all, text, bytes, e)) {
        return -1;
    }
    f->is = signs[k].is;
    f->value = text + bytes + strlen(signs[k].sign);
    f->number = (double)NAN;
    bool exact = f->is == FILTER_EQUAL || f->is == FILTER_OTHER;
    if (f->column->type == COLUMN_IS_TEXT) {
        return exact || f->is == FILTER_LIKE
                   ? 0
                   : err_set(e, "\"%s\": %s is a text, which has no order; use =, != or ~", text,
                             f->column->name);
    }
    if (f->is != FILTER_LIKE && !(exact && !*f->value)) {
        char *end;
        f->number = strtod(f->value, &end);
        if (end == f->value || *end || isnan(f->number)) {
            return err_set(e, "\"%s\": %s is a number, \"%s\" is not", text, f->column->name,
                           f->value);
        }
    }
    return 0;
}

static bool is_like(const struct filter *f, const void *row)
{
    struct buf text = BUF_INIT;
    if (f->column->type == COLUMN_IS_TEXT) {
        return fnmatch(f->value, column_text(f->column, row), 0) == 0;
    }
    column_write_csv(f->column, row, &text);
    bool like = fnmatch(f->value, buf_text(&text), 0) == 0;
    buf_release(&text);
    return like;
}

static bool is_equal(const struct filter *f, const void *row)
{
    if (!*f->value || column_is_empty(f->column, row)) {
        return !*f->value && column_is_empty(f->column, row);
    }
    return f->column->type == COLUMN_IS_TEXT ? strcmp(column_text(f->column, row), f->value) == 0
                                             : column_number(f->column, row) == f->number;
}

bool filter_keeps(const struct filter *f, const void *row)
{
    switch (f->is) {
    case FILTER_LIKE:
        return is_like(f, row);
    case FILTER_EQUAL:
        return is_equal(f, row);
    case FILTER_OTHER:
        return !is_equal(f, row);
    case FILTER_LESS:
        return column_number(f->column, row) < f->number;
    case FILTER_AT_MOST:
        return column_number(f->column, row) <= f->number;
    case FILTER_MORE:
        return column_number(f->column, row) > f->number;
    case FILTER_AT_LEAST:
        return column_number(f->column, row) >= f->number;
    }
    return false;
}

int query_order_parse(const struct column **by, bool *down, const struct columns *all,
                      const char *text, struct err *e)
{
    *down = *text == '-';
    text += *down;
    return find(by, all, text, strlen(text), e);
}

struct order {
    const struct column *by;
    bool down;
};

/* Rows are elements of one array, so where they lie tells their order. */
static int in_order(const void *x, const void *y, void *context)
{
    const struct order *o = context;
    const void *a = *(const void *const *)x, *b = *(const void *const *)y;
    bool no_a = column_is_empty(o->by, a), no_b = column_is_empty(o->by, b);
    int c = no_a - no_b;
    if (!no_a && !no_b) {
        if (o->by->type == COLUMN_IS_TEXT) {
            c = strcmp(column_text(o->by, a), column_text(o->by, b));
        } else {
            double p = column_number(o->by, a), q = column_number(o->by, b);
            c = (p > q) - (p < q);
        }
        c = o->down ? -c : c;
    }
    return c ? c : ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

void query_sort(const void **rows, size_t n, const struct column *by, bool down)
{
    struct order order = {by, down};
    if (by) {
        qsort_r(rows, n, sizeof *rows, in_order, &order);
    }
}
