/* In the copy that looks at a file: what an attribute says. */
#include <stdlib.h>
#include <string.h>

#include "base/h5_contents.h"
#include "base/h5_internal.h"
#include "base/mem.h"

struct attribute {
    const char *name;
    hid_t id, type, space;
    size_t n; /* elements */
};

static int attribute_open(struct attribute *a, hid_t group, const char *name)
{
    *a = (struct attribute){.name = name, .id = -1, .type = -1, .space = -1};
    a->id = H5Aopen(group, name, H5P_DEFAULT);
    if (a->id < 0 || (a->type = H5Aget_type(a->id)) < 0 || (a->space = H5Aget_space(a->id)) < 0) {
        return -1;
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

/* Of more numbers than are kept, their number alone is told. */
static int report_reals(struct h5_reporter *r, const char *group, const struct attribute *a,
                        struct err *e)
{
    double reals[H5_REALS_MAX] = {0};
    const char *path = h5_reported(r)->path;
    if (!is_sound(a->type)) {
        return err_set(e, "the attribute %s of %s has a type that is damaged", a->name, path);
    }
    bool listed = H5Tget_class(a->type) == H5T_ENUM;
    if (a->n && a->n <= H5_REALS_MAX &&
        (listed ? read_enumeration(a, reals) : H5Aread(a->id, H5T_NATIVE_DOUBLE, reals)) < 0) {
        return h5_fail(e, "cannot read the attribute %s of %s", a->name, path);
    }
    h5_report_reals(r, group, a->name, reals, a->n);
    return 0;
}

static int report_text(struct h5_reporter *r, const char *group, const struct attribute *a,
                       struct err *e)
{
    const char *path = h5_reported(r)->path;
    size_t size = H5Tget_size(a->type);
    struct buf text = BUF_INIT;
    if (a->n != 1 || size > H5_TEXT_MAX) {
        return err_set(e, "the attribute %s of %s is not one text of a sensible length", a->name,
                       path);
    }
    char *scratch = mem_new(size, 1, e);
    int status = scratch ? 0 : -1;
    htri_t variable = H5Tis_variable_str(a->type);
    if (!status && (variable < 0 || (variable ? read_variable(a, &text)
                                              : read_fixed(a, scratch, size, &text)) < 0)) {
        status = h5_fail(e, "cannot read the attribute %s of %s", a->name, path);
    }
    if (!status && (text.len > H5_TEXT_MAX || text.failed)) {
        status = err_set(e, "the attribute %s of %s is not one text of a sensible length", a->name,
                         path);
    }
    if (!status) {
        h5_report(r, H5_TEXT, group, a->name, buf_text(&text));
    }
    free(scratch);
    buf_release(&text);
    return status;
}

void h5_child_attribute(struct h5_reporter *r, const char *group, hid_t id, const char *name)
{
    const char *path = h5_reported(r)->path;
    struct attribute a;
    struct err e;
    int status;
    H5Eclear2(H5E_DEFAULT);
    if (attribute_open(&a, id, name)) {
        status = h5_fail(&e, "cannot read the attribute %s of %s", name, path);
    } else {
        H5T_class_t class = H5Tget_class(a.type);
        status = class == H5T_INTEGER || class == H5T_FLOAT || class == H5T_ENUM
                     ? report_reals(r, group, &a, &e)
                 : class == H5T_STRING
                     ? report_text(r, group, &a, &e)
                     : err_set(&e, "the attribute %s of %s is neither number nor text", name, path);
    }
    if (status) {
        h5_report(r, H5_UNUSABLE, group, name, e.text);
    }
    attribute_close(&a);
}
