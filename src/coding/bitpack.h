/*
 * bitpack: codes of a fixed width, 0 to 8 bits, one after the other without gaps.
 *
 * Code i stands in bits [i·b, (i + 1)·b) of the stream; bit j of the stream is bit j mod 8 of byte
 * j div 8, so 4-bit codes have the even ones in the low halves of the bytes. Unused bits of the
 * last byte are written as zeros and not looked at. Work is cut into fixed chunks that begin at
 * whole bytes: the same bytes for any number of threads.
 */
#ifndef NS_CODING_BITPACK_H
#define NS_CODING_BITPACK_H

#include <stddef.h>
#include <stdint.h>

enum { BITPACK_BITS_MAX = 8 };

/* Bits that tell `n` things apart: ⌈log2 n⌉, 0 for one thing or none. */
int bitpack_width(size_t n);

/* Bytes of n codes: ⌈n · bits / 8⌉. */
size_t bitpack_bytes(size_t n, int bits);

/* bytes[bitpack_bytes(n, bits)] = the codes' lowest `bits` bits. */
void bitpack(uint8_t *bytes, const uint8_t *code, size_t n, int bits);

/* The reverse; every byte string is a valid one. */
void bitunpack(uint8_t *code, const uint8_t *bytes, size_t n, int bits);

#endif
