#include "results/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

static const struct record *twin(const struct record *r, const struct stored *in, size_t near)
{
    for (size_t k = 0; k < in->n; k++) { /* tables of one spec have their rows in one order */
        const struct record *other = &in->rows[(near + k) % in->n];
        if (row_same_names(r, other)) {
            return other;
        }
    }
    return NULL;
}

/* 0: equal. */
static double distance(const struct column *c, const struct record *a, const struct record *b)
{
    bool no_a = column_is_empty(c, a), no_b = column_is_empty(c, b);
    if (no_a || no_b) {
        return no_a == no_b ? 0 : (double)INFINITY;
    }
    if (c->type == COLUMN_IS_TEXT) {
        return strcmp(column_text(c, a), column_text(c, b)) == 0 ? 0 : (double)INFINITY;
    }
    double x = column_number(c, a), y = column_number(c, b);
    return x == y ? 0 : fabs(x - y) / fmax(fabs(x), fabs(y));
}

static int add(struct comparison *c, size_t *capacity, struct difference d, struct err *e)
{
    if (c->n_results == *capacity) {
        size_t larger = *capacity ? 2 * *capacity : 256;
        struct difference *grown = realloc(c->results, larger * sizeof *grown);
        if (!grown) {
            return err_set(e, "out of memory for %zu differences", larger);
        }
        c->results = grown;
        *capacity = larger;
    }
    c->results[c->n_results++] = d;
    return 0;
}

static int greatest_first(const void *x, const void *y)
{
    const struct difference *p = x, *q = y;
    int c = (p->relative < q->relative) - (p->relative > q->relative);
    c = c ? c : (p->a > q->a) - (p->a < q->a);
    return c ? c : (p->column > q->column) - (p->column < q->column);
}

static int compare_rows(struct comparison *c, const struct stored *a, const struct stored *b,
                        double tolerance, struct err *e)
{
    size_t capacity = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct record *r = &a->rows[i], *s = twin(r, b, i);
        if (!s) {
            c->only_a[c->n_only_a++] = r;
            continue;
        }
        c->n_both++;
        size_t before = c->n_results;
        for (size_t k = 0; k < record_table.n; k++) {
            struct difference d = {r, s, &record_table.each[k], 0};
            d.relative = distance(d.column, r, s);
            c->n_values++;
            if (d.relative > tolerance && add(c, &capacity, d, e)) {
                return -1;
            }
        }
        c->n_differ += c->n_results > before;
    }
    for (size_t i = 0; i < b->n; i++) {
        if (!twin(&b->rows[i], a, i)) {
            c->only_b[c->n_only_b++] = &b->rows[i];
        }
    }
    if (c->n_results) {
        qsort(c->results, c->n_results, sizeof *c->results, greatest_first);
    }
    return 0;
}

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* What an experiment and its files are called, and what is drawn of it. */
static bool spec_counts(const char *key)
{
    return strcmp(key, "name") != 0 && strcmp(key, "title") != 0 && !ends_in(key, ".path") &&
           strncmp(key, "report.", 7) != 0;
}

static bool provenance_counts(const char *key)
{
    return ends_in(key, ".sha256");
}

static void note(struct changes *to, const char *key, const char *a, const char *b,
                 bool (*counts)(const char *))
{
    buf_add(&to->text, key, strlen(key) + 1);
    buf_add(&to->text, a, strlen(a) + 1);
    buf_add(&to->text, b, strlen(b) + 1);
    to->n++;
    to->n_counted += counts(key);
}

/* Bytes of "methods.tiers." in "methods.tiers.cut"; 0 without two dots. */
static size_t group_of(const char *key)
{
    const char *first = strchr(key, '.'), *last = strrchr(key, '.');
    return first != last ? (size_t)(last - key) + 1 : 0;
}

