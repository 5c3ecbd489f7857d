#include "coding/range_coder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/*
 * A node holds the probability of a 0 in its upper bits and in its lower ones how many decisions it
 * has seen, up to MEMORY.
 */
enum { COUNT_BITS = 10, P_BITS = 22, MEMORY = (1 << COUNT_BITS) - 1, RATE_BITS = 16 };
static const uint32_t p_top = (1u << P_BITS) - 1;
static const uint64_t range_bottom = (uint64_t)1 << 32;

/* The trees of one chunk, and the table of learning rates that all chunks share. */
struct model {
    uint32_t *node;                   /* all contexts' trees, one after the other */
    size_t first[RANGE_CONTEXTS_MAX]; /* the node of context k's tree with index 0 (unused) */
    size_t n_nodes;
    uint32_t rate[MEMORY + 1]; /* 1 / (count + 2), in units of 2^−RATE_BITS */
};

static int model_new(struct model *m, const struct range_contexts *c)
{
    m->n_nodes = 0;
    for (int k = 0; k < c->n; k++) {
        m->first[k] = m->n_nodes;
        m->n_nodes += (size_t)1 << c->bits[k];
    }
    for (uint32_t i = 0; i <= MEMORY; i++) {
        m->rate[i] = (1u << RATE_BITS) / (i + 2);
    }
    m->node = malloc(m->n_nodes * sizeof *m->node);
    return m->node ? 0 : -1;
}

static void model_restart(struct model *m)
{
    for (size_t i = 0; i < m->n_nodes; i++) {
        m->node[i] = 1u << 31; /* one half, nothing seen */
    }
}

/* The probability of a 0, from 1 to 2^P_BITS − 1. */
static inline uint32_t probability(uint32_t node)
{
    return node >> COUNT_BITS | 1;
}

static inline uint32_t learned(uint32_t node, bool bit, const uint32_t *rate)
{
    uint32_t count = node & MEMORY, p = node >> COUNT_BITS;
    uint64_t distance = bit ? p : p_top - p;
    uint32_t step = (uint32_t)(distance * rate[count] >> RATE_BITS);
    p = bit ? p - step : p + step;
    return p << COUNT_BITS | (count + (count < MEMORY));
}

/* Puts a chunk's code together. The code is a number in [low, low + range) behind `bytes`. */
struct encoder {
    uint64_t low, range;
    uint8_t *bytes;
    size_t n, capacity;
};

/* Adds 1 to the number that was written so far: it never grows a digit, being a fraction below 1.
 */
static void carry(struct encoder *x)
{
    size_t i = x->n;
    while (i > 0 && ++x->bytes[--i] == 0) {
    }
}

static void encode_bit(struct encoder *x, bool bit, uint32_t p)
{
    uint64_t bound = (x->range >> P_BITS) * p;
    if (bit) {
        x->low += bound;
        if (x->low < bound) {
            carry(x);
        }
        x->range -= bound;
    } else {
        x->range = bound;
    }
    if (x->range < range_bottom) {
        for (int shift = 56; shift >= 32; shift -= 8) {
            x->bytes[x->n++] = (uint8_t)(x->low >> shift);
        }
        x->low <<= 32;
        x->range <<= 32;
    }
}

/* Ends with the number in the range that has the most zeros at its end, and drops the zeros. */
static void encode_end(struct encoder *x)
{
    for (int zeros = 56; zeros >= 32; zeros -= 8) {
        uint64_t mask = ((uint64_t)1 << zeros) - 1, end = (x->low + mask) & ~mask;
        if (end - x->low < x->range) {
            if (end < x->low) {
                carry(x);
            }
            for (int shift = 56; shift >= zeros; shift -= 8) {
                x->bytes[x->n++] = (uint8_t)(end >> shift);
            }
            break;
        }
    }
    while (x->n > 0 && x->bytes[x->n - 1] == 0) {
        x->n--;
    }
}

static int encode_chunk(struct encoder *x, struct model *m, const uint8_t *symbol,
                        const uint8_t *context, size_t n, const struct range_contexts *contexts,
                        struct err *e)
{
    enum { ROOM = 64 }; /* over what 8 decisions of at most 22 bits and the end can take */
    x->low = 0;
    x->range = UINT64_MAX;
    model_restart(m);
    for (size_t i = 0; i < n; i++) {
        size_t k = context ? context[i] : 0;
        uint32_t *tree = m->node + m->first[k];
        if (x->capacity - x->n < ROOM &&
            mem_grow(&x->bytes, &x->capacity, x->n + ROOM, sizeof *x->bytes, e)) {
            return -1;
        }
        size_t at = 1;
        for (int b = contexts->bits[k] - 1; b >= 0; b--) {
            bool bit = symbol[i] >> b & 1;
            encode_bit(x, bit, probability(tree[at]));
            tree[at] = learned(tree[at], bit, m->rate);
            at = 2 * at + bit;
        }
    }
    if (mem_grow(&x->bytes, &x->capacity, x->n + ROOM, sizeof *x->bytes, e)) {
        return -1;
    }
    encode_end(x);
    return 0;
}

/* Reads a chunk. `code` is how far the number stands above the low end of the range. */
struct decoder {
    uint64_t code, range;
    const uint8_t *bytes;
    size_t n, at; /* `at` runs on behind the end, where all is zero */
};

static void decode_word(struct decoder *x)
{
    uint32_t word = 0;
    if (x->at + 4 <= x->n) {
        const uint8_t *b = x->bytes + x->at;
        word = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    } else {
        for (size_t i = x->at; i < x->at + 4; i++) {
            word = word << 8 | (i < x->n ? x->bytes[i] : 0);
        }
    }
    x->at += 4;
    x->code = x->code << 32 | word;
}

