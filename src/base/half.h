/*
 * half: IEEE 754 binary16, by its bits, exactly; no instruction set or compiler type is needed.
 *
 * Straight-line code, so that loops over it become vector code. (A conversion instruction or the
 * compiler's _Float16 would do the same: the first is not on every machine, the second is a
 * function call per element without it.)
 */
#ifndef NS_BASE_HALF_H
#define NS_BASE_HALF_H

#include <stdbool.h>

#include "base/float_bits.h"

static inline bool half_is_finite(uint16_t h)
{
    return (h & 0x7C00u) != 0x7C00u;
}

/* The 32-bit float equal to the 16-bit one with these bits. */
static inline float half_to_float(uint16_t h)
{
    const uint32_t half_one = 0x3F000000; /* 0.5f, whose last bit is worth 2^-24 */
    const uint32_t bias = (uint32_t)(127 - 15) << 23;
    uint32_t magnitude = h & 0x7FFFu, special = magnitude >= 0x7C00u;
    /* The exponent's bias goes from 15 to 127; that of NaN and infinity from 31 to 255. */
    uint32_t normal = (magnitude << 13) + bias + (bias & (0u - special));
    /* Denormals count in units of 2^-24: exact, and no 32-bit denormal is ever touched. */
    uint32_t small = float_to_bits(float_from_bits(half_one + magnitude) - 0.5f);
    uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
    return float_from_bits((magnitude < 0x0400u ? small : normal) | sign);
}

/* The nearest 16-bit float, ties to even; infinity when x is 65520 or more in magnitude. */
static inline uint16_t half_from_float(float x)
{
    uint32_t bits = float_to_bits(x), sign = bits >> 16 & 0x8000u, a = bits & 0x7FFFFFFFu;
    if (a >= 0x7F800000u) {
        return (uint16_t)(sign | 0x7C00u | (a > 0x7F800000u ? 0x200u : 0u));
    }
    if (a >= 0x477FF000u) {
        return (uint16_t)(sign | 0x7C00u);
    }
    if (a < 0x38800000u) {
        /* Below the smallest normal: adding 0.5 leaves the value in units of 2^-24, rounded. */
        return (uint16_t)(sign | (float_to_bits(float_from_bits(a) + 0.5f) - 0x3F000000u));
    }
    a += 0xFFFu + (a >> 13 & 1u);
    return (uint16_t)(sign | (a - 0x38000000u) >> 13);
}

#endif
