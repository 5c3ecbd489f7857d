#include <criterion/criterion.h>
#include <hdf5.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/h5.h"
#include "scratch.h"

static const float numbers[24] = {1, -2, 0.5f, 3e-40f, 1e30f, -0.0f};
static const uint64_t two_by_twelve[2] = {2, 12};

static void write_sample(const char *path)
{
    struct err e;
    struct h5 h;
    static const unsigned char text[5] = "bytes";
    static const uint16_t halves[3] = {0x3C00, 0x0001, 0xFBFF};
    uint64_t five = 5, three = 3;
    int ids[3] = {7, 0, 9};
    cr_assert(h5_create(&h, path, &e) == 0, "create");
    cr_assert(h5_put_group(&h, "group", &e) == 0, "group");
    cr_assert(h5_put_array(&h, "a.b", H5_F32, 2, two_by_twelve, numbers, &e) == 0, "f32");
    cr_assert(h5_put_array(&h, "halves", H5_F16, 1, &three, halves, &e) == 0, "f16");
    cr_assert(h5_put_array(&h, "group/text", H5_U8, 1, &five, text, &e) == 0, "u8");
    cr_assert(h5_put_int(&h, "/", "int", -42, &e) == 0, "int");
    cr_assert(h5_put_float(&h, "/", "float", 1e-5f, &e) == 0, "float");
    cr_assert(h5_put_text(&h, "/", "words", "größer", &e) == 0, "text");
    cr_assert(h5_put_ints(&h, "group", "ids", ids, 3, &e) == 0, "ints");
    cr_assert(h5_publish(&h, &e) == 0, "publish");
}

static void open_or_fail(struct h5 *h, const char *path)
{
    struct err e;
    cr_assert(h5_open(h, path, &e) == 0, "cannot open %s", path);
}

/* Opening must fail with a sentence that has these words. */
static void refuses_file(const char *path, const char *words)
{
    struct err e = {0};
    struct h5 h;
    cr_assert(h5_open(&h, path, &e) == -1, "%s was opened", path);
    cr_assert(strstr(e.text, words) && strstr(e.text, path), "wrong message: %s", e.text);
}

static void refuses_array(const char *path, const char *name, const char *words)
{
    struct err e = {0};
    struct h5 h;
    struct h5_array a;
    open_or_fail(&h, path);
    cr_assert(h5_find(&h, name, &a, &e) == -1, "%s was taken", name);
    cr_assert(strstr(e.text, words) && strstr(e.text, name), "wrong message: %s", e.text);
    h5_close(&h);
}

Test(base_h5, arrays_lie_in_the_file_where_find_says)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5");
    write_sample(path);
    struct err e;
    struct h5 h;
    struct h5_array a;
    struct file_map map;
    open_or_fail(&h, path);
    cr_assert(file_map_open(&map, path, &e) == 0, "map");
    cr_assert(h5_find(&h, "a.b", &a, &e) == 0, "a.b");
    cr_assert(a.type == H5_F32 && a.rank == 2 && a.dims[0] == 2 && a.dims[1] == 12, "shape");
    cr_assert(a.offset % 64 == 0, "a.b lies at %llu", (unsigned long long)a.offset);
    cr_assert(memcmp(map.bytes + a.offset, numbers, sizeof numbers) == 0, "values");
    cr_assert(h5_find(&h, "halves", &a, &e) == 0 && a.type == H5_F16 && a.n == 3, "halves");
    cr_assert(map.bytes[a.offset + 2] == 1, "the denormal");
    cr_assert(h5_find(&h, "group/text", &a, &e) == 0 && a.type == H5_U8, "text");
    cr_assert(memcmp(map.bytes + a.offset, "bytes", 5) == 0, "text's bytes");
    h5_close(&h);
    file_map_close(&map);
    scratch_remove(&s);
}

Test(base_h5, attributes_come_back)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5");
    write_sample(path);
    struct err e;
    struct h5 h;
    struct buf text = BUF_INIT;
    int value;
    size_t n;
    double real, ids[4];
    open_or_fail(&h, path);
    cr_assert(h5_get_int(&h, "/", "int", &value, &e) == 0 && value == -42, "int");
    cr_assert(h5_get_real(&h, "/", "float", &real, &e) == 0 && (float)real == 1e-5f, "float");
    cr_assert(h5_get_text(&h, "/", "words", &text, &e) == 0, "text");
    cr_assert_str_eq(buf_text(&text), "größer");
    cr_assert(h5_get_reals(&h, "group", "ids", ids, 4, &n, &e) == 0 && n == 3, "ids");
    cr_assert(ids[0] == 7 && ids[1] == 0 && ids[2] == 9, "values of ids");
    cr_assert(h5_get_reals(&h, "group", "ids", ids, 2, &n, &e) == -1, "three ids in room for two");
    cr_assert(h5_get_int(&h, "/", "float", &value, &e) == -1, "a fraction taken for an int");
    cr_assert(h5_get_int(&h, "/", "words", &value, &e) == -1, "a text taken for an int");
    cr_assert(h5_get_text(&h, "/", "int", &text, &e) == -1, "an int taken for a text");
    cr_assert(h5_get_int(&h, "/", "none", &value, &e) == -1, "a missing attribute was read");
    cr_assert(strstr(e.text, "no attribute none"), "wrong message: %s", e.text);
    buf_release(&text);
    h5_close(&h);
    scratch_remove(&s);
}

