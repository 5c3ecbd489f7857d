#include "results/store.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_file.h"
#include "results/sealed.h"
#include "spec/paths.h"
#include "spec/yaml.h"

int store_init(struct store *s, const char *root, const char *name, struct err *e)
{
    *s = (struct store){0};
    if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return err_set(e, "\"%s\" cannot be the name of an experiment: it names its folder", name);
    }
    if (strchr(root, '\n')) { /* lists of what was written have one path a line */
        return err_set(e, "a folder with a line end in its name cannot hold results: %.200s", root);
    }
    bool here = !*root || strcmp(root, ".") == 0;
    size_t n = strlen(root);
    const char *slash = here || root[n - 1] == '/' ? "" : "/";
    buf_addf(&s->results, "%s%sresults/%s", here ? "" : root, slash, name);
    buf_addf(&s->plots, "%s%splots/%s", here ? "" : root, slash, name);
    if (buf_check(&s->results, e) || buf_check(&s->plots, e)) {
        store_release(s);
        return -1;
    }
    return 0;
}

void store_release(struct store *s)
{
    buf_release(&s->results);
    buf_release(&s->plots);
}

/* Removes what a killed run left half written, but in the cells: those are swept one by one. */
static void sweep(const struct store *s)
{
    static const char *const folders[] = {"", "/tables", "/timing"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct buf folder = BUF_INIT;
        buf_addf(&folder, "%s%s", s->results.s, folders[i]);
        file_sweep(buf_text(&folder));
        buf_release(&folder);
    }
}

int store_prepare(const struct store *s, struct err *e)
{
    struct buf cells = BUF_INIT;
    buf_addf(&cells, "%s/cells", s->results.s);
    int status = buf_check(&cells, e);
    if (!status && (file_make_dirs(cells.s, e) || file_make_dirs(s->plots.s, e))) {
        status = err_prefix(e, "results cannot be written");
    }
    if (!status) {
        sweep(s);
    }
    buf_release(&cells);
    return status;
}

/* Whether the document is of this format and key: what is wrong with it then is worth telling. */
static bool is_asked_for(const json_t *root, const char *key)
{
    const json_t *format = json_object_get(root, "format");
    const char *stored = json_string_value(json_object_get(root, "key"));
    return json_is_integer(format) && json_integer_value(format) == RESULT_FORMAT && stored &&
           strcmp(stored, key) == 0;
}

/* Record and details of a document that is asked for, if its content is what was written. */
static bool take_result(const json_t *root, const char *path, struct record *r,
                        struct cell_details *d, struct err *why)
{
    return record_read_json(r, json_object_get(root, "record"), path, why) == 0 &&
           sealed_check(root, path, RESULT_FORMAT, why) == 0 &&
           details_read_json(d, root, path, why) == 0;
}

int store_read_cell(const struct store *s, const char *id, const char *key, struct record *r,
                    struct cell_details *details, bool *found, struct err *unfit, struct err *e)
{
    struct buf path = BUF_INIT;
    struct err why = {.memory = false};
    *found = false;
    buf_addf(&path, "%s/cells/%s/result.json", s->results.s, id);
    int status = buf_check(&path, e);
    if (!status) {
        /* Whatever is wrong with the file, the cell is computed again and the file replaced. */
        json_t *root = json_file_read(path.s, &why);
        struct record read;
        struct cell_details read_details = details_none();
        bool asked_for = root && is_asked_for(root, key);
        *found = asked_for && take_result(root, path.s, &read, &read_details, &why);
        if (*found) {
            *r = read;
        }
        if (*found && details) {
            *details = read_details;
        } else {
            details_release(&read_details);
        }
        json_decref(root);
        if (why.memory) { /* of the file it tells nothing */
            *e = why;
            status = -1;
        } else if (unfit && asked_for && !*found) {
            *unfit = why;
        }
    }
    buf_release(&path);
    return status;
}

/* The head first, which listing.h reads alone. */
static void write_result(const struct spec *spec, const struct cell *c,
                         const struct result_inputs *inputs, const struct record *r,
                         const struct cell_details *details, struct buf *out)
{
    struct buf described = BUF_INIT;
    cell_describe(spec, c, &described);
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    json_key_int(&j, "format", RESULT_FORMAT);
    json_key_text(&j, "key", inputs->key);
    json_key(&j, "inputs");
    json_open(&j, '{');
    json_key_text(&j, "model", inputs->model);
    json_key_text(&j, "texts", inputs->texts);
    json_key_text(&j, "calibration", inputs->calibration);
    json_key_int(&j, "algorithm", inputs->algorithm);
    json_close(&j, '}');
    json_key_text(&j, "id", c->id);
    json_key_text(&j, "cell", buf_text(&described));
    json_key(&j, "record");
    json_open(&j, '{');
    record_write_json(r, &j);
    json_close(&j, '}');
    if (details) {
        details_write_json(details, &j);
    }
    json_close(&j, '}');
    out->failed = out->failed || described.failed;
    buf_release(&described);
}

