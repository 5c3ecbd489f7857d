/*
 * file: whole files in, whole files out.
 *
 * Reading maps or copies a complete file. Writing is all or nothing: a temporary file beside the
 * target, flushed and synced, then renamed over it; a failure leaves the old file (or none) and
 * removes the temporary one. What is there and is no regular file (a folder, a device, a pipe) is
 * never replaced. Paths are used as given.
 */
#ifndef NS_BASE_FILE_H
#define NS_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct file_map {
    const unsigned char *bytes; /* NULL when the file is empty */
    size_t n;
};

/* Maps a regular file read-only. A directory, a pipe or a missing file is refused. */
int file_map_open(struct file_map *m, const char *path, struct err *e);
void file_map_close(struct file_map *m);

/*
 * The path of the open map that this address is in, or NULL. For a handler of SIGBUS, which comes
 * when a mapped file was cut short meanwhile or its disk fails; safe there.
 */
const char *file_map_name(const void *address);

/* Appends the bytes of the file, or of standard input when the path is "-"; at most 2 GiB. */
int file_read(struct buf *out, const char *path, struct err *e);

/* The same of a file that this program wrote: a link or a pipe in its place is refused. */
int file_read_stored(struct buf *out, const char *path, struct err *e);

int file_write(const char *path, const void *bytes, size_t n, struct err *e);

/*
 * One of several files of a folder, as by file_write(), but a power cut may take its name away
 * again until file_sync_folder() of that folder: one sync in place of one a file.
 */
int file_write_member(const char *path, const void *bytes, size_t n, struct err *e);
void file_sync_folder(const char *folder); /* best effort: not every file system can */

/*
 * Writes `text` as FOLDER/NAME; the folder is there. A text that ran out of memory is an error. The
 * second one writes it as a member.
 */
int file_write_text(const char *folder, const char *name, const struct buf *text, struct err *e);
int file_write_member_text(const char *folder, const char *name, const struct buf *text,
                           struct err *e);

/* The two halves of file_write, for writers that need the file open by name meanwhile (HDF5). */
int file_temporary(struct buf *temporary, const char *path, struct err *e); /* a fresh name */
int file_publish(const char *temporary, const char *path, struct err *e);   /* sync, rename */

/*
 * Removes the temporary files that are being written (of any thread; the 64 begun last), for a
 * handler of a signal that ends the program; safe there.
 */
void file_discard(void);

/*
 * Removes from a folder the temporary files of writers that were killed, never that of one at work:
 * file_write() keeps its own locked. Where a file system has no locks, those older than a day. Not
 * while another process may use file_temporary() there: its files are not locked. What cannot be
 * removed stays; it does no harm.
 */
void file_sweep(const char *folder);

/* Makes the directory and its parents. One that exists is fine. */
int file_make_dirs(const char *path, struct err *e);

/* The same for a folder whose files are this program's to remove: a link in its place is refused.
 */
int file_make_own_dir(const char *path, struct err *e);

bool file_exists(const char *path);

/* *out becomes the folder that the path stands in, "." for a bare name. */
void file_folder(const char *path, struct buf *out);

#endif