Test(base_h5, the_same_calls_give_the_same_bytes)
{
    struct scratch s = scratch_new();
    const char *one = scratch_path(&s, "1.h5"), *two = scratch_path(&s, "2.h5");
    write_sample(one);
    sleep(1); /* a time stamp would differ now */
    write_sample(two);
    cr_assert(scratch_same(one, two), "two writes differ");
    scratch_remove(&s);
}

Test(base_h5, what_is_not_published_leaves_no_file)
{
    struct scratch s = scratch_new();
    struct err e;
    struct h5 h;
    cr_assert(h5_create(&h, scratch_path(&s, "a.h5"), &e) == 0, "create");
    cr_assert(scratch_files(&s) == 1, "the temporary file");
    h5_close(&h);
    h5_close(&h);
    cr_assert(scratch_files(&s) == 0, "a file was left");
    cr_assert(h5_create(&h, scratch_path(&s, "none/a.h5"), &e) == -1, "no such folder");
    scratch_remove(&s);
}

/* The limit on file sizes stands for a full disk: the same system calls fail. */
Test(base_h5, a_disk_that_is_full_is_said_and_leaves_no_file)
{
    enum { N = 1 << 20 };
    struct scratch s = scratch_new();
    struct err e;
    struct h5 h;
    uint64_t n = N;
    float *x = calloc(N, sizeof *x);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {.rlim_cur = 100000, .rlim_max = RLIM_INFINITY};
    cr_assert(getrlimit(RLIMIT_FSIZE, &limit) == 0, "getrlimit");
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 100000;
    cr_assert(x && setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    cr_assert(h5_create(&h, scratch_path(&s, "a.h5"), &e) == 0, "create");
    int status = h5_put_array(&h, "x", H5_F32, 1, &n, x, &e);
    if (status == 0) {
        status = h5_publish(&h, &e);
    }
    h5_close(&h);
    limit.rlim_cur = before;
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert(status == -1, "4 MB went into 100 kB");
    cr_assert(strstr(e.text, "a.h5: File too large"), "wrong message: %s", e.text);
    cr_assert(scratch_files(&s) == 0, "a file was left");
    free(x);
    scratch_remove(&s);
}

Test(base_h5, files_that_are_not_whole_hdf5_are_told_apart)
{
    struct scratch s = scratch_new();
    struct err e;
    struct buf bytes = BUF_INIT;
    write_sample(scratch_path(&s, "good.h5"));
    cr_assert(file_read(&bytes, scratch_path(&s, "good.h5"), &e) == 0, "read");
    refuses_file(scratch_path(&s, "none.h5"), "No such file");
    refuses_file(scratch_file(&s, "empty.h5", "", 0), "is empty");
    refuses_file(scratch_file(&s, "text.h5", "words", 5), "not an HDF5 file");
    refuses_file(scratch_file(&s, "cut.h5", bytes.s, bytes.len / 2), "truncated");
    refuses_file(s.folder, "folder");
    buf_release(&bytes);
    scratch_remove(&s);
}

/* A file as another program may write it, made with HDF5 itself. */
static hid_t foreign_file(const char *path)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert(file >= 0, "cannot create %s", path);
    return file;
}

static void foreign_array(hid_t file, const char *name, hid_t type, hid_t list, bool written)
{
    hsize_t dims[2] = {2, 3};
    hid_t space = H5Screate_simple(2, dims, NULL);
    hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    cr_assert(set >= 0, "cannot create %s", name);
    if (written) {
        cr_assert(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0,
                  "cannot write %s", name);
    }
    H5Dclose(set);
    H5Sclose(space);
}