/* The folder of a cell that is going to be written, there and clear of half-written files. */
static int cell_folder(struct buf *folder, const struct store *s, const char *id, struct err *e)
{
    buf_addf(folder, "%s/cells/%s", s->results.s, id);
    if (buf_check(folder, e) || file_make_own_dir(folder->s, e)) {
        return -1;
    }
    file_sweep(folder->s);
    return 0;
}

/* A failure of an earlier run says nothing any more. That there is none is the usual case. */
static void forget_failure(const struct buf *folder)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/failed.json", buf_text(folder));
    if (!path.failed) {
        unlink(path.s);
    }
    buf_release(&path);
}

static int write_evidence(const struct buf *folder, const struct evidence *v, struct err *e)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/%s", buf_text(folder), EVIDENCE_FILE);
    int status = buf_check(&path, e);
    if (!status && v) {
        status = evidence_write(v, path.s, e);
    }
    buf_release(&path);
    return status;
}

int store_write_cell(const struct store *s, const struct spec *spec, const struct cell *c,
                     const struct result_inputs *inputs, const struct record *r,
                     const struct cell_details *details, const struct evidence *evidence,
                     const struct buf *provenance_json, struct err *e)
{
    struct buf folder = BUF_INIT, yaml = BUF_INIT, result = BUF_INIT;
    cell_write(spec, c, &yaml);
    write_result(spec, c, inputs, r, details, &result);
    int status = -1;
    if (sealed_close(&result, e) || cell_folder(&folder, s, c->id, e) ||
        file_write_member_text(folder.s, "cell.yaml", &yaml, e) ||
        write_evidence(&folder, evidence, e) ||
        file_write_member_text(folder.s, "provenance.json", provenance_json, e)) {
        goto out;
    }
    file_sync_folder(folder.s); /* a result is never there without the others */
    if (file_write_text(folder.s, "result.json", &result, e)) {
        goto out;
    }
    forget_failure(&folder);
    status = 0;
out:
    buf_release(&folder);
    buf_release(&yaml);
    buf_release(&result);
    return status;
}

int store_write_failure(const struct store *s, const struct cell *c, const char *sentence,
                        struct err *e)
{
    struct buf folder = BUF_INIT, json = BUF_INIT;
    struct json_out j = json_begin(&json);
    json_open(&j, '{');
    json_key_text(&j, "id", c->id);
    json_key_text(&j, "error", sentence);
    json_close(&j, '}');
    int status =
        cell_folder(&folder, s, c->id, e) || file_write_text(folder.s, "failed.json", &json, e) ? -1
                                                                                                : 0;
    buf_release(&folder);
    buf_release(&json);
    return status;
}

static bool has_file(const struct store *s, const char *id, const char *name)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/cells/%s/%s", s->results.s, id, name);
    bool there = !path.failed && file_exists(path.s);
    buf_release(&path);
    return there;
}

bool store_has_failure(const struct store *s, const char *id)
{
    return has_file(s, id, "failed.json");
}

bool store_has_result(const struct store *s, const char *id)
{
    return has_file(s, id, "result.json");
}

static const char origin_mark[] = "# of ";

/* The spec's file seen from the root, quoted: what is written behind the mark. */
static void add_origin(struct buf *out, const struct spec *spec)
{
    struct err ignored;
    char *absolute = path_absolute(spec->path, &ignored);
    if (absolute) {
        yaml_quote(out, absolute);
    }
    out->failed = out->failed || !absolute;
    free(absolute);
}

int store_write_spec(const struct store *s, const struct spec *spec, struct err *e)
{
    struct buf yaml = BUF_INIT;
    buf_adds(&yaml, origin_mark);
    add_origin(&yaml, spec);
    buf_addc(&yaml, '\n');
    spec_write(spec, &yaml);
    int status = file_write_text(s->results.s, "spec.resolved.yaml", &yaml, e);
    buf_release(&yaml);
    return status;
}

int store_other_origin(struct buf *out, const struct store *s, const struct spec *spec,
                       struct err *e)
{
    struct buf path = BUF_INIT, yaml = BUF_INIT, own = BUF_INIT;
    struct err why = {.memory = false};
    size_t mark = sizeof origin_mark - 1;
    buf_addf(&path, "%s/spec.resolved.yaml", s->results.s);
    add_origin(&own, spec);
    int status = buf_check(&path, e) || buf_check(&own, e) ? -1 : 0;
    if (!status && file_exists(path.s) && file_read_stored(&yaml, path.s, &why) == 0 &&
        strncmp(buf_text(&yaml), origin_mark, mark) == 0) {
        size_t n = strcspn(yaml.s + mark, "\n");
        if (n != own.len || memcmp(yaml.s + mark, buf_text(&own), n) != 0) {
            buf_add(out, yaml.s + mark, n);
        }
    }
    if (why.memory) {
        *e = why;
        status = -1;
    }
    buf_release(&path);
    buf_release(&yaml);
    buf_release(&own);
    return status ? status : buf_check(out, e);
}
