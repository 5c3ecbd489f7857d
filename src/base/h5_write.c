#include "base/h5.h"

#include <stdlib.h>
#include <string.h>

#include "base/h5_internal.h"
#include "base/mem.h"

int h5_put_group(struct h5 *h, const char *path, struct err *e)
{
    h5_lock();
    int status = 0;
    hid_t group = -1, list = H5Pcreate(H5P_GROUP_CREATE);
    if (list < 0 || H5Pset_obj_track_times(list, false) < 0 ||
        (group = H5Gcreate2(h->id, path, H5P_DEFAULT, list, H5P_DEFAULT)) < 0) {
        status = h5_fail(e, "cannot write %s to %s", path, h->path);
    }
    if (group >= 0) {
        H5Gclose(group);
    }
    if (list >= 0) {
        H5Pclose(list);
    }
    h5_unlock();
    return status;
}

/* Writes an attribute and closes `space`; a negative type or space is an earlier failure. */
static int put_attribute(struct h5 *h, const char *group, const char *name, hid_t stored,
                         hid_t given, hid_t space, const void *value, struct err *e)
{
    int status = 0;
    hid_t id = -1;
    if (stored < 0 || space < 0 ||
        (id = H5Acreate_by_name(h->id, group, name, stored, space, H5P_DEFAULT, H5P_DEFAULT,
                                H5P_DEFAULT)) < 0 ||
        H5Awrite(id, given, value) < 0) {
        status = h5_fail(e, "cannot write the attribute %s to %s", name, h->path);
    }
    if (id >= 0) {
        H5Aclose(id);
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    return status;
}

int h5_put_int(struct h5 *h, const char *group, const char *name, int value, struct err *e)
{
    h5_lock();
    int status = put_attribute(h, group, name, H5T_STD_I32LE, H5T_NATIVE_INT, H5Screate(H5S_SCALAR),
                               &value, e);
    h5_unlock();
    return status;
}

int h5_put_ints(struct h5 *h, const char *group, const char *name, const int *values, size_t n,
                struct err *e)
{
    h5_lock();
    hsize_t dims[1] = {n};
    int status = put_attribute(h, group, name, H5T_STD_I32LE, H5T_NATIVE_INT,
                               H5Screate_simple(1, dims, NULL), values, e);
    h5_unlock();
    return status;
}

int h5_put_counts(struct h5 *h, const char *group, const char *name, const uint64_t *values,
                  size_t n, struct err *e)
{
    h5_lock();
    hsize_t dims[1] = {n};
    int status = put_attribute(h, group, name, H5T_STD_U64LE, H5T_NATIVE_UINT64,
                               H5Screate_simple(1, dims, NULL), values, e);
    h5_unlock();
    return status;
}

int h5_put_float(struct h5 *h, const char *group, const char *name, float value, struct err *e)
{
    h5_lock();
    int status = put_attribute(h, group, name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT,
                               H5Screate(H5S_SCALAR), &value, e);
    h5_unlock();
    return status;
}

int h5_put_text(struct h5 *h, const char *group, const char *name, const char *text, struct err *e)
{
    h5_lock();
    int status;
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, strlen(text) + 1) < 0 ||
        H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        status = h5_fail(e, "cannot write the attribute %s to %s", name, h->path);
    } else {
        status = put_attribute(h, group, name, type, type, H5Screate(H5S_SCALAR), text, e);
    }
    if (type >= 0) {
        H5Tclose(type);
    }
    h5_unlock();
    return status;
}

static hid_t type_open(enum h5_type type)
{
    switch (type) {
    case H5_U8:
        return H5Tcopy(H5T_STD_U8LE);
    case H5_U32:
        return H5Tcopy(H5T_STD_U32LE);
    case H5_F16:
        return h5_half_type();
    case H5_F32:
        return H5Tcopy(H5T_IEEE_F32LE);
    case H5_OTHER:
        break;
    }
    BUG("an array of no known type");
}

