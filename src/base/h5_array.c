/* In the copy that looks at a file: what an array is. */
#include <stdio.h>
#include <string.h>

#include "base/h5_contents.h"
#include "base/h5_internal.h"

/* Fields of a binary float: sign and exponent position, exponent bits, mantissa bits, bias. */
static bool is_float_like(hid_t type, size_t size, size_t exponent, size_t mantissa, size_t bias)
{
    size_t sign_at, exponent_at, n_exponent, mantissa_at, n_mantissa;
    return H5Tget_size(type) == size && H5Tget_order(type) == H5T_ORDER_LE &&
           H5Tget_offset(type) == 0 && H5Tget_precision(type) == 8 * size &&
           H5Tget_fields(type, &sign_at, &exponent_at, &n_exponent, &mantissa_at, &n_mantissa) >=
               0 &&
           sign_at == 8 * size - 1 && exponent_at == mantissa && n_exponent == exponent &&
           mantissa_at == 0 && n_mantissa == mantissa && H5Tget_ebias(type) == bias &&
           H5Tget_norm(type) == H5T_NORM_IMPLIED;
}

static void describe_number(hid_t type, const char *noun, char *out, size_t size)
{
    H5T_order_t order = H5Tget_order(type);
    size_t bytes = H5Tget_size(type);
    const char *ends = bytes == 1              ? ""
                       : order == H5T_ORDER_LE ? "little-endian "
                       : order == H5T_ORDER_BE ? "big-endian "
                                               : "mixed-endian ";
    snprintf(out, size, "%s%zu-bit %s", ends, 8 * bytes, noun);
}

static void read_type(hid_t type, struct h5_array *a)
{
    a->type = H5_OTHER;
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        if (is_float_like(type, 2, 5, 10, 15)) {
            a->type = H5_F16;
        } else if (is_float_like(type, 4, 8, 23, 127)) {
            a->type = H5_F32;
        }
        bool ieee = a->type != H5_OTHER || is_float_like(type, 8, 11, 52, 1023) ||
                    H5Tget_order(type) != H5T_ORDER_LE;
        describe_number(type, ieee ? "float" : "float of no IEEE form", a->type_text,
                        sizeof a->type_text);
        break;
    case H5T_INTEGER:
        if (H5Tget_size(type) == 1 && H5Tget_sign(type) == H5T_SGN_NONE) {
            a->type = H5_U8;
        } else if (H5Tequal(type, H5T_STD_U32LE) > 0) {
            a->type = H5_U32;
        }
        describe_number(type, H5Tget_sign(type) == H5T_SGN_NONE ? "unsigned integer" : "integer",
                        a->type_text, sizeof a->type_text);
        break;
    case H5T_STRING:
        snprintf(a->type_text, sizeof a->type_text, "string");
        break;
    case H5T_COMPOUND:
        snprintf(a->type_text, sizeof a->type_text, "compound type");
        break;
    default:
        snprintf(a->type_text, sizeof a->type_text, "type that is no plain number");
    }
}

static int read_shape(const struct h5_subject *s, const char *path, hid_t space, struct h5_array *a,
                      struct err *e)
{
    hsize_t dims[H5_RANK_MAX];
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > H5_RANK_MAX || H5Sget_simple_extent_dims(space, dims, NULL) < 0) {
        return h5_fail(e, "cannot read the shape of %s in %s", path, s->path);
    }
    a->rank = rank;
    a->n = H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : 1;
    for (int i = 0; i < rank; i++) {
        a->dims[i] = dims[i];
        if (__builtin_mul_overflow(a->n, a->dims[i], &a->n)) {
            return err_set(e, "%s in %s has a shape whose product overflows", path, s->path);
        }
    }
    return a->n ? 0 : err_set(e, "%s in %s holds no element", path, s->path);
}

/* Only data in one piece and in this file can be mapped. */
static int check_layout(const struct h5_subject *s, const char *path, hid_t list, struct err *e)
{
    H5D_layout_t layout = H5Pget_layout(list);
    if (layout < 0) {
        return h5_fail(e, "cannot read the layout of %s in %s", path, s->path);
    }
    if (layout != H5D_CONTIGUOUS) {
        bool filtered = layout == H5D_CHUNKED && H5Pget_nfilters(list) > 0;
        return err_set(e, "%s in %s is %s; write it without chunks or compression", path, s->path,
                       filtered                ? "chunked and compressed or filtered"
                       : layout == H5D_CHUNKED ? "chunked"
                       : layout == H5D_COMPACT ? "stored compactly in its header"
                                               : "a virtual data set");
    }
    if (H5Pget_external_count(list) != 0) {
        return err_set(e,
                       "%s in %s keeps its data in another file; write it into this file without "
                       "chunks or compression",
                       path, s->path);
    }
    return 0;
}

/* Where the data lie. */
static int read_place(const struct h5_subject *s, const char *path, hid_t set, struct h5_array *a,
                      struct err *e)
{
    haddr_t offset = H5Dget_offset(set);
    if (offset == HADDR_UNDEF) {
        return err_set(e, "%s in %s was created but never written", path, s->path);
    }
    a->offset = offset;
    uint64_t bytes, end;
    if (__builtin_mul_overflow(a->n, h5_type_size(a->type), &bytes) ||
        __builtin_add_overflow(a->offset, bytes, &end) || end > s->size) {
        return err_set(e, "%s in %s reaches beyond the end of the file; the file is damaged", path,
                       s->path);
    }
    return 0;
}

/*
 * The layout comes first: HDF5 looks for the sources of a virtual data set as soon as it is asked
 * for its shape.
 */
int h5_child_array(const struct h5_subject *s, const char *path, hid_t set, struct h5_array *out,
                   struct err *e)
{
    hid_t type = -1, space = -1, list = H5Dget_create_plist(set);
    int status = -1;
    *out = (struct h5_array){0};
    if (list < 0) {
        h5_fail(e, "cannot open %s in %s", path, s->path);
    } else if (check_layout(s, path, list, e) == 0) {
        if ((type = H5Dget_type(set)) < 0 || (space = H5Dget_space(set)) < 0) {
            h5_fail(e, "cannot open %s in %s", path, s->path);
        } else {
            read_type(type, out);
            status =
                read_shape(s, path, space, out, e) || read_place(s, path, set, out, e) ? -1 : 0;
        }
    }
    if (list >= 0) {
        H5Pclose(list);
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    if (type >= 0) {
        H5Tclose(type);
    }
    return status;
}
