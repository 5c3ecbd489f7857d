/* In the copy that looks at a file: a walk over what it holds, which follows no link. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/h5_contents.h"
#include "base/h5_internal.h"
#include "base/isolate.h"

enum { NAME_MAX_INSIDE = 512 };

struct h5_reporter {
    const struct h5_subject *subject;
    struct buf report;
    size_t n; /* entries */
    int depth;
    char path[NAME_MAX_INSIDE]; /* of the group that is being walked, "" for the root */
};

const struct h5_subject *h5_reported(const struct h5_reporter *r)
{
    return r->subject;
}

static void add_entry(struct h5_reporter *r, const struct h5_header *h, const char *path,
                      const char *name, const char *text, const double *reals)
{
    size_t n = h->n_reals < H5_REALS_MAX ? h->n_reals : H5_REALS_MAX;
    buf_add(&r->report, h, sizeof *h);
    buf_add(&r->report, path, h->n_path);
    buf_add(&r->report, name, h->n_name);
    buf_add(&r->report, text, h->n_text);
    if (reals) {
        buf_add(&r->report, reals, n * sizeof *reals);
    }
    r->n++;
}

static struct h5_header header(enum h5_kind kind, const char *path, const char *name,
                               const char *text)
{
    return (struct h5_header){.kind = kind,
                              .n_path = (uint32_t)strlen(path),
                              .n_name = (uint32_t)strlen(name),
                              .n_text = (uint32_t)strlen(text)};
}

void h5_report(struct h5_reporter *r, enum h5_kind kind, const char *path, const char *name,
               const char *text)
{
    struct h5_header h = header(kind, path, name, text);
    add_entry(r, &h, path, name, text, NULL);
}

void h5_report_reals(struct h5_reporter *r, const char *path, const char *name, const double *reals,
                     size_t n)
{
    struct h5_header h = header(H5_REALS, path, name, "");
    h.n_reals = n;
    add_entry(r, &h, path, name, "", reals);
}

/* A file of more than a model can need is not walked to its end. */
static bool is_full(const struct h5_reporter *r)
{
    return r->n >= H5_ENTRIES_MAX || r->report.len > H5_REPORT_MAX / 2 || r->report.failed;
}

static herr_t see_attribute(hid_t group, const char *name, const H5A_info_t *info, void *context)
{
    struct h5_reporter *r = context;
    (void)info;
    if (is_full(r)) {
        return 1;
    }
    h5_child_attribute(r, *r->path ? r->path : "/", group, name);
    return 0;
}

static void walk(struct h5_reporter *r, hid_t group);

static void see_group(struct h5_reporter *r, hid_t group, const char *path)
{
    char outer[NAME_MAX_INSIDE];
    h5_report(r, H5_GROUP, path, "", "");
    if (r->depth == H5_DEPTH_MAX) {
        return; /* a group may even hold itself */
    }
    memcpy(outer, r->path, sizeof outer);
    snprintf(r->path, sizeof r->path, "%s", path);
    r->depth++;
    walk(r, group);
    r->depth--;
    memcpy(r->path, outer, sizeof outer);
}

static void see_array(struct h5_reporter *r, hid_t set, const char *path)
{
    struct err e;
    struct h5_array array;
    H5Eclear2(H5E_DEFAULT);
    if (h5_child_array(r->subject, path, set, &array, &e)) {
        h5_report(r, H5_REFUSED, path, "", e.text);
        return;
    }
    struct h5_header h = header(H5_ARRAY, path, "", "");
    h.array = array;
    add_entry(r, &h, path, "", "", NULL);
}

