/*
 * h5: the little of HDF5 that is needed, and the only user of the library.
 *
 * A file is a set of groups with attributes and of arrays that lie in one piece, uncompressed, so
 * that a reader may map them; h5_find() tells where. Writing is all or nothing (a temporary file,
 * then h5_publish()) and gives the same bytes for the same calls: no time stamps, a fixed version
 * of the format. Nothing is printed, not even at exit, and messages name the path that the caller
 * gave and what the system said.
 *
 * A file that is read may be damaged or made to do harm, and HDF5 is not safe from that: it reads
 * memory that it has freed, and crashes. So a copy of this process looks at the file (isolate.h),
 * once, when it is opened, and tells what is in it; all that is asked afterwards is answered from
 * that, and checked again. A crash of the copy is an error like others. Links are not followed, and
 * once the file is open the copy can open no other. What lies deeper than 8 groups is not seen.
 *
 * HDF5 keeps global state, so every call that needs it takes one lock; different threads may work
 * on different files. Paths inside a file have no leading slash; "/" is the root group.
 */
#ifndef NS_BASE_H5_H
#define NS_BASE_H5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

enum { H5_RANK_MAX = 32, H5_TEXT_MAX = 1 << 20 };

struct h5 {
    int64_t id;                   /* HDF5's, of a file that is being written; else negative */
    char *path;                   /* as given, owned */
    uint64_t size;                /* bytes of a file opened for reading, */
    struct file_map map;          /* all of them, */
    struct h5_contents *contents; /* and what is in it */
    struct buf temporary; /* name of the file being written, empty when reading or published */
    bool in_memory;       /* being written, and nowhere else yet */
};

#define H5_INIT ((struct h5){.id = -1})

enum h5_type { H5_OTHER, H5_U8, H5_U32, H5_F16, H5_F32 };

struct h5_array {
    enum h5_type type;
    char type_text[64]; /* "big-endian 32-bit float": for messages, of H5_OTHER too */
    int rank;           /* 0 for a scalar */
    uint64_t dims[H5_RANK_MAX];
    uint64_t n;      /* elements, not 0 */
    uint64_t offset; /* of the first byte, from the beginning of the file */
};

/* Bytes of an element; 0 for H5_OTHER. */
size_t h5_type_size(enum h5_type type);

/* "1.10.8": the library that runs. */
const char *h5_version(void);

/* Opens for reading. Missing, empty, truncated and foreign files are told apart. */
int h5_open(struct h5 *h, const char *path, struct err *e);

/* The bytes of the file that was opened, which h5_find() gives offsets into, for the caller to
 * close. */
void h5_take_map(struct h5 *h, struct file_map *out);

/* Closes; a file that was being written and is not published is removed. Closing twice is fine. */
void h5_close(struct h5 *h);

/*
 * Looks an array up. Refused: what is missing, no data set, reached through a soft or external
 * link, chunked, compressed, compact, virtual or external, without data, or not inside the file.
 * Whether type and shape are as wanted is for the caller to say.
 */
int h5_find(const struct h5 *h, const char *path, struct h5_array *out, struct err *e);

/* Is there something of this name? (Nothing is said about what.) */
bool h5_exists(const struct h5 *h, const char *path);
bool h5_has_attribute(const struct h5 *h, const char *group, const char *name);

/* Numbers of any integer, float or boolean type, scalar or array; at most `max`, else an error. */
int h5_get_reals(const struct h5 *h, const char *group, const char *name, double *out, size_t max,
                 size_t *n, struct err *e);

/* One number; h5_get_int refuses fractions and what does not fit. */
int h5_get_real(const struct h5 *h, const char *group, const char *name, double *out,
                struct err *e);
int h5_get_int(const struct h5 *h, const char *group, const char *name, int *out, struct err *e);

/* Appends a text of fixed or variable length, up to its first NUL. */
int h5_get_text(const struct h5 *h, const char *group, const char *name, struct buf *out,
                struct err *e);

/* Calls `visit` for each attribute in the order of names, until it returns other than 0. */
int h5_each_attribute(const struct h5 *h, const char *group,
                      int (*visit)(void *context, const char *name, struct err *e), void *context,
                      struct err *e);

/* Starts a file that will stand at `path` once it is published. */
int h5_create(struct h5 *h, const char *path, struct err *e);

/*
 * The same for a small file, which is put together in memory and written at once. Another process
 * may then call file_sweep() in its folder at any time.
 */
int h5_create_small(struct h5 *h, const char *path, struct err *e);

/* Closes a written file and puts it in its place. */
int h5_publish(struct h5 *h, struct err *e);

int h5_put_group(struct h5 *h, const char *path, struct err *e);
int h5_put_int(struct h5 *h, const char *group, const char *name, int value, struct err *e);
int h5_put_ints(struct h5 *h, const char *group, const char *name, const int *values, size_t n,
                struct err *e);
int h5_put_counts(struct h5 *h, const char *group, const char *name, const uint64_t *values,
                  size_t n, struct err *e);
int h5_put_float(struct h5 *h, const char *group, const char *name, float value, struct err *e);
int h5_put_text(struct h5 *h, const char *group, const char *name, const char *text, struct err *e);

/* Writes an array straight from `bytes` (little-endian, row-major); no dimension may be 0. */
int h5_put_array(struct h5 *h, const char *path, enum h5_type type, int rank, const uint64_t *dims,
                 const void *bytes, struct err *e);

/* Who makes the elements [begin, end) of an array that is being written, counted row-major. */
struct h5_maker {
    int (*make)(void *context, uint64_t begin, uint64_t end, void *bytes, struct err *e);
    void *context;
};

/*
 * The same array, made part by part in order: whole rows, at most H5_PART_BYTES of them or one, are
 * in memory at a time.
 */
enum { H5_PART_BYTES = 8 << 20 };
int h5_make_array(struct h5 *h, const char *path, enum h5_type type, int rank, const uint64_t *dims,
                  const struct h5_maker *maker, struct err *e);

#endif