Test(base_h5, arrays_that_cannot_be_mapped_are_refused)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5");
    hsize_t chunk[2] = {1, 3};
    hid_t file = foreign_file(path);
    hid_t chunked = H5Pcreate(H5P_DATASET_CREATE), compact = H5Pcreate(H5P_DATASET_CREATE);
    hid_t external = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(chunked, 2, chunk);
    H5Pset_layout(compact, H5D_COMPACT);
    H5Pset_external(external, "raw.bin", 0, 24);
    foreign_array(file, "good", H5T_IEEE_F32LE, H5P_DEFAULT, true);
    foreign_array(file, "chunked", H5T_IEEE_F32LE, chunked, true);
    foreign_array(file, "compact", H5T_IEEE_F32LE, compact, true);
    foreign_array(file, "external", H5T_IEEE_F32LE, external, false);
    foreign_array(file, "unwritten", H5T_IEEE_F32LE, H5P_DEFAULT, false);
    H5Lcreate_soft("/good", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("b.h5", "/good", file, "elsewhere", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    refuses_array(path, "chunked", "without chunks or compression");
    refuses_array(path, "compact", "without chunks or compression");
    refuses_array(path, "external", "without chunks or compression");
    refuses_array(path, "unwritten", "never written");
    refuses_array(path, "soft", "a soft link");
    refuses_array(path, "elsewhere", "an external link");
    refuses_array(path, "group", "not a data set");
    refuses_array(path, "none", "has no none");
    refuses_array(path, "group/none", "has no group/none");
    H5Pclose(chunked);
    H5Pclose(compact);
    H5Pclose(external);
    scratch_remove(&s);
}

Test(base_h5, types_are_described)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5");
    hid_t file = foreign_file(path);
    foreign_array(file, "double", H5T_IEEE_F64LE, H5P_DEFAULT, true);
    foreign_array(file, "swapped", H5T_IEEE_F32BE, H5P_DEFAULT, true);
    foreign_array(file, "signed", H5T_STD_I8LE, H5P_DEFAULT, true);
    H5Fclose(file);
    struct err e;
    struct h5 h;
    struct h5_array a;
    open_or_fail(&h, path);
    cr_assert(h5_find(&h, "double", &a, &e) == 0 && a.type == H5_OTHER, "double");
    cr_assert_str_eq(a.type_text, "little-endian 64-bit float");
    cr_assert(h5_find(&h, "swapped", &a, &e) == 0 && a.type == H5_OTHER, "swapped");
    cr_assert_str_eq(a.type_text, "big-endian 32-bit float");
    cr_assert(h5_find(&h, "signed", &a, &e) == 0 && a.type == H5_OTHER, "signed");
    cr_assert_str_eq(a.type_text, "8-bit integer");
    h5_close(&h);
    scratch_remove(&s);
}

static void foreign_attribute(hid_t file, const char *name, hid_t type, hid_t space,
                              const void *value)
{
    hid_t id = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert(id >= 0 && H5Awrite(id, type, value) >= 0, "cannot write %s", name);
    H5Aclose(id);
}

Test(base_h5, attributes_of_other_programs_are_understood)
{
    struct scratch s = scratch_new();
    const char *path = scratch_path(&s, "a.h5"), *text = "any length";
    hid_t file = foreign_file(path), scalar = H5Screate(H5S_SCALAR);
    hsize_t one = 1;
    hid_t row = H5Screate_simple(1, &one, NULL), variable = H5Tcopy(H5T_C_S1);
    H5Tset_size(variable, H5T_VARIABLE);
    hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8);
    signed char no = 0, yes = 1;
    H5Tenum_insert(boolean, "FALSE", &no);
    H5Tenum_insert(boolean, "TRUE", &yes);
    long long big = 8192;
    double half = 0.5, whole = 12;
    foreign_attribute(file, "int64", H5T_NATIVE_LLONG, scalar, &big);
    foreign_attribute(file, "row", H5T_NATIVE_LLONG, row, &big);
    foreign_attribute(file, "half", H5T_NATIVE_DOUBLE, scalar, &half);
    foreign_attribute(file, "whole", H5T_NATIVE_DOUBLE, scalar, &whole);
    foreign_attribute(file, "true", boolean, scalar, &yes);
    foreign_attribute(file, "text", variable, scalar, &text);
    H5Fclose(file);
    struct err e;
    struct h5 h;
    struct buf read = BUF_INIT;
    int x;
    double real;
    open_or_fail(&h, path);
    cr_assert(h5_get_int(&h, "/", "int64", &x, &e) == 0 && x == 8192, "int64");
    cr_assert(h5_get_int(&h, "/", "row", &x, &e) == 0 && x == 8192, "row");
    cr_assert(h5_get_real(&h, "/", "half", &real, &e) == 0 && real == 0.5, "half");
    cr_assert(h5_get_int(&h, "/", "whole", &x, &e) == 0 && x == 12, "whole");
    cr_assert(h5_get_int(&h, "/", "true", &x, &e) == 0 && x == 1, "true");
    cr_assert(h5_get_text(&h, "/", "text", &read, &e) == 0, "text");
    cr_assert_str_eq(buf_text(&read), text);
    buf_release(&read);
    h5_close(&h);
    H5Tclose(variable);
    H5Tclose(boolean);
    H5Sclose(scalar);
    H5Sclose(row);
    scratch_remove(&s);
}
