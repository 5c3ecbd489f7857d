#include "coding/range_chunks.h"

#include <stdlib.h>

void chunk_failed(struct chunk_errors *all, size_t chunk, const struct err *own)
{
#pragma omp critical(range_error)
    if (chunk < all->failed) {
        all->failed = chunk;
        *all->e = *own;
    }
}

static void add_u32(struct buf *out, size_t x)
{
    for (int i = 0; i < 4; i++) {
        buf_addc(out, (char)(x >> (8 * i) & 0xFF));
    }
}

static size_t u32_at(const uint8_t *b)
{
    return (size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
}

void chunks_add(struct buf *out, struct range_encoder *chunk, size_t n)
{
    for (size_t c = 0; c < n; c++) {
        add_u32(out, chunk[c].n);
    }
    for (size_t c = 0; c < n; c++) {
        buf_add(out, chunk[c].bytes, chunk[c].n);
        free(chunk[c].bytes);
    }
}

static int find(size_t *begin, size_t n, const uint8_t *bytes, size_t n_bytes, struct err *e)
{
    size_t at = 4 * n;
    for (size_t c = 0; c < n; c++) {
        size_t size = u32_at(bytes + 4 * c);
        begin[c] = at;
        if (size > n_bytes - at) {
            return err_set(e, "chunk %zu of %zu reaches beyond the end of the %zu coded bytes",
                           c + 1, n, n_bytes);
        }
        at += size;
    }
    begin[n] = at;
    return at == n_bytes ? 0
                         : err_set(e, "%zu bytes follow the last of %zu chunks of coded symbols",
                                   n_bytes - at, n);
}

size_t *chunks_find(size_t n, const uint8_t *bytes, size_t n_bytes, struct err *e)
{
    if (n_bytes / 4 < n) {
        err_set(e, "%zu bytes cannot hold %zu chunks of coded symbols", n_bytes, n);
        return NULL;
    }
    size_t *begin = mem_new(n + 1, sizeof *begin, e);
    if (begin && find(begin, n, bytes, n_bytes, e)) {
        free(begin);
        begin = NULL;
    }
    return begin;
}
