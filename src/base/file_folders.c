/* The folders that files stand in: their names, making them, and whether something is there. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

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

/* 0 if the folder is made or is there; else −1 with errno, 0 for what is there and is no folder. */
static int make_dir(const char *path)
{
    struct stat st;
    if (mkdir(path, 0777) == 0) {
        return 0;
    }
    int code = errno;
    bool there = stat(path, &st) == 0;
    errno = there ? 0 : code;
    return there && S_ISDIR(st.st_mode) ? 0 : -1;
}

int file_make_dirs(const char *path, struct err *e)
{
    if (make_dir(path) == 0) { /* mostly its parents are there */
        return 0;
    }
    struct buf part = BUF_INIT;
    int status = 0;
    for (const char *p = path; *p && !status; p++) {
        buf_addc(&part, *p);
        bool end_of_part = p[1] == '\0' || (p[1] == '/' && *p != '/');
        if (end_of_part && (status = buf_check(&part, e)) == 0 && make_dir(part.s)) {
            status = errno ? err_errno(e, errno, "cannot make the folder %s", part.s)
                           : err_set(e, "cannot make the folder %s: a file has that name", part.s);
        }
    }
    buf_release(&part);
    return status;
}

int file_make_own_dir(const char *path, struct err *e)
{
    struct stat st;
    if (file_make_dirs(path, e)) {
        return -1;
    }
    return lstat(path, &st) || !S_ISLNK(st.st_mode)
               ? 0
               : err_set(e, "%s is a link, and not as it was made: remove it", path);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
