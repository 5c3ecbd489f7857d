/* What is asked of a file that was opened: answers from its contents, without HDF5. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/h5.h"
#include "base/h5_contents.h"

/*
 * The entry at a path all of whose steps are groups. A step that cannot be used says why; one that
 * is not there is named.
 */
static const struct h5_entry *find_path(const struct h5 *h, const char *path, struct err *e)
{
    char prefix[512];
    size_t n = strlen(path);
    const struct h5_entry *entry = NULL;
    if (n == 0 || n >= sizeof prefix) {
        err_set(e, "%s has no %s", h->path, path);
        return NULL;
    }
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(prefix, path, i);
        prefix[i] = '\0';
        entry = h5_contents_find(h->contents, prefix, "");
        if (!entry || (i < n && entry->kind == H5_ARRAY)) {
            err_set(e, "%s has no %s", h->path, entry ? path : prefix);
            return NULL;
        }
        if (entry->kind == H5_REFUSED) {
            err_set(e, "%s", entry->text);
            return NULL;
        }
    }
    return entry;
}

int h5_find(const struct h5 *h, const char *path, struct h5_array *out, struct err *e)
{
    *out = (struct h5_array){0};
    const struct h5_entry *entry = find_path(h, path, e);
    if (!entry) {
        return -1;
    }
    if (entry->kind != H5_ARRAY) {
        return err_set(e, "%s in %s is not a data set", path, h->path);
    }
    *out = entry->array;
    return 0;
}

bool h5_exists(const struct h5 *h, const char *path)
{
    return h5_contents_find(h->contents, path, "") != NULL;
}

bool h5_has_attribute(const struct h5 *h, const char *group, const char *name)
{
    return h5_contents_find(h->contents, group, name) != NULL;
}

static const struct h5_entry *find_attribute(const struct h5 *h, const char *group,
                                             const char *name, struct err *e)
{
    const struct h5_entry *a = *name ? h5_contents_find(h->contents, group, name) : NULL;
    bool root = strcmp(group, "/") == 0;
    if (!a) {
        err_set(e, "%s has no attribute %s%s%s", h->path, name, root ? "" : " on ",
                root ? "" : group);
    } else if (a->kind == H5_UNUSABLE) {
        err_set(e, "%s", a->text);
        a = NULL;
    }
    return a;
}

int h5_get_reals(const struct h5 *h, const char *group, const char *name, double *out, size_t max,
                 size_t *n, struct err *e)
{
    const struct h5_entry *a = find_attribute(h, group, name, e);
    if (!a) {
        return -1;
    }
    *n = a->n_reals;
    if (a->kind != H5_REALS) {
        return err_set(e, "the attribute %s of %s is not a number", name, h->path);
    }
    if (*n > max || *n > H5_REALS_MAX) {
        return err_set(e, "the attribute %s of %s has %zu numbers; at most %zu can be used", name,
                       h->path, *n, max < H5_REALS_MAX ? max : (size_t)H5_REALS_MAX);
    }
    memcpy(out, a->reals, *n * sizeof *out);
    return 0;
}

int h5_get_real(const struct h5 *h, const char *group, const char *name, double *out, struct err *e)
{
    size_t n = 0;
    if (h5_get_reals(h, group, name, out, 1, &n, e)) {
        return -1;
    }
    return n == 1 ? 0 : err_set(e, "the attribute %s of %s has no value", name, h->path);
}

int h5_get_int(const struct h5 *h, const char *group, const char *name, int *out, struct err *e)
{
    double x = 0;
    if (h5_get_real(h, group, name, &x, e)) {
        return -1;
    }
    if (!(x >= INT_MIN && x <= INT_MAX) || x != floor(x)) {
        return err_set(e, "the attribute %s of %s is %.17g, not a whole number of 32 bits", name,
                       h->path, x);
    }
    *out = (int)x;
    return 0;
}

int h5_get_text(const struct h5 *h, const char *group, const char *name, struct buf *out,
                struct err *e)
{
    const struct h5_entry *a = find_attribute(h, group, name, e);
    if (!a) {
        return -1;
    }
    if (a->kind != H5_TEXT) {
        return err_set(e, "the attribute %s of %s is not one text of a sensible length", name,
                       h->path);
    }
    buf_adds(out, a->text);
    return buf_check(out, e);
}

int h5_each_attribute(const struct h5 *h, const char *group,
                      int (*visit)(void *context, const char *name, struct err *e), void *context,
                      struct err *e)
{
    const struct h5_contents *c = h->contents;
    for (size_t i = 0; i < c->n; i++) {
        const struct h5_entry *a = &c->entries[i];
        if (*a->name && strcmp(a->path, group) == 0 && visit(context, a->name, e)) {
            return -1;
        }
    }
    return 0;
}