static void see_object(struct h5_reporter *r, hid_t group, const char *name, const char *path)
{
    struct err e;
    H5Eclear2(H5E_DEFAULT);
    hid_t id = H5Oopen(group, name, H5P_DEFAULT);
    H5I_type_t type = id < 0 ? H5I_BADID : H5Iget_type(id);
    if (type == H5I_GROUP) {
        see_group(r, id, path);
    } else if (type == H5I_DATASET) {
        see_array(r, id, path);
    } else if (id < 0) {
        h5_fail(&e, "cannot open %s in %s", path, r->subject->path);
        h5_report(r, H5_REFUSED, path, "", e.text);
    } else {
        err_set(&e, "%s in %s is not a data set", path, r->subject->path);
        h5_report(r, H5_REFUSED, path, "", e.text);
    }
    if (id >= 0) {
        H5Oclose(id);
    }
}

/* Soft and external links may lead anywhere, out of the file too: they are told of, not followed.
 */
static herr_t see_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    struct h5_reporter *r = context;
    char path[NAME_MAX_INSIDE];
    struct err e;
    int n = snprintf(path, sizeof path, "%s%s%s", r->path, *r->path ? "/" : "", name);
    if (is_full(r)) {
        return 1;
    }
    if (n >= (int)sizeof path) {
        return 0; /* nobody asks for such a name */
    }
    if (info->type == H5L_TYPE_HARD) {
        see_object(r, group, name, path);
        return 0;
    }
    err_set(&e, "%s in %s is %s link; write the data set itself", path, r->subject->path,
            info->type == H5L_TYPE_SOFT ? "a soft" : "an external");
    h5_report(r, H5_REFUSED, path, "", e.text);
    return 0;
}

/* What cannot be listed is missing; the error says so where the list begins. */
static void walk(struct h5_reporter *r, hid_t group)
{
    struct err e;
    if (H5Aiterate2(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, see_attribute, r) < 0 ||
        H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, see_link, r) < 0) {
        h5_fail(&e, "cannot list %s in %s", *r->path ? r->path : "/", r->subject->path);
        h5_report(r, H5_FAILURE, "", "", e.text);
    }
}

/* Whether the open file is the one that this process has looked at. */
static bool is_subject(hid_t file, const struct h5_subject *s)
{
    void *handle = NULL;
    struct stat st;
    return H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle &&
           fstat(*(int *)handle, &st) == 0 && (uint64_t)st.st_dev == s->device &&
           (uint64_t)st.st_ino == s->inode && (uint64_t)st.st_size == s->size;
}

static void look(struct h5_reporter *r, struct err *e)
{
    const struct h5_subject *s = r->subject;
    hid_t list = h5_access_list(false);
    H5Eclear2(H5E_DEFAULT);
    hid_t file = list < 0 ? -1 : H5Fopen(s->path, H5F_ACC_RDONLY, list);
    if (file < 0) {
        h5_fail(e, "cannot read %s as HDF5", s->path);
        h5_report(r, H5_FAILURE, "", "", e->text);
        return;
    }
    isolate_close_files();
    if (!is_subject(file, s)) {
        err_set(e, "%s changed while it was being opened; try again", s->path);
        h5_report(r, H5_FAILURE, "", "", e->text);
        return;
    }
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    if (root < 0) {
        h5_fail(e, "cannot read %s as HDF5", s->path);
        h5_report(r, H5_FAILURE, "", "", e->text);
        return;
    }
    walk(r, root);
    if (is_full(r)) {
        err_set(e,
                "%s holds over %d groups, arrays and attributes, or over %d MiB of attributes: "
                "more than a model can need",
                s->path, H5_ENTRIES_MAX, H5_REPORT_MAX / 2 >> 20);
        h5_report(r, H5_FAILURE, "", "", e->text);
    }
}

/* HDF5 closes nothing: the copy ends with this. */
void h5_child_list(const void *subject, int to)
{
    struct h5_reporter r = {.subject = subject};
    struct err e;
    look(&r, &e);
    h5_report(&r, H5_END, "", "", "");
    if (r.report.failed) {
        isolate_without_memory();
    }
    isolate_send(to, r.report.s, r.report.len);
    buf_release(&r.report);
}
