#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What a message calls the path: an empty one has to be seen. */
static const char *shown(const char *path)
{
    return *path ? path : "\"\"";
}

/* An endless device is refused before it has filled the memory. */
static const size_t read_max = (size_t)2 << 30;

static int read_to_end(struct buf *out, int fd, const char *name, struct err *e)
{
    char block[65536];
    ssize_t n;
    int status = 0;
    while ((n = read(fd, block, sizeof block)) != 0) {
        if (n > 0 && out->len < read_max) {
            buf_add(out, block, (size_t)n);
        } else if (n > 0) {
            status = err_set(e, "%s is longer than %zu MiB, the most that is read into memory",
                             name, read_max >> 20);
            break;
        } else if (errno != EINTR) {
            status = err_errno(e, errno, "cannot read %s", name);
            break;
        }
    }
    return status ? status : buf_check(out, e);
}

int file_read(struct buf *out, const char *path, struct err *e)
{
    if (strcmp(path, "-") == 0) {
        return read_to_end(out, STDIN_FILENO, "standard input", e);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_errno(e, errno, "cannot open %s", shown(path));
    }
    int status = read_to_end(out, fd, path, e);
    close(fd);
    return status;
}

int file_read_stored(struct buf *out, const char *path, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return err_errno(e, errno, "cannot open %s", shown(path));
    }
    int status = fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
                     ? read_to_end(out, fd, path, e)
                     : err_set(e, "%s is no file: it is not as it was written", path);
    close(fd);
    return status;
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

/*
 * The latest temporary files, for file_discard(), which a signal may call at any moment: a ring, so
 * that threads that write at the same time have a place each. Nothing leaves it: to unlink a name
 * that has become a file long ago does no harm, since none is drawn twice.
 */
enum { LATEST = 64 };
static struct {
    char path[PATH_MAX];
    atomic_bool known;
} latest[LATEST];
static atomic_uint latest_next;

void file_discard(void)
{
    for (size_t i = 0; i < LATEST; i++) {
        if (atomic_load(&latest[i].known)) {
            unlink(latest[i].path);
        }
    }
}

/* Its place in the ring. */
static size_t remember(const char *temporary)
{
    size_t i = atomic_fetch_add(&latest_next, 1) % LATEST;
    atomic_store(&latest[i].known, false);
    int n = snprintf(latest[i].path, PATH_MAX, "%s", temporary);
    atomic_store(&latest[i].known, n < PATH_MAX);
    return i;
}

static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345"; /* of temporary names */

/* Fills the X's at the end of a name; the bytes that were there when there are no random ones. */
static void draw_name(char *x, size_t n)
{
    ssize_t drawn = getrandom(x, n, 0);
    (void)drawn;
    for (size_t i = 0; i < n; i++) {
        x[i] = letters[(unsigned char)x[i] % 32];
    }
}

static const char mark[] = ".tmp-";
enum { LETTERS = 6 };

/* Waits for the lock of an open file; −1 with errno where there are no locks. */
static int lock_file(int fd)
{
    int status;
    while ((status = flock(fd, LOCK_EX)) && errno == EINTR) {
    }
    return status;
}

/*
 * A new file, open and locked, or −1 with errno. The lock says that its writer lives: the kernel
 * takes it back however that one ends, on other machines and in other containers too, where a
 * process id says nothing. file_sweep() may come between open and lock: then there is no name.
 */
static int open_locked(const char *temporary)
{
    struct stat st;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
        lock_file(fd); /* without locks, age alone will tell */
        if (fstat(fd, &st) == 0 && st.st_nlink == 0) {
            close(fd);
            fd = -1;
            errno = EEXIST;
        }
    }
    return fd;
}

/*
 * Makes a temporary file beside `path`, open and locked. Not mkstemp(): the name has to be known
 * before the file is there, or a signal comes between.
 */
static int begin(struct buf *temporary, const char *path, int *fd, struct err *e)
{
    enum { ATTEMPTS = 100 };
    if (check_target(path, e)) {
        return -1;
    }
    buf_clear(temporary);
    buf_addf(temporary, "%s%sXXXXXX", path, mark);
    if (buf_check(temporary, e)) {
        return -1;
    }
    *fd = -1;
    for (int i = 0; *fd < 0 && i < ATTEMPTS; i++) {
        draw_name(temporary->s + temporary->len - LETTERS, LETTERS);
        size_t place = remember(temporary->s);
        *fd = open_locked(temporary->s);
        if (*fd < 0) {
            atomic_store(&latest[place].known, false); /* it may be another's */
        }
        if (*fd < 0 && errno != EEXIST) {
            break;
        }
    }
    return *fd < 0 ? err_errno(e, errno, "cannot write %s", shown(path)) : 0;
}

