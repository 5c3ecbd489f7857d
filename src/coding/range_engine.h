/*
 * range_engine: binary decisions with learned probabilities, through a range coder. Internal to the
 * coders of this folder (range_coder.h, step_coder.h), which say what the decisions are about.
 *
 * A node holds the probability of a 0 in its upper 22 bits and in its lower 10 how many decisions
 * it has seen, up to a limit: it learns at first as the estimator of Krichevsky and Trofimov, then
 * with a memory of as many decisions as the limit says. The coder (Martin 1979) has 64-bit
 * registers and carries; its own loss is below 0.001 %.
 *
 * All of it is integers, inlined into the loops of its users: encoder and decoder go the same way.
 * An encoder's bytes grow with range_room(), before a stretch of decisions of known length. A
 * decoder takes any bytes and reads zeros behind their end.
 */
#ifndef NS_CODING_RANGE_ENGINE_H
#define NS_CODING_RANGE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

enum {
    RANGE_COUNT_BITS = 10,
    RANGE_P_BITS = 22,
    RANGE_MEMORY = (1 << RANGE_COUNT_BITS) - 1,
    RANGE_RATE_BITS = 16
};

#define RANGE_NODE_NEW (1u << 31) /* one half, nothing seen */

/* The table of learning rates: 1 / (count + 2), in units of 2^−RANGE_RATE_BITS. */
struct range_rates {
    uint32_t rate[RANGE_MEMORY + 1];
};

static inline void range_rates_fill(struct range_rates *r)
{
    for (uint32_t i = 0; i <= RANGE_MEMORY; i++) {
        r->rate[i] = (1u << RANGE_RATE_BITS) / (i + 2);
    }
}

/* The probability of a 0, from 1 to 2^22 − 1. */
static inline uint32_t range_probability(uint32_t node)
{
    return node >> RANGE_COUNT_BITS | 1;
}

/* The node after a decision; `memory` is at most RANGE_MEMORY. */
static inline uint32_t range_learned(uint32_t node, bool bit, const struct range_rates *r,
                                     uint32_t memory)
{
    const uint32_t p_top = (1u << RANGE_P_BITS) - 1;
    uint32_t count = node & RANGE_MEMORY, p = node >> RANGE_COUNT_BITS;
    uint64_t distance = bit ? p : p_top - p;
    uint32_t step = (uint32_t)(distance * r->rate[count] >> RANGE_RATE_BITS);
    p = bit ? p - step : p + step;
    return p << RANGE_COUNT_BITS | (count + (count < memory));
}

/* Puts a chunk's code together. The code is a number in [low, low + range) behind `bytes`. */
struct range_encoder {
    uint64_t low, range;
    uint8_t *bytes; /* owned */
    size_t n, capacity;
};

/* Room for `n` more bytes, and for the end. A decision takes 22 bits at most. */
static inline int range_room(struct range_encoder *x, size_t n, struct err *e)
{
    enum { END = 16 };
    return x->capacity - x->n < n + END
               ? mem_grow(&x->bytes, &x->capacity, x->n + n + END, sizeof *x->bytes, e)
               : 0;
}

/* Adds 1 to the number that was written so far: it never grows a digit, being a fraction below 1.
 */
static inline void range_carry(struct range_encoder *x)
{
    size_t i = x->n;
    while (i > 0 && ++x->bytes[--i] == 0) {
    }
}

/* `p` is the probability of a 0. */
static inline void range_encode_bit(struct range_encoder *x, bool bit, uint32_t p)
{
    uint64_t bound = (x->range >> RANGE_P_BITS) * p;
    if (bit) {
        x->low += bound;
        if (x->low < bound) {
            range_carry(x);
        }
        x->range -= bound;
    } else {
        x->range = bound;
    }
    if (x->range < (uint64_t)1 << 32) {
        for (int shift = 56; shift >= 32; shift -= 8) {
            x->bytes[x->n++] = (uint8_t)(x->low >> shift);
        }
        x->low <<= 32;
        x->range <<= 32;
    }
}

/* Ends with the number in the range that has the most zeros at its end, and drops the zeros. */
static inline void range_encode_end(struct range_encoder *x)
{
    for (int zeros = 56; zeros >= 32; zeros -= 8) {
        uint64_t mask = ((uint64_t)1 << zeros) - 1, end = (x->low + mask) & ~mask;
        if (end - x->low < x->range) {
            if (end < x->low) {
                range_carry(x);
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

/* Reads a chunk. `code` is how far the number stands above the low end of the range. */
struct range_decoder {
    uint64_t code, range;
    const uint8_t *bytes;
    size_t n, at; /* `at` runs on behind the end, where all is zero */
};

static inline void range_decode_word(struct range_decoder *x)
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

static inline struct range_decoder range_decode_begin(const uint8_t *bytes, size_t n)
{
    struct range_decoder x = {.range = UINT64_MAX, .bytes = bytes, .n = n};
    range_decode_word(&x);
    range_decode_word(&x);
    return x;
}

static inline bool range_decode_bit(struct range_decoder *x, uint32_t p)
{
    uint64_t bound = (x->range >> RANGE_P_BITS) * p;
    bool bit = x->code >= bound;
    if (bit) {
        x->code -= bound;
        x->range -= bound;
    } else {
        x->range = bound;
    }
    if (x->range < (uint64_t)1 << 32) {
        x->range <<= 32;
        range_decode_word(x);
    }
    return bit;
}

/* False when no encoder writes such a chunk. */
static inline bool range_decode_ended(const struct range_decoder *x)
{
    return x->at >= x->n && x->code < x->range;
}

#endif
