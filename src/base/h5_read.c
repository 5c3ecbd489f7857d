#include "base/h5.h"

#include <stdio.h>
#include <string.h>

#include "base/h5_internal.h"

/*
 * Checks that each step of a path is there and is a hard link: soft and external ones may lead
 * anywhere, out of the file too.
 */
static int check_path(const struct h5 *h, const char *path, struct err *e)
{
    char prefix[512];
    size_t n = strlen(path);
    if (strcmp(path, "/") == 0) {
        return 0;
    }
    if (n == 0 || n >= sizeof prefix) {
        return err_set(e, "%s has no %s", h->path, path);
    }
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(prefix, path, i);
        prefix[i] = '\0';
        htri_t there = H5Lexists(h->id, prefix, H5P_DEFAULT);
        H5L_info_t info;
        if (there == 0) {
            return err_set(e, "%s has no %s", h->path, prefix);
        }
        if (there < 0 || H5Lget_info(h->id, prefix, &info, H5P_DEFAULT) < 0) {
            return h5_fail(e, "cannot look %s up in %s", prefix, h->path);
        }
        if (info.type != H5L_TYPE_HARD) {
            return err_set(e, "%s in %s is %s link; write the data set itself", prefix, h->path,
                           info.type == H5L_TYPE_SOFT ? "a soft" : "an external");
        }
    }
    return 0;
}

bool h5_exists(const struct h5 *h, const char *path)
{
    struct err ignored;
    h5_lock();
    char prefix[512];
    snprintf(prefix, sizeof prefix, "%s", path);
    char *slash = strrchr(prefix, '/');
    bool there = true;
    if (slash && slash != prefix) {
        *slash = '\0';
        there = check_path(h, prefix, &ignored) == 0;
    }
    there = there && H5Lexists(h->id, path, H5P_DEFAULT) > 0;
    h5_unlock();
    return there;
}

bool h5_has_attribute(const struct h5 *h, const char *group, const char *name)
{
    struct err ignored;
    h5_lock();
    bool there = check_path(h, group, &ignored) == 0 &&
                 H5Aexists_by_name(h->id, group, name, H5P_DEFAULT) > 0;
    h5_unlock();
    return there;
}

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

static int read_shape(const struct h5 *h, const char *path, hid_t space, struct h5_array *a,
                      struct err *e)
{
    hsize_t dims[H5_RANK_MAX];
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > H5_RANK_MAX || H5Sget_simple_extent_dims(space, dims, NULL) < 0) {
        return h5_fail(e, "cannot read the shape of %s in %s", path, h->path);
    }
    a->rank = rank;
    a->n = H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : 1;
    for (int i = 0; i < rank; i++) {
        a->dims[i] = dims[i];
        if (__builtin_mul_overflow(a->n, a->dims[i], &a->n)) {
            return err_set(e, "%s in %s has a shape whose product overflows", path, h->path);
        }
    }
    return a->n ? 0 : err_set(e, "%s in %s holds no element", path, h->path);
}

/* Where the data lie, in a data set that has them in one piece. */
static int read_place(const struct h5 *h, const char *path, hid_t set, hid_t list,
                      struct h5_array *a, struct err *e)
{
    H5D_layout_t layout = H5Pget_layout(list);
    if (layout < 0) {
        return h5_fail(e, "cannot read the layout of %s in %s", path, h->path);
    }
    if (layout != H5D_CONTIGUOUS) {
        bool filtered = layout == H5D_CHUNKED && H5Pget_nfilters(list) > 0;
        return err_set(e, "%s in %s is %s; write it without chunks or compression", path, h->path,
                       filtered                ? "chunked and compressed or filtered"
                       : layout == H5D_CHUNKED ? "chunked"
                       : layout == H5D_COMPACT ? "stored compactly in its header"
                                               : "a virtual data set");
    }
    if (H5Pget_external_count(list) != 0) {
        return err_set(e,
                       "%s in %s keeps its data in another file; write it into this file without "
                       "chunks or compression",
                       path, h->path);
    }
    haddr_t offset = H5Dget_offset(set);
    if (offset == HADDR_UNDEF) {
        return err_set(e, "%s in %s was created but never written", path, h->path);
    }
    a->offset = offset;
    uint64_t bytes, end;
    if (__builtin_mul_overflow(a->n, h5_type_size(a->type), &bytes) ||
        __builtin_add_overflow(a->offset, bytes, &end) || end > h->size) {
        return err_set(e, "%s in %s reaches beyond the end of the file; the file is damaged", path,
                       h->path);
    }
    return 0;
}

int h5_find(const struct h5 *h, const char *path, struct h5_array *out, struct err *e)
{
    *out = (struct h5_array){0};
    h5_lock();
    int status = check_path(h, path, e);
    hid_t set = -1, type = -1, space = -1, list = -1;
    if (status) {
        goto out;
    }
    set = H5Oopen(h->id, path, H5P_DEFAULT);
    if (set >= 0 && H5Iget_type(set) != H5I_DATASET) {
        status = err_set(e, "%s in %s is not a data set", path, h->path);
        goto out;
    }
    if (set < 0 || (type = H5Dget_type(set)) < 0 || (space = H5Dget_space(set)) < 0 ||
        (list = H5Dget_create_plist(set)) < 0) {
        status = h5_fail(e, "cannot open %s in %s", path, h->path);
        goto out;
    }
    read_type(type, out);
    status = read_shape(h, path, space, out, e);
    if (!status) {
        status = read_place(h, path, set, list, out, e);
    }
out:
    if (list >= 0) {
        H5Pclose(list);
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    if (type >= 0) {
        H5Tclose(type);
    }
    if (set >= 0) {
        H5Oclose(set);
    }
    h5_unlock();
    return status;
}