/* A new array without bytes, for H5Dclose(); negative on failure. */
static hid_t create_array(const struct h5 *h, const char *path, hid_t stored, int rank,
                          const uint64_t *dims)
{
    hsize_t extent[H5_RANK_MAX];
    for (int i = 0; i < rank; i++) {
        extent[i] = dims[i];
    }
    hid_t set = -1, space = H5Screate_simple(rank, extent, NULL);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (stored >= 0 && space >= 0 && list >= 0 && H5Pset_obj_track_times(list, false) >= 0 &&
        H5Pset_layout(list, H5D_CONTIGUOUS) >= 0 &&
        H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0) {
        set = H5Dcreate2(h->id, path, stored, space, H5P_DEFAULT, list, H5P_DEFAULT);
    }
    if (list >= 0) {
        H5Pclose(list);
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    return set;
}

int h5_put_array(struct h5 *h, const char *path, enum h5_type type, int rank, const uint64_t *dims,
                 const void *bytes, struct err *e)
{
    h5_lock();
    int status = 0;
    hid_t stored = type_open(type), set = create_array(h, path, stored, rank, dims);
    if (set < 0 || H5Dwrite(set, stored, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0) {
        status = h5_fail(e, "cannot write %s to %s", path, h->path);
    }
    if (set >= 0 && H5Dclose(set) < 0 && !status) {
        status = h5_fail(e, "cannot write %s to %s", path, h->path);
    }
    if (stored >= 0) {
        H5Tclose(stored);
    }
    h5_unlock();
    return status;
}

/* Rows [row, row + rows) of an array from n elements at `bytes`. */
static bool write_rows(hid_t set, hid_t stored, uint64_t row, uint64_t rows, uint64_t n,
                       const void *bytes)
{
    hsize_t start[H5_RANK_MAX] = {row}, count[H5_RANK_MAX], elements = n;
    hid_t whole = H5Dget_space(set), part = H5Screate_simple(1, &elements, NULL);
    bool good = whole >= 0 && part >= 0 && H5Sget_simple_extent_dims(whole, count, NULL) > 0;
    count[0] = rows;
    good = good && H5Sselect_hyperslab(whole, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
           H5Dwrite(set, stored, part, whole, H5P_DEFAULT, bytes) >= 0;
    if (part >= 0) {
        H5Sclose(part);
    }
    if (whole >= 0) {
        H5Sclose(whole);
    }
    return good;
}

/* The parts of an array, one after the other. HDF5 is free for others while a part is made. */
static int write_parts(struct h5 *h, const char *path, hid_t set, hid_t stored,
                       const uint64_t *dims, uint64_t row, const struct h5_maker *maker,
                       struct err *e)
{
    size_t size = H5Tget_size(stored);
    uint64_t step = H5_PART_BYTES / (row * size);
    step = step < 1 ? 1 : step < dims[0] ? step : dims[0];
    void *bytes = mem_new((size_t)(step * row), size, e);
    int status = bytes ? 0 : -1;
    for (uint64_t begin = 0; begin < dims[0] && !status; begin += step) {
        uint64_t rows = begin + step < dims[0] ? step : dims[0] - begin;
        status = maker->make(maker->context, begin * row, (begin + rows) * row, bytes, e);
        h5_lock();
        if (!status && !write_rows(set, stored, begin, rows, rows * row, bytes)) {
            status = h5_fail(e, "cannot write %s to %s", path, h->path);
        }
        h5_unlock();
    }
    free(bytes);
    return status;
}

int h5_make_array(struct h5 *h, const char *path, enum h5_type type, int rank, const uint64_t *dims,
                  const struct h5_maker *maker, struct err *e)
{
    uint64_t row = 1; /* elements */
    for (int i = 1; i < rank; i++) {
        row *= dims[i];
    }
    h5_lock();
    hid_t stored = type_open(type), set = create_array(h, path, stored, rank, dims);
    int status = set < 0 ? h5_fail(e, "cannot write %s to %s", path, h->path) : 0;
    h5_unlock();
    if (!status) {
        status = write_parts(h, path, set, stored, dims, row, maker, e);
    }
    h5_lock();
    if (set >= 0 && H5Dclose(set) < 0 && !status) {
        status = h5_fail(e, "cannot write %s to %s", path, h->path);
    }
    if (stored >= 0) {
        H5Tclose(stored);
    }
    h5_unlock();
    return status;
}
