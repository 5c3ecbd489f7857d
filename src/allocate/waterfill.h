/*
 * waterfill: the least distortion of independent Gaussian sources at an average rate, as theory.
 *
 * Source i has s_i samples of variance σ²_i. Reverse water-filling (Cover and Thomas, Elements of
 * Information Theory, 2nd ed., theorem 10.3.3) gives it the rate max(0, ½·log2(σ²_i / θ)) bits a
 * sample and the mean squared error min(θ, σ²_i). With the set A of sources above the water level,
 * ln θ = (Σ_A s_i·ln σ²_i − 2·ln 2·R·Σ s_i) / Σ_A s_i, and A is found by sorting the variances.
 */
#ifndef NS_ALLOCATE_WATERFILL_H
#define NS_ALLOCATE_WATERFILL_H

#include <stddef.h>

#include "base/err.h"

struct waterfill {
    double level; /* θ, a variance; 0 only if all variances are 0 */
    double mse;   /* Σ s_i·min(θ, σ²_i) / Σ s_i */
};

/*
 * rate_i[n] (may be NULL) gets bits a sample; `rate` ≥ 0 is their average over samples. Variances
 * and sizes are finite and not negative (a size NULL: 1 each), and there is a sample. If no source
 * varies there is nothing to spend bits on: all rates are then 0.
 */
int waterfill(struct waterfill *out, double *rate_i, const double *variance_i, const double *size_i,
              size_t n, double rate, struct err *e);

#endif
