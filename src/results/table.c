#include "results/store.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_file.h"
#include "base/mem.h"

enum { TABLE_FORMAT = 1 };

static void write_csv(const struct record *rows, size_t n, struct buf *out)
{
    record_write_csv_header(out);
    for (size_t i = 0; i < n; i++) {
        record_write_csv(&rows[i], out);
    }
}

static void write_json(const struct spec *spec, const struct record *rows, size_t n,
                       struct buf *out)
{
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    json_key_int(&j, "format", TABLE_FORMAT);
    json_key_text(&j, "experiment", spec->name);
    json_key(&j, "columns");
    json_open(&j, '[');
    for (size_t i = 0; i < record_n_columns; i++) {
        const struct column *c = &record_columns[i];
        json_open_flat(&j, '{');
        json_key_text(&j, "name", c->name);
        json_key_text(&j, "type", column_type_name(c));
        json_key_text(&j, "unit", *c->unit ? c->unit : NULL);
        json_key_text(&j, "help", c->help);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_key(&j, "rows");
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open_flat(&j, '{');
        record_write_json(&rows[i], &j);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
}

int table_write(const struct store *s, const struct spec *spec, const struct record *rows, size_t n,
                struct err *e)
{
    struct buf csv = BUF_INIT, json = BUF_INIT;
    write_csv(rows, n, &csv);
    write_json(spec, rows, n, &json);
    /* The spec last: a table that a kill leaves without its own must not pass for it. */
    int status = file_make_dirs(s->results.s, e) ||
                         file_write_text(s->results.s, "table.csv", &csv, e) ||
                         file_write_text(s->results.s, "table.json", &json, e) ||
                         store_write_spec(s, spec, e)
                     ? -1
                     : 0;
    buf_release(&csv);
    buf_release(&json);
    return status;
}

/* The columns of a record that name a variant; its protocol does not. */
static const char *const variant_names[] = {"model", "method", "variant", "seed"};
enum { VARIANT_NAMES = sizeof variant_names / sizeof variant_names[0] };

static bool same_variant(const struct record *a, const struct record *b)
{
    return strcmp(a->model, b->model) == 0 && strcmp(a->method, b->method) == 0 &&
           strcmp(a->variant, b->variant) == 0 && a->seed == b->seed;
}

/* Whether the tensors of row i are there already, with another protocol. */
static bool is_repeated(const struct record *rows, const struct cell_details *details, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (details[k].n_tensors && same_variant(&rows[k], &rows[i])) {
            return true;
        }
    }
    return false;
}

static void write_tensor_names(struct buf *out)
{
    for (size_t c = 0; c < VARIANT_NAMES; c++) {
        buf_addf(out, "%s,", variant_names[c]);
    }
    columns_write_csv_names(&tensor_columns, out);
    buf_addc(out, '\n');
}

static void write_tensor(const struct record *r, const struct tensor_row *row, struct buf *out)
{
    for (size_t c = 0; c < VARIANT_NAMES; c++) {
        column_write_csv(columns_find(&record_table, variant_names[c]), r, out);
        buf_addc(out, ',');
    }
    columns_write_csv(&tensor_columns, row, out);
    buf_addc(out, '\n');
}

int tensors_write(const struct store *s, const struct record *rows,
                  const struct cell_details *details, size_t n, struct err *e)
{
    struct buf csv = BUF_INIT, path = BUF_INIT;
    size_t written = 0;
    write_tensor_names(&csv);
    for (size_t i = 0; i < n; i++) {
        if (details[i].n_tensors && !is_repeated(rows, details, i)) {
            for (size_t t = 0; t < details[i].n_tensors; t++) {
                write_tensor(&rows[i], &details[i].tensors[t], &csv);
                written++;
            }
        }
    }
    buf_addf(&path, "%s/tensors.csv", s->results.s);
    int status = buf_check(&path, e);
    if (!status && written) {
        status = file_write_text(s->results.s, "tensors.csv", &csv, e);
    } else if (!status && unlink(path.s) && errno != ENOENT) {
        status = err_errno(e, errno, "cannot remove %s, which is out of date", path.s);
    }
    buf_release(&csv);
    buf_release(&path);
    return status;
}

static int read_rows(const json_t *root, const char *path, struct record **rows, size_t *n,
                     struct err *e)
{
    const json_t *format = json_object_get(root, "format");
    const json_t *stored = json_object_get(root, "rows");
    if (!json_is_integer(format) || json_integer_value(format) != TABLE_FORMAT ||
        !json_is_array(stored)) {
        return err_set(e, "%s is not a table of format %d", path, TABLE_FORMAT);
    }
    *n = json_array_size(stored);
    if (*n == 0) {
        return err_set(e, "%s has no rows", path);
    }
    *rows = mem_new(*n, sizeof **rows, e);
    if (!*rows) {
        return -1;
    }
    for (size_t i = 0; i < *n; i++) {
        if (record_read_json(&(*rows)[i], json_array_get(stored, i), path, e)) {
            return err_prefix(e, "row %zu", i + 1);
        }
    }
    return 0;
}

int table_read_file(const char *path, struct record **rows, size_t *n, struct err *e)
{
    *rows = NULL;
    *n = 0;
    json_t *root = json_file_read(path, e);
    int status = root ? read_rows(root, path, rows, n, e) : -1;
    json_decref(root);
    if (status) {
        free(*rows);
        *rows = NULL;
        *n = 0;
    }
    return status;
}

int table_read(const struct store *s, const struct spec *spec, struct record **rows, size_t *n,
               struct err *e)
{
    struct buf path = BUF_INIT;
    int status = -1;
    *rows = NULL;
    *n = 0;
    buf_addf(&path, "%s/table.json", s->results.s);
    if (buf_check(&path, e)) {
        goto out;
    }
    if (!file_exists(path.s)) {
        err_set(e,
                "there are no results of %s (no %s): run `nashswarm run %s` (or `make reproduce "
                "SPEC=%s`) first",
                spec->name, path.s, spec->path, spec->path);
        goto out;
    }
    status = table_read_file(path.s, rows, n, e);
    if (status) {
        char problem[ERR_MAX];
        memcpy(problem, e->text, sizeof problem);
        err_set(e, "%.1200s; `nashswarm run %.600s` writes the table anew", problem, spec->path);
    }
out:
    buf_release(&path);
    return status;
}
