/*
 * range_coder: symbols of up to 8 bits in about as many bits as their entropy.
 *
 * A symbol of b bits is b binary decisions along a tree, from its highest bit; each node of the
 * tree is a probability that starts at one half and learns as it goes, at first as the estimator of
 * Krichevsky and Trofimov, then with a memory of about a thousand decisions: nothing has to be
 * stored beside the codes, and streams that drift are followed. Each context (a tier, a step) has a
 * tree, and a width, of its own. The decisions go through a range coder (Martin 1979) with 64-bit
 * registers and carries, whose own loss is below 0.001 %.
 *
 * Symbols are cut into fixed chunks of RANGE_CHUNK that start afresh and are coded in parallel: the
 * same bytes for any number of threads. Form: the bytes of each chunk as 32-bit little-endian
 * numbers, then the chunks. A chunk's closing zero bytes are not stored: what lies behind its end
 * reads as zeros.
 *
 * The decoder takes any bytes: it makes exactly n symbols, each within the width of its context, or
 * an error; it reads nothing outside its input, and its time depends on n alone.
 */
#ifndef NS_CODING_RANGE_CODER_H
#define NS_CODING_RANGE_CODER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { RANGE_BITS_MAX = 8, RANGE_CONTEXTS_MAX = 256, RANGE_CHUNK = 1 << 17 };

/* The contexts of a stream: symbols in context k have bits[k] bits (0: one symbol, no code). */
struct range_contexts {
    int n; /* 1 to RANGE_CONTEXTS_MAX */
    uint8_t bits[RANGE_CONTEXTS_MAX];
};

/*
 * Appends the coded form of symbol[0..n) to `out`. context[i] is below contexts->n; a NULL
 * `context` is 0 throughout. Bits of a symbol above its width are dropped.
 */
int range_encode(struct buf *out, const uint8_t *symbol, const uint8_t *context, size_t n,
                 const struct range_contexts *contexts, struct err *e);

/*
 * symbol[0..n) from bytes[0..n_bytes). The error says what is wrong in a phrase ("chunk 3 of 7
 * …"); the caller puts the name of the stream in front.
 */
int range_decode(uint8_t *symbol, const uint8_t *context, size_t n,
                 const struct range_contexts *contexts, const uint8_t *bytes, size_t n_bytes,
                 struct err *e);

#endif
