#include "results/cells.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/json_file.h"
#include "base/mem.h"
#include "results/cell_of_row.h"
#include "results/sealed.h"

static int planned(struct cell_name *cells, const struct spec *spec, const struct record *rows,
                   size_t n, struct err *e)
{
    struct plan plan;
    if (plan_make(&plan, spec, e)) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        const struct cell *c = cell_of_row(&plan, spec, &rows[i], i);
        cells[i].id[0] = '\0';
        if (c) {
            memcpy(cells[i].id, c->id, sizeof cells[i].id);
        }
    }
    plan_release(&plan);
    return 0;
}

/* FILE in the folder of a cell. */
static int cell_path(struct buf *path, const struct store *s, const char *id, const char *file,
                     struct err *e)
{
    buf_clear(path);
    buf_addf(path, "%s/cells/%s/%s", buf_text(&s->results), id, file);
    return buf_check(path, e);
}

static int have_results(bool *all, const struct store *s, const struct cell_name *cells, size_t n,
                        struct err *e)
{
    struct buf path = BUF_INIT;
    int status = 0;
    *all = true;
    for (size_t i = 0; i < n && *all && !status; i++) {
        status = cell_path(&path, s, cells[i].id, "result.json", e);
        *all = !status && *cells[i].id && file_exists(path.s);
    }
    buf_release(&path);
    return status;
}

int cells_of_rows(struct cell_name *cells, const struct store *store, const struct spec *spec,
                  const struct record *rows, size_t n, struct err *e)
{
    bool all;
    struct stored stored = {.n = n};
    if (planned(cells, spec, rows, n, e) || have_results(&all, store, cells, n, e)) {
        return -1;
    }
    if (all) {
        return 0;
    }
    int status = -1;
    buf_adds(&stored.folder, buf_text(&store->results));
    stored.rows = mem_new(n, sizeof *rows, e);
    if (stored.rows && buf_check(&stored.folder, e) == 0) {
        memcpy(stored.rows, rows, n * sizeof *rows);
        status = stored_find_cells(&stored, e);
    }
    for (size_t i = 0; i < n && !status; i++) {
        if (*stored.cells[i].id) {
            cells[i] = stored.cells[i];
        }
    }
    stored_release(&stored);
    return status;
}

/* The first column, but for the variant's name, in which two rows differ; NULL: none. */
static const struct column *first_difference(const struct record *a, const struct record *b)
{
    for (size_t i = 0; i < record_n_columns; i++) {
        const struct column *c = &record_columns[i];
        bool text = c->type == COLUMN_IS_TEXT;
        double x = text ? 0 : column_number(c, a), y = text ? 0 : column_number(c, b);
        bool same = text ? strcmp(column_text(c, a), column_text(c, b)) == 0
                         : x == y || (isnan(x) && isnan(y));
        if (!same && strcmp(c->name, "variant") != 0) {
            return c;
        }
    }
    return NULL;
}

static int check_row(struct cell_name *cell, const char *path, const struct store *s,
                     const struct record *row, size_t number, struct err *e)
{
    struct record stored;
    json_t *root = json_file_read(path, e);
    int status = !root || record_read_json(&stored, json_object_get(root, "record"), path, e) ||
                         sealed_check(root, path, RESULT_FORMAT, e)
                     ? -1
                     : 0;
    const struct column *c = status ? NULL : first_difference(row, &stored);
    if (c && (stored.texts != row->texts || stored.tokens != row->tokens)) {
        cell->id[0] = '\0';
    } else if (c) {
        status = err_set(e,
                         "%s/table.json: row %zu is not what %s has: %s differs; run the "
                         "experiment again, which writes the table anew",
                         buf_text(&s->results), number, path, c->name);
    }
    json_decref(root);
    return status;
}

int cells_check_rows(struct cell_name *cells, const struct store *s, const struct record *rows,
                     size_t n, struct err *e)
{
    struct buf path = BUF_INIT;
    int status = 0;
    for (size_t i = 0; i < n && !status; i++) {
        status = cell_path(&path, s, cells[i].id, "result.json", e);
        if (!status && *cells[i].id && file_exists(path.s)) {
            status = check_row(&cells[i], path.s, s, &rows[i], i + 1, e);
        }
    }
    buf_release(&path);
    return status;
}

int cell_read_details(struct cell_details *d, const struct store *s, const char *id, struct err *e)
{
    struct buf path = BUF_INIT;
    *d = details_none();
    int status = cell_path(&path, s, id, "result.json", e);
    if (!status && *id && file_exists(path.s)) {
        json_t *root = json_file_read(path.s, e);
        status = !root || sealed_check(root, path.s, RESULT_FORMAT, e) ||
                         details_read_json(d, root, path.s, e)
                     ? -1
                     : 0;
        json_decref(root);
    }
    buf_release(&path);
    return status;
}

/* Evidence is in 32-bit floats: its mean and the row's differ by their rounding, and by no more. */
static int check_evidence(const struct evidence *v, const struct record *row, const char *path,
                          struct err *e)
{
    double loss = evidence_mean(v, v->nll), baseline = evidence_mean(v, v->baseline_nll);
    if (fabs(loss - row->loss_nats) <= 1e-6 * fmax(1, fabs(loss)) &&
        fabs(baseline - row->baseline_loss_nats) <= 1e-6 * fmax(1, fabs(baseline))) {
        return 0;
    }
    return err_set(e,
                   "%s is not of the result that the table has: its losses are %.6f nats and %.6f "
                   "of the baseline, those of the table %.6f and %.6f; delete its folder and run "
                   "the experiment again",
                   path, loss, baseline, row->loss_nats, row->baseline_loss_nats);
}

int cell_read_evidence(struct evidence *v, bool *found, const struct store *s, const char *id,
                       const struct record *row, struct err *e)
{
    struct buf path = BUF_INIT;
    *v = (struct evidence){0};
    int status = cell_path(&path, s, id, EVIDENCE_FILE, e);
    *found = !status && *id && file_exists(path.s);
    if (*found) {
        status = evidence_read(v, path.s, e);
        if (!status && check_evidence(v, row, path.s, e)) {
            evidence_release(v);
            status = -1;
        }
        *found = !status;
    }
    buf_release(&path);
    return status;
}
