#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json_file.h"
#include "report/browse.h"
#include "report/escape.h"
#include "report/layout.h"
#include "results/details.h"
#include "results/sealed.h"
#include "results/store.h"

/* A file of the cell under a heading, indented, free of what a terminal would obey. */
static int put_file(const char *folder, const char *name, const char *heading, struct buf *out,
                    struct err *e)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    buf_addf(&path, "%s/%s", folder, name);
    int status = buf_check(&path, e);
    if (!status && file_exists(path.s)) {
        status = file_read_stored(&text, path.s, e);
        buf_addf(out, "\n%s (%s)\n", heading, name);
        for (const char *line = buf_text(&text); !status && *line;) {
            size_t n = strcspn(line, "\n");
            buf_adds(out, "  ");
            escape_terminal(line, n, out);
            buf_addc(out, '\n');
            line += n + (line[n] == '\n');
        }
    }
    buf_release(&path);
    buf_release(&text);
    return status;
}

static void put_record(const struct record *r, struct buf *out)
{
    struct layout l = {.stem = "record"};
    layout_column(&l, LAYOUT_LEFT, "column");
    layout_column(&l, LAYOUT_LEFT, "value");
    layout_column(&l, LAYOUT_LEFT, "unit");
    layout_column(&l, LAYOUT_LEFT, "help");
    for (size_t i = 0; i < record_table.n; i++) {
        const struct column *c = &record_table.each[i];
        struct buf value = BUF_INIT;
        if (c->type == COLUMN_IS_TEXT) {
            buf_adds(&value, column_text(c, r));
        } else {
            column_write_csv(c, r, &value);
        }
        layout_cell(&l, "%s", c->name);
        layout_cell(&l, "%s", value.len ? value.s : "–");
        layout_cell(&l, "%s", c->unit);
        layout_cell(&l, "%s", c->help);
        buf_release(&value);
    }
    buf_adds(out, "\nResult\n");
    layout_terminal(&l, out);
    layout_release(&l);
}

static int put_tensors(const struct cell_details *d, struct buf *out, struct err *e)
{
    struct pick all = {0};
    const void **rows = calloc(d->n_tensors + 1, sizeof *rows);
    if (!rows || pick_parse(&all, &tensor_columns, "all", e)) {
        free(rows);
        return err_set(e, "out of memory for the rows of %zu tensors", d->n_tensors);
    }
    for (size_t i = 0; i < d->n_tensors; i++) {
        rows[i] = &d->tensors[i];
    }
    if (d->n_tensors) {
        buf_adds(out, "\nTensors\n");
        browse_rows(&all, rows, NULL, d->n_tensors, BROWSE_TEXT, out);
    }
    free(rows);
    return 0;
}

/* The members of an object, one a line. */
static void put_flat(const char *heading, const json_t *object, struct buf *out)
{
    struct flat f = {0};
    flat_add_json(&f, "", object);
    if (f.n) {
        buf_addf(out, "\n%s\n", heading);
    }
    for (const char *key = flat_next(&f, NULL); key; key = flat_next(&f, key)) {
        const char *value = flat_value(key);
        buf_addf(out, "  %-24s ", key);
        escape_terminal(value, strlen(value), out);
        buf_addc(out, '\n');
    }
    out->failed = out->failed || f.text.failed;
    flat_release(&f);
}

/* result.json: the record (the table's, if it has one), tensors and solver. */
static int put_result(const char *path, const struct record *row, struct buf *out, struct err *e)
{
    struct record r;
    struct cell_details d = details_none();
    json_t *root = json_file_read(path, e);
    int status = root ? sealed_check(root, path, RESULT_FORMAT, e) : -1;
    if (!status && row) {
        r = *row; /* which knows the baseline too */
    } else if (!status) {
        status = record_read_json(&r, json_object_get(root, "record"), path, e);
    }
    if (!status && !(status = details_read_json(&d, root, path, e))) {
        put_record(&r, out);
        status = put_tensors(&d, out, e);
        put_flat("Solver", json_object_get(root, "solver"), out);
    }
    details_release(&d);
    json_decref(root);
    return status;
}

int browse_cell(const struct stored *s, const char *id, const struct record *row, struct buf *out,
                struct err *e)
{
    struct buf folder = BUF_INIT, path = BUF_INIT;
    struct err ignored;
    buf_addf(&folder, "%s/cells/%s", s->folder.s, id);
    buf_addf(out, "%s\n", buf_text(&folder));
    int status = buf_check(&folder, e) ? -1 : put_file(folder.s, "cell.yaml", "Spec", out, e);
    buf_addf(&path, "%s/result.json", buf_text(&folder));
    if (!status && file_exists(buf_text(&path))) {
        status = put_result(path.s, row, out, e);
    } else if (!status) {
        buf_adds(out, "\nThere is no result.\n");
    }
    if (!status) {
        status = put_file(folder.s, "failed.json", "Failure", out, e);
    }
    buf_clear(&path);
    buf_addf(&path, "%s/provenance.json", buf_text(&folder));
    json_t *provenance = status ? NULL : json_file_read(buf_text(&path), &ignored);
    put_flat("Provenance (provenance.json)", provenance, out);
    json_decref(provenance);
    if (!status) {
        status = put_file(folder.s, "log", "Log", out, e);
    }
    buf_release(&folder);
    buf_release(&path);
    return status;
}