int file_temporary(struct buf *temporary, const char *path, struct err *e)
{
    int fd;
    if (begin(temporary, path, &fd, e)) {
        return -1;
    }
    close(fd);
    return 0;
}

/* Whether the name ends as begin() makes it. */
static bool is_temporary(const char *name)
{
    size_t n = strlen(name), tail = sizeof mark - 1 + LETTERS;
    return n > tail && strncmp(name + n - tail, mark, sizeof mark - 1) == 0 &&
           strspn(name + n - LETTERS, letters) == LETTERS;
}

/* Whether nobody writes the file any more. */
static bool is_abandoned(int fd)
{
    static const time_t day_s = 24 * 60 * 60;
    struct stat st;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        return true;
    }
    return errno != EWOULDBLOCK && fstat(fd, &st) == 0 && time(NULL) - st.st_mtime > day_s;
}

void file_sweep(const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        int fd = is_temporary(entry->d_name)
                     ? openat(dirfd(dir), entry->d_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
                     : -1;
        if (fd >= 0) {
            if (is_abandoned(fd)) {
                unlinkat(dirfd(dir), entry->d_name, 0);
            }
            close(fd);
        }
    }
    if (dir) {
        closedir(dir);
    }
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

void file_sync_folder(const char *folder)
{
    sync_path(folder, O_RDONLY | O_DIRECTORY);
}

/* Gives a file that has been synced its name, for good when the folder is synced too. */
static int rename_synced(const char *temporary, const char *path, bool sync_folder, struct err *e)
{
    if (rename(temporary, path)) {
        int code = errno;
        unlink(temporary);
        return err_errno(e, code, "cannot write %s", shown(path));
    }
    struct buf folder = BUF_INIT;
    if (sync_folder) {
        file_folder(path, &folder);
        file_sync_folder(buf_text(&folder)); /* its failure is none: the rename has happened */
    }
    buf_release(&folder);
    return 0;
}

int file_publish(const char *temporary, const char *path, struct err *e)
{
    if (sync_path(temporary, O_RDONLY)) {
        int code = errno;
        unlink(temporary);
        return err_errno(e, code, "cannot write %s", shown(path));
    }
    return rename_synced(temporary, path, true, e);
}

/* 0 or errno. */
static int write_bytes(int fd, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t wrote = write(fd, bytes + done, n - done);
        if (wrote > 0) {
            done += (size_t)wrote;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return fsync(fd) ? errno : 0;
}

static int write_file(const char *path, const void *bytes, size_t n, bool sync_folder,
                      struct err *e)
{
    struct buf temporary = BUF_INIT;
    int fd, status = begin(&temporary, path, &fd, e);
    if (status) {
        goto out;
    }
    int code = write_bytes(fd, bytes, n);
    if (code) {
        unlink(temporary.s);
        status = err_errno(e, code, "cannot write %s", path);
    } else {
        status = rename_synced(temporary.s, path, sync_folder, e);
    }
    close(fd); /* not before it has its name: till then the lock keeps file_sweep() away */
out:
    buf_release(&temporary);
    return status;
}

int file_write(const char *path, const void *bytes, size_t n, struct err *e)
{
    return write_file(path, bytes, n, true, e);
}

int file_write_member(const char *path, const void *bytes, size_t n, struct err *e)
{
    return write_file(path, bytes, n, false, e);
}

static int write_text(const char *folder, const char *name, const struct buf *text,
                      bool sync_folder, struct err *e)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/%s", folder, name);
    int status = buf_check(&path, e) || buf_check(text, e)
                     ? -1
                     : write_file(path.s, buf_text(text), text->len, sync_folder, e);
    buf_release(&path);
    return status;
}

int file_write_text(const char *folder, const char *name, const struct buf *text, struct err *e)
{
    return write_text(folder, name, text, true, e);
}

int file_write_member_text(const char *folder, const char *name, const struct buf *text,
                           struct err *e)
{
    return write_text(folder, name, text, false, e);
}
