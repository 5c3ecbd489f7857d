/*
 * h5_contents: what a file holds, as told by the copy of this process that looked at it.
 * Include it in no file but those of h5.
 *
 * h5_child_list() runs in the copy (base/isolate.h) and walks over groups, attributes and arrays;
 * h5_contents_read() takes its report apart in this process, trusting nothing: HDF5 may have been
 * led astray by the file before it reported.
 */
#ifndef NS_BASE_H5_CONTENTS_H
#define NS_BASE_H5_CONTENTS_H

#include "base/h5.h"

enum {
    H5_ENTRIES_MAX = 1 << 16, /* groups, arrays, links and attributes of a file */
    H5_DEPTH_MAX = 8,         /* groups in groups */
    H5_REALS_MAX = 1024,      /* numbers of an attribute that are kept */
    H5_REPORT_MAX = 1 << 26   /* bytes of a report */
};

/* What an entry is; its texts say the rest. */
enum h5_kind {
    H5_GROUP,
    H5_ARRAY,
    H5_REFUSED,  /* something at this path that cannot be used: `text` says why */
    H5_REALS,    /* an attribute of numbers */
    H5_TEXT,     /* an attribute that is one text */
    H5_UNUSABLE, /* an attribute of another kind: `text` says why */
    H5_FAILURE,  /* the file as a whole: `text` says why */
    H5_END,      /* nothing is missing from the report */
    H5_KINDS
};

/* The fixed part of an entry in a report; path, name, text and numbers follow it. */
struct h5_header {
    uint32_t kind, n_path, n_name, n_text;
    uint64_t n_reals;      /* of the attribute; H5_REALS_MAX follow at most */
    struct h5_array array; /* of H5_ARRAY */
};

struct h5_entry {
    enum h5_kind kind;
    const char *path, *name; /* name: of an attribute, else "" */
    const char *text;
    size_t n_reals;
    double *reals;
    struct h5_array array;
};

struct h5_contents {
    struct buf texts;         /* that the entries point into */
    struct h5_entry *entries; /* sorted by path, then name */
    size_t n, capacity;
};

/* In the copy: reports on the file, of which `path` is a h5's. */
struct h5_subject {
    const char *path;
    uint64_t size, device, inode;
};
void h5_child_list(const void *subject, int to);

/* In the copy: what an array or an attribute is, or why it cannot be used, as an entry. */
struct h5_reporter;
int h5_child_array(const struct h5_subject *s, const char *path, int64_t set, struct h5_array *out,
                   struct err *e);
void h5_child_attribute(struct h5_reporter *r, const char *group, int64_t id, const char *name);

/* In the copy: adds an entry to the report. */
void h5_report(struct h5_reporter *r, enum h5_kind kind, const char *path, const char *name,
               const char *text);
void h5_report_reals(struct h5_reporter *r, const char *path, const char *name, const double *reals,
                     size_t n);
const struct h5_subject *h5_reported(const struct h5_reporter *r);

/* In this process: the entries of a report about a file of `size` bytes. */
int h5_contents_read(struct h5_contents **out, const struct buf *report, const char *path,
                     uint64_t size, struct err *e);
void h5_contents_free(struct h5_contents *c);

/* The entry, or NULL. */
const struct h5_entry *h5_contents_find(const struct h5_contents *c, const char *path,
                                        const char *name);

#endif
