/* Files that are mapped, and which one an address is in. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/*
 * The files that are mapped, for file_map_name(), which a signal may call at any moment. One that
 * finds no place is mapped all the same, and has no name then.
 */
enum { MAPPED = 128 };
static struct {
    char path[PATH_MAX];
    atomic_size_t begin, n; /* 0: a free place */
    atomic_bool taken;
} mapped[MAPPED];

static void remember_map(const struct file_map *m, const char *path)
{
    for (size_t i = 0; i < MAPPED; i++) {
        if (!atomic_exchange(&mapped[i].taken, true)) {
            snprintf(mapped[i].path, PATH_MAX, "%s", path);
            atomic_store(&mapped[i].n, m->n);
            atomic_store(&mapped[i].begin, (size_t)m->bytes);
            return;
        }
    }
}

static void forget_map(const struct file_map *m)
{
    for (size_t i = 0; i < MAPPED; i++) {
        if (atomic_load(&mapped[i].begin) == (size_t)m->bytes) {
            atomic_store(&mapped[i].begin, 0);
            atomic_store(&mapped[i].taken, false);
            return;
        }
    }
}

const char *file_map_name(const void *address)
{
    for (size_t i = 0; i < MAPPED; i++) {
        size_t begin = atomic_load(&mapped[i].begin);
        if (begin && (size_t)address - begin < atomic_load(&mapped[i].n)) {
            return mapped[i].path;
        }
    }
    return NULL;
}

int file_map_open(struct file_map *m, const char *path, struct err *e)
{
    *m = (struct file_map){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return err_errno(e, errno, "cannot open %s", *path ? path : "\"\"");
    }
    struct stat st;
    int status = 0;
    if (fstat(fd, &st)) {
        status = err_errno(e, errno, "cannot look at %s", path);
    } else if (!S_ISREG(st.st_mode)) {
        status = err_set(e, "%s is %s, not a file", path,
                         S_ISDIR(st.st_mode) ? "a folder" : "a device or pipe");
    } else if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            status = err_errno(e, errno, "cannot map %s", path);
        } else {
            *m = (struct file_map){.bytes = p, .n = (size_t)st.st_size};
            remember_map(m, path);
        }
    }
    close(fd);
    return status;
}

void file_map_close(struct file_map *m)
{
    if (m->bytes) {
        forget_map(m);
        munmap((void *)(size_t)m->bytes, m->n);
    }
    *m = (struct file_map){0};
}
