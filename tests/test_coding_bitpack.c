/* bitpack: where each bit stands, round trips, thread counts. */
#include <criterion/criterion.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "coding/bitpack.h"

static uint8_t *random_codes(size_t n, int bits, uint32_t stream)
{
    struct rng r = rng_stream(11, stream, RNG_TEST);
    uint8_t *code = malloc(n + 1);
    for (size_t i = 0; i < n; i++) {
        code[i] = (uint8_t)rng_below(&r, 1u << bits);
    }
    return code;
}

Test(coding_bitpack, widths_and_sizes)
{
    static const int width[] = {0, 0, 1, 2, 2, 3, 3, 3, 3, 4};
    for (size_t n = 0; n < sizeof width / sizeof *width; n++) {
        cr_assert(bitpack_width(n) == width[n], "%zu things", n);
    }
    cr_assert(bitpack_width(256) == 8 && bitpack_width(257) == 9);
    for (int bits = 1; bits <= 8; bits++) {
        for (size_t n = 0; n < 100; n++) {
            cr_assert(bitpack_bytes(n, bits) == (n * (size_t)bits + 7) / 8);
        }
    }
}

Test(coding_bitpack, low_bits_come_first)
{
    const uint8_t nibbles[] = {1, 2, 3}, threes[] = {7, 0, 5, 1};
    uint8_t bytes[2];
    bitpack(bytes, nibbles, 3, 4);
    cr_assert(bytes[0] == 0x21 && bytes[1] == 0x03);
    bitpack(bytes, threes, 4, 3); /* 001 101 000 111 */
    cr_assert(bytes[0] == 0x47 && bytes[1] == 0x03);
}

Test(coding_bitpack, bits_above_the_width_are_dropped)
{
    const uint8_t wide[] = {0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9};
    uint8_t bytes[5], code[9];
    bitpack(bytes, wide, 9, 4);
    bitunpack(code, bytes, 9, 4);
    for (int i = 0; i < 9; i++) {
        cr_assert(code[i] == (wide[i] & 15), "code %d", i);
    }
}

/* Against a plain reading of the header, over lengths on both sides of eights and chunks. */
Test(coding_bitpack, every_bit_stands_where_the_header_says)
{
    static const size_t lengths[] = {0, 1, 7, 8, 9, 1000, 65535, 65536, 65537, 200003};
    for (int bits = 1; bits <= 8; bits++) {
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            size_t n = lengths[l], n_bytes = bitpack_bytes(n, bits);
            uint8_t *code = random_codes(n, bits, (uint32_t)(l * 10) + (uint32_t)bits);
            uint8_t *bytes = malloc(n_bytes + 1), *back = malloc(n + 1);
            uint8_t *expected = calloc(n_bytes + 1, 1);
            bytes[n_bytes] = back[n] = 0xA5;
            for (size_t j = 0; j < n * (size_t)bits; j++) {
                int bit = code[j / (size_t)bits] >> j % (size_t)bits & 1;
                expected[j / 8] = (uint8_t)(expected[j / 8] | bit << j % 8);
            }
            bitpack(bytes, code, n, bits);
            bitunpack(back, bytes, n, bits);
            cr_assert(memcmp(bytes, expected, n_bytes) == 0, "%zu codes of %d bits", n, bits);
            cr_assert(memcmp(back, code, n) == 0, "%zu codes of %d bits", n, bits);
            cr_assert(bytes[n_bytes] == 0xA5 && back[n] == 0xA5, "written behind the end");
            free(code);
            free(bytes);
            free(back);
            free(expected);
        }
    }
}

Test(coding_bitpack, no_thread_count_changes_a_byte)
{
    enum { N = 300007, BITS = 5 };
    uint8_t *code = random_codes(N, BITS, 99), *back = malloc(N);
    size_t n_bytes = bitpack_bytes(N, BITS);
    uint8_t *first = malloc(n_bytes), *bytes = malloc(n_bytes);
    omp_set_num_threads(1);
    bitpack(first, code, N, BITS);
    for (int threads = 2; threads <= 16; threads += 7) {
        omp_set_num_threads(threads);
        bitpack(bytes, code, N, BITS);
        bitunpack(back, bytes, N, BITS);
        cr_assert(memcmp(bytes, first, n_bytes) == 0, "%d threads", threads);
        cr_assert(memcmp(back, code, N) == 0, "%d threads", threads);
    }
    free(code);
    free(back);
    free(first);
    free(bytes);
}
