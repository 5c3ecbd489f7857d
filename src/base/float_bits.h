/*
 * float_bits: the bits of a 32-bit float as an integer and back, without breaking aliasing rules.
 */
#ifndef NS_BASE_FLOAT_BITS_H
#define NS_BASE_FLOAT_BITS_H

#include <stdint.h>
#include <string.h>

static inline uint32_t float_to_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Of |x|: as whole numbers these sort like magnitudes. */
static inline uint32_t magnitude_to_bits(float x)
{
    return float_to_bits(x) & 0x7FFFFFFFu;
}

static inline float float_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#endif
