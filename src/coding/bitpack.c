#include "coding/bitpack.h"

#include "base/err.h"
#include "base/parallel.h"

_Static_assert(PARALLEL_CHUNK % 8 == 0, "a chunk of codes fills whole bytes");

int bitpack_width(size_t n)
{
    int bits = 0;
    while (bits < 63 && (size_t)1 << bits < n) {
        bits++;
    }
    return bits;
}

size_t bitpack_bytes(size_t n, int bits)
{
    return n / 8 * (size_t)bits + (n % 8 * (size_t)bits + 7) / 8;
}

/* Eight codes make `bits` bytes. `bits` is a constant wherever this is inlined. */
static inline void pack_eights(uint8_t *bytes, const uint8_t *code, size_t n_eights, int bits)
{
    uint64_t mask = (1u << bits) - 1;
    for (size_t k = 0; k < n_eights; k++, code += 8, bytes += bits) {
        uint64_t word = 0;
        for (int i = 0; i < 8; i++) {
            word |= (code[i] & mask) << (i * bits);
        }
        for (int i = 0; i < bits; i++) {
            bytes[i] = (uint8_t)(word >> (8 * i));
        }
    }
}

static inline void unpack_eights(uint8_t *code, const uint8_t *bytes, size_t n_eights, int bits)
{
    uint64_t mask = (1u << bits) - 1;
    for (size_t k = 0; k < n_eights; k++, code += 8, bytes += bits) {
        uint64_t word = 0;
        for (int i = 0; i < bits; i++) {
            word |= (uint64_t)bytes[i] << (8 * i);
        }
        for (int i = 0; i < 8; i++) {
            code[i] = (uint8_t)(word >> (i * bits) & mask);
        }
    }
}

/* The codes after the last whole eight: fewer than 8 of them. */
static void pack_rest(uint8_t *bytes, const uint8_t *code, size_t n, int bits)
{
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++) {
        word |= (uint64_t)(code[i] & ((1u << bits) - 1)) << (i * (size_t)bits);
    }
    for (size_t i = 0; i < bitpack_bytes(n, bits); i++) {
        bytes[i] = (uint8_t)(word >> (8 * i));
    }
}

static void unpack_rest(uint8_t *code, const uint8_t *bytes, size_t n, int bits)
{
    uint64_t word = 0;
    for (size_t i = 0; i < bitpack_bytes(n, bits); i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    for (size_t i = 0; i < n; i++) {
        code[i] = (uint8_t)(word >> (i * (size_t)bits) & ((1u << bits) - 1));
    }
}

/* One case a width, so that the compiler sees constants and unrolls. */
#define EACH_WIDTH(function, to, from, n_eights, bits)                                             \
    switch (bits) {                                                                                \
    case 0:                                                                                        \
        function(to, from, n_eights, 0);                                                           \
        break;                                                                                     \
    case 1:                                                                                        \
        function(to, from, n_eights, 1);                                                           \
        break;                                                                                     \
    case 2:                                                                                        \
        function(to, from, n_eights, 2);                                                           \
        break;                                                                                     \
    case 3:                                                                                        \
        function(to, from, n_eights, 3);                                                           \
        break;                                                                                     \
    case 4:                                                                                        \
        function(to, from, n_eights, 4);                                                           \
        break;                                                                                     \
    case 5:                                                                                        \
        function(to, from, n_eights, 5);                                                           \
        break;                                                                                     \
    case 6:                                                                                        \
        function(to, from, n_eights, 6);                                                           \
        break;                                                                                     \
    case 7:                                                                                        \
        function(to, from, n_eights, 7);                                                           \
        break;                                                                                     \
    case 8:                                                                                        \
        function(to, from, n_eights, 8);                                                           \
        break;                                                                                     \
    default:                                                                                       \
        BUG("codes of %d bits", bits);                                                             \
    }

static void pack_chunk(uint8_t *bytes, const uint8_t *code, size_t n, int bits)
{
    size_t even = n - n % 8;
    EACH_WIDTH(pack_eights, bytes, code, n / 8, bits)
    pack_rest(bytes + bitpack_bytes(even, bits), code + even, n - even, bits);
}

static void unpack_chunk(uint8_t *code, const uint8_t *bytes, size_t n, int bits)
{
    size_t even = n - n % 8;
    EACH_WIDTH(unpack_eights, code, bytes, n / 8, bits)
    unpack_rest(code + even, bytes + bitpack_bytes(even, bits), n - even, bits);
}

void bitpack(uint8_t *bytes, const uint8_t *code, size_t n, int bits)
{
#pragma omp parallel for schedule(static) if (n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(n); c++) {
        size_t begin = chunk_begin(c);
        pack_chunk(bytes + bitpack_bytes(begin, bits), code + begin, chunk_end(c, n) - begin, bits);
    }
}

void bitunpack(uint8_t *code, const uint8_t *bytes, size_t n, int bits)
{
#pragma omp parallel for schedule(static) if (n > PARALLEL_CHUNK)
    for (size_t c = 0; c < chunk_count(n); c++) {
        size_t begin = chunk_begin(c);
        unpack_chunk(code + begin, bytes + bitpack_bytes(begin, bits), chunk_end(c, n) - begin,
                     bits);
    }
}
