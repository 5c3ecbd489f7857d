#include "base/h5.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/h5_internal.h"
#include "base/mem.h"

struct attribute {
    hid_t id, type, space;
    size_t n; /* elements */
};

/* Its lock is held until attribute_close(), after failures too. */
static int attribute_open(struct attribute *a, const struct h5 *h, const char *group,
                          const char *name, struct err *e)
{
    h5_lock();
    *a = (struct attribute){-1, -1, -1, 0};
    if (!h5_has_attribute(h, group, name)) {
        bool root = strcmp(group, "/") == 0;
        return err_set(e, "%s has no attribute %s%s%s", h->path, name, root ? "" : " on ",
                       root ? "" : group);
    }
    a->id = H5Aopen_by_name(h->id, group, name, H5P_DEFAULT, H5P_DEFAULT);
    if (a->id < 0 || (a->type = H5Aget_type(a->id)) < 0 || (a->space = H5Aget_space(a->id)) < 0) {
        return h5_fail(e, "cannot read the attribute %s of %s", name, h->path);
    }
    hssize_t n = H5Sget_simple_extent_npoints(a->space);
    a->n = n > 0 ? (size_t)n : 0;
    return 0;
}

static void attribute_close(struct attribute *a)
{
    if (a->space >= 0) {
        H5Sclose(a->space);
    }
    if (a->type >= 0) {
        H5Tclose(a->type);
    }
    if (a->id >= 0) {
        H5Aclose(a->id);
    }
    h5_unlock();
}

/* Booleans come as enumerations, which HDF5 converts to numbers only by way of their base type. */
static herr_t read_enumeration(const struct attribute *a, double *out)
{
    hid_t base = H5Tget_super(a->type);
    herr_t status = -1;
    if (base >= 0 && H5Tget_size(a->type) <= sizeof *out && H5Aread(a->id, a->type, out) >= 0) {
        status = H5Tconvert(base, H5T_NATIVE_DOUBLE, a->n, out, NULL, H5P_DEFAULT);
    }
    if (base >= 0) {
        H5Tclose(base);
    }
    return status;
}

/*
 * Do the fields of a number lie inside it? In a damaged file they may not, and HDF5's conversions,
 * which trust them, would write beyond their buffers.
 */
static bool number_is_sound(hid_t type)
{
    size_t size = H5Tget_size(type), bits = 8 * size, precision = H5Tget_precision(type);
    int offset = H5Tget_offset(type);
    if (size == 0 || size > 16 || precision == 0 || offset < 0 || precision > bits ||
        (size_t)offset > bits - precision) {
        return false;
    }
    size_t sign_at, exponent_at, n_exponent, mantissa_at, n_mantissa;
    return H5Tget_class(type) != H5T_FLOAT ||
           (H5Tget_fields(type, &sign_at, &exponent_at, &n_exponent, &mantissa_at, &n_mantissa) >=
                0 &&
            sign_at < precision && n_exponent > 0 && n_exponent < 32 && n_mantissa > 0 &&
            n_mantissa < precision && exponent_at <= precision - n_exponent &&
            n_exponent <= precision && mantissa_at <= precision - n_mantissa);
}

/* The type that is read: of an enumeration, that of its members. */
static bool is_sound(hid_t type)
{
    if (H5Tget_class(type) != H5T_ENUM) {
        return number_is_sound(type);
    }
    hid_t base = H5Tget_super(type);
    bool sound = base >= 0 && H5Tget_class(base) == H5T_INTEGER && number_is_sound(base);
    if (base >= 0) {
        H5Tclose(base);
    }
    return sound;
}

int h5_get_reals(const struct h5 *h, const char *group, const char *name, double *out, size_t max,
                 size_t *n, struct err *e)
{
    struct attribute a;
    int status = attribute_open(&a, h, group, name, e);
    if (status) {
        goto out;
    }
    H5T_class_t class = H5Tget_class(a.type);
    *n = a.n;
    if (class != H5T_INTEGER && class != H5T_FLOAT && class != H5T_ENUM) {
        status = err_set(e, "the attribute %s of %s is not a number", name, h->path);
    } else if (!is_sound(a.type)) {
        status = err_set(e, "the attribute %s of %s has a type that is damaged", name, h->path);
    } else if (a.n > max) {
        status = err_set(e, "the attribute %s of %s has %zu numbers; at most %zu can be used", name,
                         h->path, a.n, max);
    } else if (a.n && (class == H5T_ENUM ? read_enumeration(&a, out)
                                         : H5Aread(a.id, H5T_NATIVE_DOUBLE, out)) < 0) {
        status = h5_fail(e, "cannot read the attribute %s of %s", name, h->path);
    }
out:
    attribute_close(&a);
    return status;
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

/* A text of variable length: HDF5 allocates it. */
static herr_t read_variable(const struct attribute *a, struct buf *out)
{
    char *text = NULL;
    if (H5Aread(a->id, a->type, &text) < 0) {
        return -1;
    }
    buf_adds(out, text ? text : "");
    return H5Dvlen_reclaim(a->type, a->space, H5P_DEFAULT, &text);
}

static herr_t read_fixed(const struct attribute *a, char *scratch, size_t size, struct buf *out)
{
    if (H5Aread(a->id, a->type, scratch) < 0) {
        return -1;
    }
    size_t n = strnlen(scratch, size);
    while (H5Tget_strpad(a->type) == H5T_STR_SPACEPAD && n && scratch[n - 1] == ' ') {
        n--;
    }
    buf_add(out, scratch, n);
    return 0;
}

int h5_get_text(const struct h5 *h, const char *group, const char *name, struct buf *out,
                struct err *e)
{
    struct attribute a;
    char *scratch = NULL;
    int status = attribute_open(&a, h, group, name, e);
    if (status) {
        goto out;
    }
    size_t size = H5Tget_size(a.type);
    if (H5Tget_class(a.type) != H5T_STRING || a.n != 1 || size > H5_TEXT_MAX) {
        status = err_set(e, "the attribute %s of %s is not one text of a sensible length", name,
                         h->path);
        goto out;
    }
    htri_t variable = H5Tis_variable_str(a.type);
    if (variable == 0 && !(scratch = mem_new(size, 1, e))) {
        status = -1;
        goto out;
    }
    if (variable < 0 ||
        (variable ? read_variable(&a, out) : read_fixed(&a, scratch, size, out)) < 0) {
        status = h5_fail(e, "cannot read the attribute %s of %s", name, h->path);
        goto out;
    }
    status = buf_check(out, e);
out:
    free(scratch);
    attribute_close(&a);
    return status;
}

struct visit {
    int (*visit)(void *context, const char *name, struct err *e);
    void *context;
    struct err *e;
    bool stopped; /* by visit, which has set e */
};

static herr_t visit_one(hid_t location, const char *name, const H5A_info_t *info, void *context)
{
    struct visit *v = context;
    (void)location;
    (void)info;
    v->stopped = v->visit(v->context, name, v->e) != 0;
    return v->stopped;
}

int h5_each_attribute(const struct h5 *h, const char *group,
                      int (*visit)(void *context, const char *name, struct err *e), void *context,
                      struct err *e)
{
    struct visit v = {.visit = visit, .context = context, .e = e};
    int status = 0;
    h5_lock();
    if (H5Aiterate_by_name(h->id, group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_one, &v,
                           H5P_DEFAULT) < 0) {
        status = h5_fail(e, "cannot list the attributes of %s in %s", group, h->path);
    } else if (v.stopped) {
        status = -1;
    }
    h5_unlock();
    return status;
}
