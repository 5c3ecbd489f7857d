/*
 * rng_lanes: blocks of SIMD_LANES neighbouring streams of rng.h at once, for loops that need many
 * numbers and little else: a vector's lanes each go through the rounds of one stream.
 */
#ifndef NS_BASE_RNG_LANES_H
#define NS_BASE_RNG_LANES_H

#include "base/rng.h"
#include "base/simd.h"

/*
 * Block `counter` of the streams `stream`, `stream` + 1 …: out[4][SIMD_LANES], where out[k][j] is
 * what the (4·counter + k)-th rng_u32() of rng_stream(seed, stream + j, purpose) gives.
 */
void rng_lanes(uint32_t out[4][SIMD_LANES], uint64_t seed, uint32_t stream,
               enum rng_purpose purpose, uint64_t counter);

#endif
