#include "base/rng_lanes.h"

/* The multipliers and the Weyl steps of the keys of Philox 4x32 (Salmon et al., SC 2011). */
enum { ROUNDS = 10 };
static const uint32_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
static const uint32_t step0 = 0x9E3779B9, step1 = 0xBB67AE85;

SIMD_CLONES void rng_lanes(uint32_t out[4][SIMD_LANES], uint64_t seed, uint32_t stream,
                           enum rng_purpose purpose, uint64_t counter)
{
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    for (uint32_t j = 0; j < SIMD_LANES; j++) {
        out[0][j] = (uint32_t)counter;
        out[1][j] = (uint32_t)(counter >> 32);
        out[2][j] = stream + j;
        out[3][j] = (uint32_t)purpose;
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int j = 0; j < SIMD_LANES; j++) {
            uint64_t a = (uint64_t)multiplier0 * out[0][j];
            uint64_t b = (uint64_t)multiplier1 * out[2][j];
            out[0][j] = (uint32_t)(b >> 32) ^ out[1][j] ^ key0;
            out[1][j] = (uint32_t)b;
            out[2][j] = (uint32_t)(a >> 32) ^ out[3][j] ^ key1;
            out[3][j] = (uint32_t)a;
        }
        key0 += step0;
        key1 += step1;
    }
}
