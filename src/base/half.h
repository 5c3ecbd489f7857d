/*
 * half: IEEE 754 binary16, by its bits, exactly; no instruction set or compiler type is needed.
 */
#ifndef NS_BASE_HALF_H
#define NS_BASE_HALF_H

#include <stdint.h>
#include <string.h>

/* The 32-bit float equal to the 16-bit one with these bits. */
static inline float half_to_float(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000u) << 16, magnitude = (uint32_t)(h & 0x7FFFu) << 13;
    /* Scaling by 2^112 moves the exponent's bias; it also normalises the denormals, exactly. */
    const uint32_t scale_bits = 0x77800000u;
    float value, scale;
    memcpy(&value, &magnitude, sizeof value);
    memcpy(&scale, &scale_bits, sizeof scale);
    value *= scale;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits |= (h & 0x7C00u) == 0x7C00u ? 0x7F800000u | magnitude : 0u; /* infinity, NaN */
    bits |= sign;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The nearest 16-bit float, ties to even; infinity when x is 65520 or more in magnitude. */
static inline uint16_t half_from_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000u, a = bits & 0x7FFFFFFFu;
    if (a >= 0x7F800000u) {
        return (uint16_t)(sign | 0x7C00u | (a > 0x7F800000u ? 0x200u : 0u));
    }
    if (a >= 0x477FF000u) {
        return (uint16_t)(sign | 0x7C00u);
    }
    if (a < 0x38800000u) {
        /* Below the smallest normal: adding 0.5 leaves the value in units of 2^−24, rounded. */
        float value, half = 0.5f;
        memcpy(&value, &a, sizeof value);
        value += half;
        memcpy(&bits, &value, sizeof bits);
        return (uint16_t)(sign | (bits - 0x3F000000u));
    }
    a += 0xFFFu + (a >> 13 & 1u);
    return (uint16_t)(sign | (a - 0x38000000u) >> 13);
}

#endif
