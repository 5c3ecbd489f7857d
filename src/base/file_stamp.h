/*
 * file_stamp: what the file system says of a file, to notice that it has changed since.
 *
 * Device, inode, size, and the times of modification and of change, in nanoseconds. The time of
 * modification can be set back by who writes, that of change cannot; but it also moves when the
 * file gets another name or other rights. Two writes within one tick of the file system's clock,
 * some milliseconds, look like one.
 */
#ifndef NS_BASE_FILE_STAMP_H
#define NS_BASE_FILE_STAMP_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "base/err.h"

struct file_stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct file_stamp file_stamp_of(const struct stat *st);

/* The stamp of the file that has this path now. */
int file_stamp_read(struct file_stamp *s, const char *path, struct err *e);

bool file_stamp_same(const struct file_stamp *a, const struct file_stamp *b);

/* The same but for the time of change: the bytes may still be the same. */
bool file_stamp_alike(const struct file_stamp *a, const struct file_stamp *b);

#endif
