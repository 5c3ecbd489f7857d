/*
 * range_chunks: how the chunks of a range-coded stream stand one behind the other, and whose error
 * is reported when several fail. Internal to the coders of this folder.
 *
 * Form: the bytes of each chunk as 32-bit little-endian numbers, then the chunks.
 */
#ifndef NS_CODING_RANGE_CHUNKS_H
#define NS_CODING_RANGE_CHUNKS_H

#include "base/buf.h"
#include "coding/range_engine.h"

/* The error of the lowest chunk that failed, whatever the threads. */
struct chunk_errors {
    size_t failed; /* the number of chunks when none did */
    struct err *e;
};

/* Threads may call it at the same time. */
void chunk_failed(struct chunk_errors *all, size_t chunk, const struct err *own);

/* Appends the sizes and the bytes of chunk[n], and frees these. */
void chunks_add(struct buf *out, struct range_encoder *chunk, size_t n);

/*
 * begin[c] = where chunk c begins in bytes[n_bytes], begin[n] = n_bytes; the caller frees it. NULL
 * with a phrase in `e` when the sizes do not add up.
 */
size_t *chunks_find(size_t n, const uint8_t *bytes, size_t n_bytes, struct err *e);

#endif
