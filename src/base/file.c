#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a message calls the path: an empty one has to be seen. */
static const char *shown(const char *path)
{
    return *path ? path : "\"\"";
}

int file_map_open(struct file_map *m, const char *path, struct err *e)
{
    *m = (struct file_map){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return err_errno(e, errno, "cannot open %s", shown(path));
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
        }
    }
    close(fd);
    return status;
}

void file_map_close(struct file_map *m)
{
    if (m->bytes) {
        munmap((void *)(size_t)m->bytes, m->n);
    }
    *m = (struct file_map){0};
}

/* An endless device is refused before it has filled the memory. */
static const size_t read_max = (size_t)2 << 30;

int file_read(struct buf *out, const char *path, struct err *e)
{
    bool standard_input = strcmp(path, "-") == 0;
    int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_errno(e, errno, "cannot open %s", shown(path));
    }
    char block[65536];
    ssize_t n;
    int status = 0;
    while ((n = read(fd, block, sizeof block)) != 0) {
        if (n > 0 && out->len < read_max) {
            buf_add(out, block, (size_t)n);
        } else if (n > 0) {
            status = err_set(e, "%s is longer than %zu MiB, the most that is read into memory",
                             standard_input ? "standard input" : path, read_max >> 20);
            break;
        } else if (errno != EINTR) {
            status =
                err_errno(e, errno, "cannot read %s", standard_input ? "standard input" : path);
            break;
        }
    }
    if (!standard_input) {
        close(fd);
    }
    return status ? status : buf_check(out, e);
}

/* Only a regular file may be replaced: a rename would take the place of a device or a pipe. */
static int check_target(const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) || S_ISREG(st.st_mode)) {
        return 0;
    }
    return err_set(e, "cannot write %s: it is %s, not a file", path,
                   S_ISDIR(st.st_mode) ? "a folder" : "a device or pipe");
}

/* The latest temporary file, for file_discard(). Unlinking it twice does no harm. */
static char latest[PATH_MAX];
static volatile sig_atomic_t latest_known;

void file_discard(void)
{
    if (latest_known) {
        unlink(latest);
    }
}

static void remember(const char *temporary)
{
    latest_known = 0;
    latest_known = snprintf(latest, sizeof latest, "%s", temporary) < (int)sizeof latest;
}

/* Fills the X's at the end of a name. */
static void draw_name(char *x, size_t n)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
    getrandom(x, n, 0);
    for (size_t i = 0; i < n; i++) {
        x[i] = letters[(unsigned char)x[i] % 32];
    }
}

/* Not mkstemp(): the name has to be known before the file is there, or a signal comes between. */
int file_temporary(struct buf *temporary, const char *path, struct err *e)
{
    enum { LETTERS = 6, ATTEMPTS = 100 };
    if (check_target(path, e)) {
        return -1;
    }
    buf_clear(temporary);
    buf_addf(temporary, "%s.tmp-XXXXXX", path);
    if (buf_check(temporary, e)) {
        return -1;
    }
    int fd = -1;
    for (int i = 0; fd < 0 && i < ATTEMPTS; i++) {
        draw_name(temporary->s + temporary->len - LETTERS, LETTERS);
        remember(temporary->s);
        fd = open(temporary->s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0) {
            latest_known = 0; /* it may be another's */
        }
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (fd < 0) {
        return err_errno(e, errno, "cannot write %s", shown(path));
    }
    close(fd);
    return 0;
}

/* Syncs what a name points to: a file's bytes, or a folder's entries. */
static int sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    int status = fsync(fd);
    int code = errno;
    close(fd);
    errno = code;
    return status;
}

void file_folder(const char *path, struct buf *out)
{
    const char *slash = strrchr(path, '/');
    buf_clear(out);
    if (!slash) {
        buf_adds(out, ".");
    } else {
        buf_add(out, path, slash == path ? 1 : (size_t)(slash - path));
    }
}

int file_publish(const char *temporary, const char *path, struct err *e)
{
    if (sync_path(temporary, O_RDONLY) || rename(temporary, path)) {
        int code = errno;
        unlink(temporary);
        return err_errno(e, code, "cannot write %s", shown(path));
    }
    struct buf folder = BUF_INIT;
    file_folder(path, &folder);
    sync_path(buf_text(&folder), O_RDONLY | O_DIRECTORY); /* best effort: the rename has happened */
    buf_release(&folder);
    return 0;
}

int file_write(const char *path, const void *bytes, size_t n, struct err *e)
{
    struct buf temporary = BUF_INIT;
    int status = file_temporary(&temporary, path, e);
    if (status) {
        goto out;
    }
    int fd = open(temporary.s, O_WRONLY | O_CLOEXEC);
    int code = fd < 0 ? errno : 0;
    for (size_t done = 0; !code && done < n;) {
        ssize_t wrote = write(fd, (const char *)bytes + done, n - done);
        if (wrote > 0) {
            done += (size_t)wrote;
        } else if (errno != EINTR) {
            code = errno;
        }
    }
    if (fd >= 0 && close(fd) && !code) {
        code = errno;
    }
    if (code) {
        unlink(temporary.s);
        status = err_errno(e, code, "cannot write %s", path);
    } else {
        status = file_publish(temporary.s, path, e);
    }
out:
    buf_release(&temporary);
    return status;
}

int file_write_text(const char *folder, const char *name, const struct buf *text, struct err *e)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/%s", folder, name);
    int status = buf_check(&path, e) || buf_check(text, e)
                     ? -1
                     : file_write(path.s, buf_text(text), text->len, e);
    buf_release(&path);
    return status;
}

int file_make_dirs(const char *path, struct err *e)
{
    struct buf part = BUF_INIT;
    int status = 0;
    for (const char *p = path; *p && !status; p++) {
        buf_addc(&part, *p);
        bool end_of_part = p[1] == '\0' || (p[1] == '/' && *p != '/');
        if (end_of_part && (status = buf_check(&part, e)) == 0 && mkdir(part.s, 0777)) {
            int code = errno;
            struct stat st;
            if (stat(part.s, &st)) {
                status = err_errno(e, code, "cannot make the folder %s", part.s);
            } else if (!S_ISDIR(st.st_mode)) {
                status = err_set(e, "cannot make the folder %s: a file has that name", part.s);
            }
        }
    }
    buf_release(&part);
    return status;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
