#include "coding/range_coder.h"

#include <stdlib.h>

#include "coding/range_chunks.h"

/* The trees of one chunk. */
struct model {
    uint32_t *node;                   /* all contexts' trees, one after the other */
    size_t first[RANGE_CONTEXTS_MAX]; /* the node of context k's tree with index 0 (unused) */
    size_t n_nodes;
    struct range_rates rates;
};

static int model_new(struct model *m, const struct range_contexts *c)
{
    m->n_nodes = 0;
    for (int k = 0; k < c->n; k++) {
        m->first[k] = m->n_nodes;
        m->n_nodes += (size_t)1 << c->bits[k];
    }
    range_rates_fill(&m->rates);
    m->node = malloc(m->n_nodes * sizeof *m->node);
    return m->node ? 0 : -1;
}

static void model_restart(struct model *m)
{
    for (size_t i = 0; i < m->n_nodes; i++) {
        m->node[i] = RANGE_NODE_NEW;
    }
}

static int encode_chunk(struct range_encoder *x, struct model *m, const uint8_t *symbol,
                        const uint8_t *context, size_t n, const struct range_contexts *contexts,
                        struct err *e)
{
    enum { ROOM = 32 }; /* over what 8 decisions of at most 22 bits can take */
    x->low = 0;
    x->range = UINT64_MAX;
    model_restart(m);
    for (size_t i = 0; i < n; i++) {
        size_t k = context ? context[i] : 0;
        uint32_t *tree = m->node + m->first[k];
        if (range_room(x, ROOM, e)) {
            return -1;
        }
        size_t at = 1;
        for (int b = contexts->bits[k] - 1; b >= 0; b--) {
            bool bit = symbol[i] >> b & 1;
            range_encode_bit(x, bit, range_probability(tree[at]));
            tree[at] = range_learned(tree[at], bit, &m->rates, RANGE_MEMORY);
            at = 2 * at + bit;
        }
    }
    if (range_room(x, ROOM, e)) {
        return -1;
    }
    range_encode_end(x);
    return 0;
}

/* False when no encoder writes such a chunk. */
static bool decode_chunk(uint8_t *symbol, struct range_decoder x, struct model *m,
                         const uint8_t *context, size_t n, const struct range_contexts *contexts)
{
    model_restart(m);
    for (size_t i = 0; i < n; i++) {
        size_t k = context ? context[i] : 0;
        uint32_t *tree = m->node + m->first[k];
        size_t at = 1, width = (size_t)1 << contexts->bits[k];
        while (at < width) {
            bool bit = range_decode_bit(&x, range_probability(tree[at]));
            tree[at] = range_learned(tree[at], bit, &m->rates, RANGE_MEMORY);
            at = 2 * at + bit;
        }
        symbol[i] = (uint8_t)(at - width);
    }
    return range_decode_ended(&x);
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

int range_encode(struct buf *out, const uint8_t *symbol, const uint8_t *context, size_t n,
                 const struct range_contexts *contexts, struct err *e)
{
    size_t n_chunks = range_chunks(n);
    struct chunk_errors errors = {.failed = n_chunks, .e = e};
    struct range_encoder *chunk = mem_new(n_chunks, sizeof *chunk, e);
    if (!chunk) {
        return -1;
    }
#pragma omp parallel if (n_chunks > 1)
    {
        struct model m;
        struct err own;
        bool ready = model_new(&m, contexts) == 0;
#pragma omp for schedule(dynamic, 1)
        for (size_t c = 0; c < n_chunks; c++) {
            size_t at = c * RANGE_CHUNK;
            struct range_encoder x = {0}; /* not in the array: threads would share cache lines */
            if (!ready ? err_set(&own, "out of memory: no room for the models of a range coder")
                       : encode_chunk(&x, &m, symbol + at, context ? context + at : NULL,
                                      symbols_in(c, n), contexts, &own)) {
                chunk_failed(&errors, c, &own);
            }
            chunk[c] = x;
        }
        free(m.node);
    }
    chunks_add(out, chunk, n_chunks);
    free(chunk);
    return errors.failed < n_chunks ? -1 : buf_check(out, e);
}

int range_decode(uint8_t *symbol, const uint8_t *context, size_t n,
                 const struct range_contexts *contexts, const uint8_t *bytes, size_t n_bytes,
                 struct err *e)
{
    size_t n_chunks = range_chunks(n);
    struct chunk_errors errors = {.failed = n_chunks, .e = e};
    size_t *begin = chunks_find(n_chunks, bytes, n_bytes, e);
    if (!begin) {
        return -1;
    }
#pragma omp parallel if (n_chunks > 1)
    {
        struct model m;
        struct err own;
        bool ready = model_new(&m, contexts) == 0;
#pragma omp for schedule(dynamic, 1)
        for (size_t c = 0; c < n_chunks; c++) {
            size_t at = c * RANGE_CHUNK;
            struct range_decoder x = range_decode_begin(bytes + begin[c], begin[c + 1] - begin[c]);
            if (!ready) {
                err_set(&own, "out of memory: no room for the models of a range coder");
                chunk_failed(&errors, c, &own);
            } else if (!decode_chunk(symbol + at, x, &m, context ? context + at : NULL,
                                     symbols_in(c, n), contexts)) {
                err_set(&own, "chunk %zu of %zu is no code of %zu symbols; it is damaged", c + 1,
                        n_chunks, symbols_in(c, n));
                chunk_failed(&errors, c, &own);
            }
        }
        free(m.node);
    }
    free(begin);
    return errors.failed < n_chunks ? -1 : 0;
}
