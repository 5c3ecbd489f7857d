#include "report/differences.h"

#include <math.h>
#include <string.h>

#include "report/escape.h"
#include "report/layout.h"

static void put_names(const struct record *r, struct buf *out)
{
    const char *parts[] = {r->model, r->method, r->variant, r->protocol};
    for (size_t i = 0; i < 4; i++) {
        buf_addf(out, "%s%s", i && *parts[i] ? " " : "", parts[i]);
    }
    if (r->seed != RECORD_NONE) {
        buf_addf(out, " seed %lld", (long long)r->seed);
    }
}

static size_t shown_of(size_t n, bool all)
{
    return all || n < DIFFERENCES_SHOWN ? n : DIFFERENCES_SHOWN;
}

static void put_rest(size_t shown, size_t n, struct buf *out)
{
    if (shown < n) {
        buf_addf(out, "  … and %zu more (--all)\n", n - shown);
    }
}

static void put_only(const char *where, const struct record *const *rows, size_t n, bool all,
                     struct buf *out)
{
    size_t shown = shown_of(n, all);
    for (size_t i = 0; i < shown; i++) {
        struct buf names = BUF_INIT;
        put_names(rows[i], &names);
        buf_addf(out, "  only in %s: ", where);
        escape_terminal(buf_text(&names), names.len, out);
        buf_addc(out, '\n');
        buf_release(&names);
    }
    put_rest(shown, n, out);
}

static void put_changes(const struct changes *all, struct buf *out)
{
    struct change x = {0};
    while (changes_next(all, &x)) {
        buf_addf(out, "  %s: ", x.key);
        escape_terminal(*x.a ? x.a : "–", strlen(*x.a ? x.a : "–"), out);
        buf_adds(out, " → ");
        escape_terminal(*x.b ? x.b : "–", strlen(*x.b ? x.b : "–"), out);
        buf_addc(out, '\n');
    }
}

static void put_value(struct layout *l, const struct column *c, const struct record *r)
{
    struct buf value = BUF_INIT;
    if (c->type == COLUMN_IS_TEXT) {
        buf_adds(&value, column_text(c, r));
    } else {
        column_write_csv(c, r, &value);
    }
    layout_cell(l, "%s", value.len ? value.s : "–");
    buf_release(&value);
}

static void put_results(const struct comparison *c, bool all, struct buf *out)
{
    struct layout l = {.stem = "differences"};
    size_t shown = shown_of(c->n_results, all);
    layout_column(&l, LAYOUT_RIGHT, "relative");
    layout_column(&l, LAYOUT_LEFT, "column");
    layout_column(&l, LAYOUT_LEFT, "A");
    layout_column(&l, LAYOUT_LEFT, "B");
    layout_column(&l, LAYOUT_LEFT, "cell");
    for (size_t i = 0; i < shown; i++) {
        const struct difference *d = &c->results[i];
        struct buf names = BUF_INIT;
        put_names(d->a, &names);
        if (isfinite(d->relative)) {
            layout_cell(&l, "%.2g", d->relative);
        } else {
            layout_cell(&l, "–");
        }
        layout_cell(&l, "%s", d->column->name);
        put_value(&l, d->column, d->a);
        put_value(&l, d->column, d->b);
        layout_cell(&l, "%s", buf_text(&names));
        buf_release(&names);
    }
    buf_addc(out, '\n');
    layout_terminal(&l, out);
    put_rest(shown, c->n_results, out);
    layout_release(&l);
}

void differences_text(const struct comparison *c, struct difference_names n, struct buf *out)
{
    buf_addf(out, "A: %s\nB: %s\n\n", n.a, n.b);
    buf_addf(out, "cells: %zu in both, %zu only in A, %zu only in B\n", c->n_both, c->n_only_a,
             c->n_only_b);
    put_only("A", c->only_a, c->n_only_a, n.all, out);
    put_only("B", c->only_b, c->n_only_b, n.all, out);
    if (c->spec_known) {
        buf_addf(out, "spec: %zu differ, %zu of them count\n", c->spec.n, c->spec.n_counted);
        put_changes(&c->spec, out);
    } else {
        buf_adds(out, "spec: not compared, for one of them has no spec.resolved.yaml\n");
    }
    buf_addf(out, "provenance: %zu differ, %zu of them count\n", c->provenance.n,
             c->provenance.n_counted);
    put_changes(&c->provenance, out);
    buf_addf(out, "results: %zu of %zu values differ by more than %g of themselves, in %zu cells\n",
             c->n_results, c->n_values, n.tolerance, c->n_differ);
    if (c->n_results) {
        put_results(c, n.all, out);
    }
}

static void json_names(struct json_out *j, const struct record *r)
{
    static const char *const names[] = {"model", "method", "variant", "protocol", "seed"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_key(j, names[i]);
        column_write_json(columns_find(&record_table, names[i]), r, j);
    }
}

static void json_only(struct json_out *j, const char *key, const struct record *const *rows,
                      size_t n)
{
    json_key(j, key);
    json_open(j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open_flat(j, '{');
        json_names(j, rows[i]);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_changes(struct json_out *j, const char *key, const struct changes *all)
{
    struct change x = {0};
    json_key(j, key);
    json_open(j, '[');
    while (changes_next(all, &x)) {
        json_open_flat(j, '{');
        json_key_text(j, "key", x.key);
        json_key_text(j, "a", *x.a ? x.a : NULL);
        json_key_text(j, "b", *x.b ? x.b : NULL);
        json_close(j, '}');
    }
    json_close(j, ']');
}

void differences_json(const struct comparison *c, struct difference_names n, struct buf *out)
{
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    json_key_text(&j, "a", n.a);
    json_key_text(&j, "b", n.b);
    json_key(&j, "equal");
    json_bool_out(&j, comparison_equal(c));
    json_key_real(&j, "tolerance", n.tolerance);
    json_key_int(&j, "cells_in_both", (int64_t)c->n_both);
    json_only(&j, "cells_only_in_a", c->only_a, c->n_only_a);
    json_only(&j, "cells_only_in_b", c->only_b, c->n_only_b);
    json_changes(&j, "spec", &c->spec);
    json_changes(&j, "provenance", &c->provenance);
    json_key(&j, "results");
    json_open(&j, '[');
    for (size_t i = 0; i < c->n_results; i++) {
        const struct difference *d = &c->results[i];
        json_open_flat(&j, '{');
        json_names(&j, d->a);
        json_key_text(&j, "column", d->column->name);
        json_key(&j, "a");
        column_write_json(d->column, d->a, &j);
        json_key(&j, "b");
        column_write_json(d->column, d->b, &j);
        json_key_real(&j, "relative", d->relative);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
}
