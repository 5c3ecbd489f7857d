#include "base/h5.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/h5_contents.h"
#include "base/h5_internal.h"
#include "base/isolate.h"
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

hid_t h5_access_list(bool writing)
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
static int check_regular(struct h5 *h, struct h5_subject *s, struct err *e)
{
    static const unsigned char signature[8] = "\x89HDF\r\n\x1A\n";
    struct stat st;
    if (file_map_open(&h->map, h->path, e)) {
        return -1;
    }
    h->size = h->map.n;
    if (!h->size) {
        return err_set(e, "%s is empty", h->path);
    }
    /* It may also stand at 512, 1024, 2048, …: no program that writes models makes use of that. */
    if (h->size < sizeof signature || memcmp(h->map.bytes, signature, sizeof signature) != 0) {
        return err_set(e, "%s is not an HDF5 file", h->path);
    }
    if (stat(h->path, &st)) {
        return err_errno(e, errno, "cannot look at %s", h->path);
    }
    *s = (struct h5_subject){h->path, h->size, st.st_dev, st.st_ino};
    return 0;
}

/* The report on the file of one copy of this process. The lock is for a whole HDF5 in the copy. */
static int ask_once(struct buf *report, enum isolate_end *end, const struct h5_subject *s,
                    int idle_s, struct err *e)
{
    struct isolated copy;
    h5_lock();
    int status = isolate_start(&copy, h5_child_list, s, e);
    h5_unlock();
    return status || isolate_wait(&copy, idle_s, report, end, e)
               ? err_prefix(e, "cannot read %s", s->path)
               : 0;
}

/* For how long a copy may do nothing: seconds, doubled with each try. */
enum { IDLE_FIRST_S = 4, IDLE_LAST_S = 64 };

static int ask(struct buf *report, const struct h5_subject *s, struct err *e)
{
    enum isolate_end end = ISOLATE_IDLE;
    for (int idle_s = IDLE_FIRST_S; end == ISOLATE_IDLE && idle_s <= IDLE_LAST_S; idle_s *= 2) {
        buf_clear(report);
        if (ask_once(report, &end, s, idle_s, e)) {
            return -1;
        }
    }
    if (end == ISOLATE_IDLE) {
        return err_set(e, "cannot read %s: nothing came of it for %d s; is its file system gone?",
                       s->path, IDLE_LAST_S);
    }
    if (end == ISOLATE_CRASHED) {
        return err_set(e, "%s is damaged: the HDF5 library crashed on it", s->path);
    }
    if (end == ISOLATE_STARVED) {
        return err_set(e,
                       "out of memory: none was left for the process that was to look at %s; is "
                       "there a limit (ulimit -v)?",
                       s->path);
    }
    if (end == ISOLATE_GREEDY) {
        return err_set(e, "%s is damaged: the HDF5 library took over %zu MiB of memory on it",
                       s->path, ISOLATE_MEMORY >> 20);
    }
    if (end == ISOLATE_KILLED) {
        return err_set(
            e,
            "cannot read %s: the process that was to look at it was killed, as systems do "
            "when memory runs out",
            s->path);
    }
    return end == ISOLATE_DONE
               ? 0
               : err_set(e, "%s is damaged: the HDF5 library did not come to an end on it",
                         s->path);
}

int h5_open(struct h5 *h, const char *path, struct err *e)
{
    struct h5_subject subject;
    struct buf report = BUF_INIT;
    *h = H5_INIT;
    h->path = mem_string(path, e);
    int status = !h->path || check_regular(h, &subject, e) || ask(&report, &subject, e) ||
                         h5_contents_read(&h->contents, &report, path, h->size, e)
                     ? -1
                     : 0;
    buf_release(&report);
    if (status) {
        h5_close(h);
    }
    return status;
}

void h5_take_map(struct h5 *h, struct file_map *out)
{
    *out = h->map;
    h->map = (struct file_map){0};
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
    h5_contents_free(h->contents);
    file_map_close(&h->map);
    free(h->path);
    *h = H5_INIT;
}

enum { MEMORY_STEP = 1 << 16 }; /* by which a file in memory grows, bytes */

/* Creates the file of this name; −1 leaves the handle for h5_close(). */
static int create(struct h5 *h, const char *name, struct err *e)
{
    h5_lock();
    int status = 0;
    hid_t access = h5_access_list(true), creation = H5Pcreate(H5P_FILE_CREATE);
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
        status = file_write_member(h->path, bytes, n, e);
    } else if (!status) {
        status = file_publish(h->temporary.s, h->path, e);
        buf_clear(&h->temporary); /* renamed, or removed by the failure */
    }
    free(bytes);
    h5_close(h);
    return status;
}