static bool has_group(const struct flat *f, const char *key, size_t bytes)
{
    for (const char *k = flat_next(f, NULL); k; k = flat_next(f, k)) {
        if (strncmp(k, key, bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* What only one of the two has; a method that the other lacks is one change, not one a parameter.
 */
static void note_lone(struct changes *to, const struct flat *f, const struct flat *other, bool in_a,
                      bool (*counts)(const char *))
{
    const char *noted = "";
    size_t noted_bytes = 0;
    for (const char *key = flat_next(f, NULL); key; key = flat_next(f, key)) {
        size_t group = group_of(key);
        if (flat_find(other, key) || (noted_bytes && strncmp(key, noted, noted_bytes) == 0)) {
            continue;
        }
        const char *value = flat_value(key);
        struct buf name = BUF_INIT;
        if (group && !has_group(other, key, group)) {
            noted = key;
            noted_bytes = group;
            buf_add(&name, key, group - 1);
            value = "there";
        } else {
            buf_adds(&name, key);
        }
        note(to, buf_text(&name), in_a ? value : "", in_a ? "" : value, counts);
        to->text.failed = to->text.failed || name.failed;
        buf_release(&name);
    }
}

static void compare_flat(struct changes *to, const struct flat *a, const struct flat *b,
                         bool (*counts)(const char *))
{
    for (const char *key = flat_next(a, NULL); key; key = flat_next(a, key)) {
        const char *other = flat_find(b, key);
        if (other && strcmp(other, flat_value(key)) != 0) {
            note(to, key, flat_value(key), other, counts);
        }
    }
    note_lone(to, a, b, true, counts);
    note_lone(to, b, a, false, counts);
}

static int read_spec(struct flat *f, bool *known, const struct stored *s, struct err *e)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/spec.resolved.yaml", s->folder.s);
    int status = buf_check(&path, e);
    if (!status && file_exists(path.s)) {
        status = flat_read_yaml(f, path.s, e);
    } else {
        *known = false;
    }
    buf_release(&path);
    return status;
}

static int compare_documents(struct comparison *c, const struct stored *a, const struct stored *b,
                             struct err *e)
{
    struct flat spec_a = {0}, spec_b = {0}, from_a = {0}, from_b = {0};
    c->spec_known = true;
    int status = read_spec(&spec_a, &c->spec_known, a, e) ||
                         read_spec(&spec_b, &c->spec_known, b, e) ||
                         stored_provenance(a, &from_a, e) || stored_provenance(b, &from_b, e)
                     ? -1
                     : 0;
    if (!status) {
        if (c->spec_known) {
            compare_flat(&c->spec, &spec_a, &spec_b, spec_counts);
        }
        if (from_a.n && from_b.n) { /* a table alone has no provenance to differ */
            compare_flat(&c->provenance, &from_a, &from_b, provenance_counts);
        }
        status = buf_check(&c->spec.text, e) || buf_check(&c->provenance.text, e) ? -1 : 0;
    }
    flat_release(&spec_a);
    flat_release(&spec_b);
    flat_release(&from_a);
    flat_release(&from_b);
    return status;
}

int comparison_make(struct comparison *c, const struct stored *a, const struct stored *b,
                    double tolerance, struct err *e)
{
    *c = (struct comparison){0};
    c->only_a = mem_new(a->n, sizeof *c->only_a, e);
    c->only_b = c->only_a ? mem_new(b->n, sizeof *c->only_b, e) : NULL;
    if (!c->only_b || compare_rows(c, a, b, tolerance, e) || compare_documents(c, a, b, e)) {
        comparison_release(c);
        return -1;
    }
    return 0;
}

void comparison_release(struct comparison *c)
{
    free(c->only_a);
    free(c->only_b);
    free(c->results);
    buf_release(&c->spec.text);
    buf_release(&c->provenance.text);
    *c = (struct comparison){0};
}

bool comparison_equal(const struct comparison *c)
{
    return !c->n_only_a && !c->n_only_b && !c->n_results && !c->spec.n_counted &&
           !c->provenance.n_counted;
}

bool changes_next(const struct changes *all, struct change *change)
{
    const char *end = all->n ? all->text.s + all->text.len : NULL;
    const char *at = change->key ? change->b + strlen(change->b) + 1 : all->text.s;
    if (!end || at >= end) {
        return false;
    }
    change->key = at;
    change->a = change->key + strlen(change->key) + 1;
    change->b = change->a + strlen(change->a) + 1;
    return true;
}
