#include "base/file_stamp.h"

#include <errno.h>

struct file_stamp file_stamp_of(const struct stat *st)
{
    return (struct file_stamp){.device = st->st_dev,
                               .inode = st->st_ino,
                               .size = st->st_size,
                               .modified = st->st_mtim,
                               .changed = st->st_ctim};
}

int file_stamp_read(struct file_stamp *s, const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st)) {
        return err_errno(e, errno, "cannot open %s", *path ? path : "\"\"");
    }
    *s = file_stamp_of(&st);
    return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool file_stamp_alike(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           same_time(&a->modified, &b->modified);
}

bool file_stamp_same(const struct file_stamp *a, const struct file_stamp *b)
{
    return file_stamp_alike(a, b) && same_time(&a->changed, &b->changed);
}