static bool decode_bit(struct decoder *x, uint32_t p)
{
    uint64_t bound = (x->range >> P_BITS) * p;
    bool bit = x->code >= bound;
    if (bit) {
        x->code -= bound;
        x->range -= bound;
    } else {
        x->range = bound;
    }
    if (x->range < range_bottom) {
        x->range <<= 32;
        decode_word(x);
    }
    return bit;
}

/* False when no encoder writes such a chunk. */
static bool decode_chunk(uint8_t *symbol, struct decoder x, struct model *m, const uint8_t *context,
                         size_t n, const struct range_contexts *contexts)
{
    x.range = UINT64_MAX;
    decode_word(&x);
    decode_word(&x);
    model_restart(m);
    for (size_t i = 0; i < n; i++) {
        size_t k = context ? context[i] : 0;
        uint32_t *tree = m->node + m->first[k];
        size_t at = 1, width = (size_t)1 << contexts->bits[k];
        while (at < width) {
            bool bit = decode_bit(&x, probability(tree[at]));
            tree[at] = learned(tree[at], bit, m->rate);
            at = 2 * at + bit;
        }
        symbol[i] = (uint8_t)(at - width);
    }
    return x.at >= x.n && x.code < x.range;
}

static size_t range_chunks(size_t n)
{
    return n / RANGE_CHUNK + (n % RANGE_CHUNK != 0);
}

static size_t symbols_in(size_t chunk, size_t n)
{
    size_t left = n - chunk * RANGE_CHUNK;
    return left < RANGE_CHUNK ? left : RANGE_CHUNK;
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

/* Keeps the error of the lowest chunk, whatever the threads. */
static void keep_error(struct err *e, size_t *failed, size_t chunk, const struct err *own)
{
#pragma omp critical(range_error)
    if (chunk < *failed) {
        *failed = chunk;
        *e = *own;
    }
}

int range_encode(struct buf *out, const uint8_t *symbol, const uint8_t *context, size_t n,
                 const struct range_contexts *contexts, struct err *e)
{
    size_t n_chunks = range_chunks(n), failed = n_chunks;
    struct encoder *chunk = mem_new(n_chunks, sizeof *chunk, e);
    if (!chunk) {
        return -1;
    }
#pragma omp parallel
    {
        struct model m;
        struct err own;
        bool ready = model_new(&m, contexts) == 0;
#pragma omp for schedule(dynamic, 1)
        for (size_t c = 0; c < n_chunks; c++) {
            size_t at = c * RANGE_CHUNK;
            struct encoder x = {0}; /* not in the array: threads would share its cache lines */
            if (!ready ? err_set(&own, "out of memory: no room for the models of a range coder")
                       : encode_chunk(&x, &m, symbol + at, context ? context + at : NULL,
                                      symbols_in(c, n), contexts, &own)) {
                keep_error(e, &failed, c, &own);
            }
            chunk[c] = x;
        }
        free(m.node);
    }
    for (size_t c = 0; c < n_chunks; c++) {
        add_u32(out, chunk[c].n);
    }
    for (size_t c = 0; c < n_chunks; c++) {
        buf_add(out, chunk[c].bytes, chunk[c].n);
        free(chunk[c].bytes);
    }
    free(chunk);
    return failed < n_chunks ? -1 : buf_check(out, e);
}

/* begin[c] = where chunk c begins, begin[n_chunks] = n_bytes. */
static int find_chunks(size_t *begin, size_t n_chunks, const uint8_t *bytes, size_t n_bytes,
                       struct err *e)
{
    if (n_bytes / 4 < n_chunks) {
        return err_set(e, "%zu bytes cannot hold %zu chunks of coded symbols", n_bytes, n_chunks);
    }
    size_t at = 4 * n_chunks;
    for (size_t c = 0; c < n_chunks; c++) {
        size_t size = u32_at(bytes + 4 * c);
        begin[c] = at;
        if (size > n_bytes - at) {
            return err_set(e, "chunk %zu of %zu reaches beyond the end of the %zu coded bytes",
                           c + 1, n_chunks, n_bytes);
        }
        at += size;
    }
    begin[n_chunks] = at;
    return at == n_bytes ? 0
                         : err_set(e, "%zu bytes follow the last of %zu chunks of coded symbols",
                                   n_bytes - at, n_chunks);
}

int range_decode(uint8_t *symbol, const uint8_t *context, size_t n,
                 const struct range_contexts *contexts, const uint8_t *bytes, size_t n_bytes,
                 struct err *e)
{
    size_t n_chunks = range_chunks(n), failed = n_chunks;
    size_t *begin = mem_new(n_chunks + 1, sizeof *begin, e);
    int status = begin ? find_chunks(begin, n_chunks, bytes, n_bytes, e) : -1;
    if (status) {
        goto out;
    }
#pragma omp parallel
    {
        struct model m;
        struct err own;
        bool ready = model_new(&m, contexts) == 0;
#pragma omp for schedule(dynamic, 1)
        for (size_t c = 0; c < n_chunks; c++) {
            size_t at = c * RANGE_CHUNK;
            struct decoder x = {.bytes = bytes + begin[c], .n = begin[c + 1] - begin[c]};
            if (!ready) {
                err_set(&own, "out of memory: no room for the models of a range coder");
                keep_error(e, &failed, c, &own);
            } else if (!decode_chunk(symbol + at, x, &m, context ? context + at : NULL,
                                     symbols_in(c, n), contexts)) {
                err_set(&own, "chunk %zu of %zu is no code of %zu symbols; it is damaged", c + 1,
                        n_chunks, symbols_in(c, n));
                keep_error(e, &failed, c, &own);
            }
        }
        free(m.node);
    }
    status = failed < n_chunks ? -1 : 0;
out:
    free(begin);
    return status;
}
