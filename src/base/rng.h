/*
 * rng: counter-based random streams (Philox 4x32-10 of Random123; Salmon et al., SC 2011).
 *
 * A stream is a pure function of (seed, stream, purpose) and a position, so what it yields depends
 * on neither threads nor the order of work. Streams with different keys are independent. `stream`
 * tells the members of one purpose apart (a tensor's index, a particle's number).
 */
#ifndef NS_BASE_RNG_H
#define NS_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum rng_purpose {
    RNG_CUT_SAMPLE = 1,
    RNG_SAMPLED_TEXT = 2,
    RNG_SWARM = 3,
    RNG_RANDOM_TIERS = 4,
    RNG_PERMUTATION = 5,
    RNG_BOOTSTRAP = 6,
    RNG_SIGN_FLIP = 7,
    RNG_RANKING = 8,
    RNG_TEST = 100
};

struct rng {
    uint64_t seed, counter;
    uint32_t stream, purpose;
    uint32_t ready[4]; /* words of the current block not handed out yet, last first */
    int n_ready;
};

struct rng rng_stream(uint64_t seed, uint32_t stream, enum rng_purpose purpose);
uint32_t rng_u32(struct rng *r);
uint64_t rng_u64(struct rng *r);
double rng_uniform(struct rng *r); /* in [0, 1), 53 bits */

/* An unbiased integer in [0, n), n > 0 (Lemire's multiply and reject). */
uint64_t rng_below(struct rng *r, uint64_t n);

/*
 * k distinct indices below n, every subset equally likely, ascending (Floyd's algorithm, k ≤ n):
 * memory and time depend on k alone.
 */
int rng_sample(struct rng *r, size_t *out, size_t k, size_t n, struct err *e);

#endif
