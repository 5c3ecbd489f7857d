#include "base/h5.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/h5_internal.h"
#include "base/mem.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are mapped as little-endian");

static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void h5_lock(void)
{
    static bool ready;
    pthread_mutex_lock(&mutex);
    if (!ready) {
        /* At exit HDF5 would try again to flush what a full disk refused, and hang or print. */
        H5dont_atexit();
        H5open();
        ready = true;
    }
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* the stack may be one per thread: each time */
    H5Eclear2(H5E_DEFAULT);
}

void h5_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

const char *h5_version(void)
{
    static char text[32];
    unsigned major = 0, minor = 0, release = 0;
    h5_lock();
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    h5_unlock();
    return text;
}

static herr_t first_cause(unsigned n, const H5E_error2_t *entry, void *context)
{
    if (n == 0) {
        buf_adds(context, entry->desc ? entry->desc : "");
    }
    return 0;
}

/* HDF5 wraps what the system said: "…, errno = 28, error message = 'No space left…', …". */
static void keep_system_message(struct buf *cause)
{
    static const char opening[] = "error message = '";
    char *message = cause->s ? strstr(cause->s, opening) : NULL;
    if (!message) {
        return;
    }
    message += sizeof opening - 1;
    cause->len = strcspn(message, "'");
    memmove(cause->s, message, cause->len);
    cause->s[cause->len] = '\0';
}

int h5_fail(struct err *e, const char *format, ...)
{
    struct buf cause = BUF_INIT;
    char what[ERR_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_cause, &cause);
    keep_system_message(&cause);
    err_set(e, "%s: %s", what, cause.len ? cause.s : "HDF5 gives no cause");
    buf_release(&cause);
    return -1;
}

size_t h5_type_size(enum h5_type type)
{
    static const size_t sizes[] = {
        [H5_OTHER] = 0, [H5_U8] = 1, [H5_U32] = 4, [H5_F16] = 2, [H5_F32] = 4};
    return sizes[type];
}

hid_t h5_half_type(void)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    if (type >= 0 && (H5Tset_fields(type, 15, 10, 5, 0, 10) < 0 || H5Tset_size(type, 2) < 0 ||
                      H5Tset_ebias(type, 15) < 0)) {
        H5Tclose(type);
        type = -1;
    }
    return type;
}

/*
 * How files are accessed: no lock files, and when writing a fixed version of the format and arrays
 * that are aligned without waste. Negative on failure.
 */
static hid_t access_list(bool writing)
{
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0) {
        return list;
    }
    bool good = H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) >= 0;
    if (writing) {
        good = good && H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18) >= 0 &&
               H5Pset_alignment(list, 64, 64) >= 0 && H5Pset_small_data_block_size(list, 0) >= 0;
    }
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    /* Files appear whole, so locks protect nothing, and network file systems may lack them. */
    good = good && H5Pset_file_locking(list, false, true) >= 0;
#endif
    if (!good) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

/* The checks that the system can make, so that HDF5 is only asked about what may be HDF5. */
static int check_regular(const char *path, uint64_t *size, struct err *e)
{
    struct file_map map;
    if (file_map_open(&map, path, e)) {
        return -1;
    }
    *size = map.n;
    file_map_close(&map);
    return *size ? 0 : err_set(e, "%s is empty", path);
}

int h5_open(struct h5 *h, const char *path, struct err *e)
{
    *h = H5_INIT;
    if (check_regular(path, &h->size, e)) {
        return -1;
    }
    h->path = mem_string(path, e);
    if (!h->path) {
        return -1;
    }
    h5_lock();
    int status = 0;
    hid_t list = access_list(false);
    if (H5Fis_hdf5(path) == 0) {
        status = err_set(e, "%s is not an HDF5 file", path);
    } else if (list < 0 || (h->id = H5Fopen(path, H5F_ACC_RDONLY, list)) < 0) {
        status = h5_fail(e, "cannot read %s as HDF5", path);
    }
    if (list >= 0) {
        H5Pclose(list);
    }
    h5_unlock();
    if (status) {
        h5_close(h);
    }
    return status;
}

void h5_close(struct h5 *h)
{
    h5_lock();
    if (h->id >= 0) {
        H5Fclose(h->id);
    }
    h5_unlock();
    if (h->temporary.len) {
        unlink(h->temporary.s);
    }
    buf_release(&h->temporary);
    free(h->path);
    *h = H5_INIT;
}

enum { MEMORY_STEP = 1 << 16 }; /* by which a file in memory grows, bytes */

/* Creates the file of this name; −1 leaves the handle for h5_close(). */
static int create(struct h5 *h, const char *name, struct err *e)
{
    h5_lock();
    int status = 0;
    hid_t access = access_list(true), creation = H5Pcreate(H5P_FILE_CREATE);
    if (access < 0 || creation < 0 || H5Pset_obj_track_times(creation, false) < 0 ||
        (h->in_memory && H5Pset_fapl_core(access, MEMORY_STEP, false) < 0) ||
        (h->id = H5Fcreate(name, H5F_ACC_TRUNC, creation, access)) < 0) {
        status = h5_fail(e, "cannot write %s", h->path);
    }
    if (access >= 0) {
        H5Pclose(access);
    }
    if (creation >= 0) {
        H5Pclose(creation);
    }
    h5_unlock();
    if (status) {
        h5_close(h);
    }
    return status;
}

int h5_create(struct h5 *h, const char *path, struct err *e)
{
    *h = H5_INIT;
    h->path = mem_string(path, e);
    if (!h->path || file_temporary(&h->temporary, path, e)) {
        buf_clear(&h->temporary); /* there is no such file to remove */
        h5_close(h);
        return -1;
    }
    return create(h, h->temporary.s, e);
}

int h5_create_small(struct h5 *h, const char *path, struct err *e)
{
    *h = H5_INIT;
    h->in_memory = true;
    h->path = mem_string(path, e);
    return h->path ? create(h, path, e) : -1;
}

/* The bytes of a file that stands in memory alone. */
static int take_image(struct h5 *h, void **bytes, size_t *n, struct err *e)
{
    ssize_t size = H5Fget_file_image(h->id, NULL, 0);
    *n = size > 0 ? (size_t)size : 0;
    if (size <= 0) {
        return h5_fail(e, "cannot write %s", h->path);
    }
    if (!(*bytes = mem_new(*n, 1, e))) {
        return -1;
    }
    return H5Fget_file_image(h->id, *bytes, *n) < 0 ? h5_fail(e, "cannot write %s", h->path) : 0;
}

int h5_publish(struct h5 *h, struct err *e)
{
    h5_lock();
    int status = 0;
    void *bytes = NULL;
    size_t n = 0;
    if (H5Fflush(h->id, H5F_SCOPE_GLOBAL) < 0) {
        status = h5_fail(e, "cannot write %s", h->path);
    }
    if (!status && h->in_memory) {
        status = take_image(h, &bytes, &n, e);
    }
    if (H5Fclose(h->id) < 0 && !status) {
        status = h5_fail(e, "cannot write %s", h->path);
    }
    h->id = -1;
    h5_unlock();
    if (!status && h->in_memory) {
        status = file_write(h->path, bytes, n, e);
    } else if (!status) {
        status = file_publish(h->temporary.s, h->path, e);
        buf_clear(&h->temporary); /* renamed, or removed by the failure */
    }
    free(bytes);
    h5_close(h);
    return status;
}
