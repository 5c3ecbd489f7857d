/*
 * Calls on files that fail, below one folder: what the program itself does there and what libhdf5
 * does for it. A close that fails has closed the file all the same, as on Linux.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inject.h"

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

static bool is_below(const char *absolute)
{
    size_t n = strlen(inject.below);
    return strncmp(absolute, inject.below, n) == 0 && (absolute[n] == '/' || !absolute[n]);
}

static bool fails(const char *function, const char *absolute)
{
    if (!is_below(absolute) || !inject_due(function, absolute)) {
        return false;
    }
    errno = inject.error;
    return true;
}

/* Of a path as it is given; the program works below its working folder alone. */
static bool path_fails(const char *function, const char *path)
{
    char absolute[2 * PATH_MAX], here[PATH_MAX];
    if (inject.kind != INJECT_FILES || !getcwd(here, sizeof here)) {
        return false;
    }
    snprintf(absolute, sizeof absolute, "%s%s%s", *path == '/' ? "" : here, *path == '/' ? "" : "/",
             path);
    return fails(function, absolute);
}

static bool fd_fails(const char *function, int fd)
{
    char link[64], path[PATH_MAX];
    if (inject.kind != INJECT_FILES) {
        return false;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) {
        return false;
    }
    path[n] = '\0';
    return fails(function, path);
}

/* Only one that may write is counted as such: reading has a name of its own in the log. */
static const char *opening(int flags)
{
    return flags & (O_WRONLY | O_RDWR) ? "open" : "open-to-read";
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return path_fails(opening(flags), path) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return path_fails(opening(flags), path) ? -1 : REAL(open64)(path, flags, mode);
}

/* What the hardened build calls in place of open() when the flags are not known to it. */
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    return path_fails(opening(flags), path) ? -1 : REAL(open)(path, flags);
}

int mkdir(const char *path, mode_t mode)
{
    return path_fails("mkdir", path) ? -1 : REAL(mkdir)(path, mode);
}

int rename(const char *from, const char *to)
{
    return path_fails("rename", to) ? -1 : REAL(rename)(from, to);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    return fd_fails("write", fd) ? -1 : REAL(write)(fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return fd_fails("pwrite", fd) ? -1 : REAL(pwrite)(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    return fd_fails("pwrite", fd) ? -1 : REAL(pwrite64)(fd, bytes, n, at);
}

int fsync(int fd)
{
    return fd_fails("fsync", fd) ? -1 : REAL(fsync)(fd);
}

int ftruncate(int fd, off_t length)
{
    return fd_fails("ftruncate", fd) ? -1 : REAL(ftruncate)(fd, length);
}

int ftruncate64(int fd, off64_t length)
{
    return fd_fails("ftruncate", fd) ? -1 : REAL(ftruncate64)(fd, length);
}

int close(int fd)
{
    if (fd_fails("close", fd)) {
        int code = errno;
        REAL(close)(fd);
        errno = code;
        return -1;
    }
    return REAL(close)(fd);
}
