#include "claims/reference.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json_file.h"
#include "claims/deciding.h"

/* An entry of the file, its texts borrowed from the document. */
struct entry {
    const char *id;
    enum verdict verdict;
    double value;
};

static int entry_read(struct entry *out, const json_t *item, const char *path, struct err *e)
{
    const char *verdict = json_string_value(json_object_get(item, "verdict"));
    const json_t *value = json_object_get(item, "value");
    out->id = json_string_value(json_object_get(item, "id"));
    out->value = json_is_number(value) ? json_number_value(value) : (double)NAN;
    for (size_t i = 0; out->id && verdict && i < VERDICTS; i++) {
        if (strcmp(verdict, verdict_names[i]) == 0) {
            out->verdict = (enum verdict)i;
            return 0;
        }
    }
    return err_set(e,
                   "%s: \"%s\" with the verdict \"%s\" is no entry of a reference; `nashswarm "
                   "verify --update-reference` writes the file anew once this one is removed",
                   path, out->id ? out->id : "", verdict ? verdict : "");
}

/* The document (json_decref() it) and its list of entries; NULL with `e` set. */
static json_t *reference_open(const char *path, const json_t **list, struct err *e)
{
    json_t *root = json_file_read(path, e);
    *list = root ? json_object_get(root, "claims") : NULL;
    if (root && !json_is_array(*list)) {
        json_decref(root);
        err_set(e, "%s: a reference has a list \"claims\", and there is none", path);
        return NULL;
    }
    return root;
}

static const struct verdict_row *find_row(const struct verdicts *v, const char *id)
{
    for (size_t i = 0; i < v->n; i++) {
        if (strcmp(v->rows[i].id, id) == 0) {
            return &v->rows[i];
        }
    }
    return NULL;
}

static bool needs(const struct verdicts *v, const struct verdict_row *r, const char *const *results)
{
    const struct claim_value *x = &r->claim->values[KEY_RESULTS];
    for (size_t i = 0; x->present && results[i]; i++) {
        if (strcmp(v->ledger->results[x->index].name, results[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_lost(const struct verdicts *v, const struct entry *was, const struct verdict_row *r,
                    const char *const *required)
{
    if (was->verdict < VERDICT_DIRECTION) {
        return false;
    }
    if (!r) {
        return true;
    }
    return r->answer.verdict < was->verdict &&
           (r->answer.verdict != VERDICT_UNMEASURED || needs(v, r, required));
}

static void say_lost(const struct entry *was, const struct verdict_row *r, struct buf *out)
{
    buf_addf(out, "%s was %s", was->id, verdict_names[was->verdict]);
    if (!isnan(was->value)) {
        buf_addf(out, " (%s)", number_significant(was->value).text);
    }
    if (r) {
        buf_addf(out, " and is now %s: %s\n", verdict_names[r->answer.verdict], r->answer.why);
    } else {
        buf_adds(out, " and is no longer in the ledger\n");
    }
}

int reference_compare(const struct verdicts *v, const char *path, const char *const *required,
                      struct buf *lost, size_t *n_lost, bool *there, struct err *e)
{
    const json_t *list;
    *n_lost = 0;
    *there = file_exists(path);
    if (!*there) {
        return 0;
    }
    json_t *root = reference_open(path, &list, e);
    int status = root ? 0 : -1;
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        struct entry was;
        status = entry_read(&was, json_array_get(list, i), path, e);
        const struct verdict_row *r = status ? NULL : find_row(v, was.id);
        if (!status && is_lost(v, &was, r, required)) {
            say_lost(&was, r, lost);
            ++*n_lost;
        }
    }
    json_decref(root);
    return status;
}

static void put_entry(struct json_out *j, const char *id, enum verdict verdict, double value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.4g", value);
    json_open_flat(j, '{');
    json_key_text(j, "id", id);
    json_key_text(j, "verdict", verdict_names[verdict]);
    json_key_real(j, "value", isfinite(value) ? strtod(digits, NULL) : (double)NAN);
    json_close(j, '}');
}

/* What the old file says of a claim, if anything. */
static void put_former(struct json_out *j, const json_t *list, const struct verdict_row *r)
{
    struct err ignored;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct entry was;
        if (entry_read(&was, json_array_get(list, i), "", &ignored) == 0 &&
            strcmp(was.id, r->id) == 0) {
            put_entry(j, was.id, was.verdict, was.value);
            return;
        }
    }
    put_entry(j, r->id, r->answer.verdict, NAN);
}

int reference_update(const struct verdicts *v, const char *path, struct err *e)
{
    struct buf text = BUF_INIT, folder = BUF_INIT;
    const json_t *list = NULL;
    json_t *root = NULL;
    int status = -1;
    if (file_exists(path) && !(root = reference_open(path, &list, e))) {
        goto out;
    }
    struct json_out j = json_begin(&text);
    json_open(&j, '{');
    json_key_int(&j, "format", 1);
    json_key(&j, "claims");
    json_open(&j, '[');
    for (size_t i = 0; i < v->n; i++) {
        const struct verdict_row *r = &v->rows[i];
        if (r->answer.verdict == VERDICT_UNMEASURED) {
            put_former(&j, list, r);
        } else {
            put_entry(&j, r->id, r->answer.verdict, r->answer.value);
        }
    }
    json_close(&j, ']');
    json_close(&j, '}');
    file_folder(path, &folder);
    status = buf_check(&text, e) || buf_check(&folder, e) || file_make_dirs(folder.s, e) ||
                     file_write(path, text.s, text.len, e)
                 ? -1
                 : 0;
out:
    json_decref(root);
    buf_release(&text);
    buf_release(&folder);
    return status;
}
