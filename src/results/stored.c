#include "results/stored.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json_file.h"
#include "base/mem.h"
#include "results/store.h"

int stored_open(struct stored *s, const char *path, const char *spec, struct err *e)
{
    struct stat st;
    size_t n = strlen(path);
    *s = (struct stored){0};
    if (!spec && stat(path, &st)) {
        return err_set(e, "there is no %s: give a folder results/NAME or its table.json", path);
    }
    if (n > 5 && strcmp(path + n - 5, ".json") == 0) {
        file_folder(path, &s->folder);
        buf_adds(&s->table, path);
    } else {
        while (n > 1 && path[n - 1] == '/') {
            n--;
        }
        buf_add(&s->folder, path, n);
        buf_addf(&s->table, "%s/table.json", buf_text(&s->folder));
    }
    int status = buf_check(&s->folder, e) || buf_check(&s->table, e) ? -1 : 0;
    if (!status && !file_exists(s->table.s)) {
        status =
            err_set(e, "there are no results in %s (no table.json): run `nashswarm run %s` first",
                    s->folder.s, spec ? spec : "SPEC.yaml");
    } else if (!status) {
        status = table_read_file(s->table.s, &s->rows, &s->n, e);
    }
    if (status) {
        stored_release(s);
    }
    return status;
}

void stored_release(struct stored *s)
{
    buf_release(&s->folder);
    buf_release(&s->table);
    free(s->rows);
    free(s->cells);
    *s = (struct stored){0};
}

bool row_same_names(const struct record *a, const struct record *b)
{
    return strcmp(a->model, b->model) == 0 && strcmp(a->method, b->method) == 0 &&
           strcmp(a->variant, b->variant) == 0 && strcmp(a->protocol, b->protocol) == 0 &&
           a->seed == b->seed;
}

/* Gives the cell to its row; one that cannot be read, or has none, belongs to no row. */
static int place(struct stored *s, const char *id, struct err *e)
{
    struct buf path = BUF_INIT;
    struct record r;
    struct err ignored;
    buf_addf(&path, "%s/cells/%s/result.json", s->folder.s, id);
    int status = buf_check(&path, e);
    json_t *root = status ? NULL : json_file_read(path.s, &ignored);
    if (root && strlen(id) < CELL_TEXT &&
        record_read_json(&r, json_object_get(root, "record"), path.s, &ignored) == 0) {
        for (size_t i = 0; i < s->n; i++) {
            if (row_same_names(&s->rows[i], &r) && s->rows[i].loss_nats == r.loss_nats) {
                memcpy(s->cells[i].id, id, strlen(id) + 1);
                break;
            }
        }
    }
    json_decref(root);
    buf_release(&path);
    return status;
}

int stored_find_cells(struct stored *s, struct err *e)
{
    struct buf path = BUF_INIT;
    struct dirent **entries = NULL;
    s->cells = mem_new(s->n, sizeof *s->cells, e);
    if (!s->cells) {
        return -1;
    }
    for (size_t i = 0; i < s->n; i++) {
        s->cells[i].id[0] = '\0';
    }
    buf_addf(&path, "%s/cells", s->folder.s);
    int status = buf_check(&path, e);
    int n = status ? 0 : scandir(path.s, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) { /* no folder: a table alone, whose rows have no cells */
        if (!status && entries[i]->d_name[0] != '.') {
            status = place(s, entries[i]->d_name, e);
        }
        free(entries[i]);
    }
    free(entries);
    buf_release(&path);
    return status;
}

/* Whether `value` is one of the values in `set`. */
static bool has_value(const char *set, const char *value)
{
    size_t n = strlen(value);
    for (const char *at = set; at; at = strstr(at, " | ")) {
        at += at == set ? 0 : 3;
        if (strncmp(at, value, n) == 0 && (!at[n] || strncmp(at + n, " | ", 3) == 0)) {
            return true;
        }
    }
    return false;
}

static bool differs_anyhow(const char *key)
{
    return strcmp(key, "started") == 0 || strcmp(key, "wall_s") == 0 ||
           strcmp(key, "solve_s") == 0 || strcmp(key, "machine.peak_memory_mib") == 0;
}

/* Some dozens are written; the union takes the square of them. */
enum { ENTRIES_MAX = 1000 };

/* *all becomes the union with `one`: rebuilt only when there is something new. */
static void unite(struct flat *all, const struct flat *one)
{
    for (const char *key = flat_next(one, NULL); key; key = flat_next(one, key)) {
        const char *set = flat_find(all, key), *value = flat_value(key);
        if (differs_anyhow(key) || (set && has_value(set, value))) {
            continue;
        }
        if (!set) {
            flat_add(all, key, value);
            continue;
        }
        struct flat larger = {0};
        for (const char *k = flat_next(all, NULL); k; k = flat_next(all, k)) {
            struct buf values = BUF_INIT;
            buf_adds(&values, flat_value(k));
            if (strcmp(k, key) == 0) {
                buf_addf(&values, " | %s", value);
            }
            flat_add(&larger, k, buf_text(&values));
            larger.text.failed = larger.text.failed || values.failed;
            buf_release(&values);
        }
        flat_release(all);
        *all = larger;
    }
}

int stored_provenance(const struct stored *s, struct flat *f, struct err *e)
{
    struct buf path = BUF_INIT;
    int status = 0;
    for (size_t i = 0; i < s->n && !status; i++) {
        struct flat one = {0};
        struct err ignored;
        buf_clear(&path);
        buf_addf(&path, "%s/cells/%s/provenance.json", s->folder.s, s->cells[i].id);
        status = buf_check(&path, e);
        json_t *root = status || !*s->cells[i].id ? NULL : json_file_read(path.s, &ignored);
        if (root) {
            flat_add_json(&one, "", root);
            status =
                one.n > ENTRIES_MAX
                    ? err_set(e, "%s has %zu entries: it is not as it was written", path.s, one.n)
                    : 0;
        }
        if (!status) {
            unite(f, &one);
        }
        json_decref(root);
        flat_release(&one);
    }
    buf_release(&path);
    return status ? status : buf_check(&f->text, e);
}
