/*
 * rate_distortion: how far the quantized tensors of a model are from what their stored bits allow.
 *
 * Tensors are taken as sources of independent Gaussian samples. For n weights of variance σ²,
 * D = Σ (w' − w)² / Σ (w − mean)² and R stored bits a weight (packed, everything included):
 *   bound     D ≥ 2^(−2R) (Cover and Thomas, Elements of Information Theory, 2nd ed., 10.3.2)
 *   gap_db    10·log10(D / 2^(−2R)), what the errors are above it
 *   gap_bits  R − ½·log2(1 / D), what the bits are above it: gap_db over 20·log10(2) = 6.02
 * Weights that are no Gaussian source can go below the bound, so a gap may be negative.
 *
 * Several tensors share their bits best by reverse water-filling (theorem 10.3.3): at the level θ
 * each has the mean squared error min(θ, σ²). Who finds the level for the bits of a scope is the
 * caller (allocate/waterfill.h), since folders above allocate do the wiring; here it is an
 * argument.
 *
 * The weights are read twice and the variant once, in fixed chunks: the same bytes for any number
 * of threads. Nothing is kept of the models.
 */
#ifndef NS_QUANTIZE_RATE_DISTORTION_H
#define NS_QUANTIZE_RATE_DISTORTION_H

#include "model/gpt2.h"
#include "quantize/bill.h"

struct rate_distortion {
    int tensor; /* index in the model */
    size_t weights;
    double mean, variance; /* variance: divisor n */
    double kurtosis;       /* excess: 0 for a Gaussian, 3 for a Laplacian; NaN without variance */
    double relative_mse;   /* NaN without variance */
    double stored_bits, entropy_bits; /* a weight: bill_packed(), bill_entropy() */
    double gap_db, gap_bits; /* NaN without variance; −∞ where there is no error at all */
    double floor_mse;        /* min(θ, σ²) / σ²; NaN before rate_distortion_floor() */
};

/*
 * out[*n], room for base->n_tensors: one for each tensor in scope, those with weights in bills_t
 * (one bill a tensor of the model), in the model's order. `variant` is a quantized form of `base`;
 * both are loaded.
 */
int rate_distortion(struct rate_distortion *out, size_t *n, const struct gpt2 *base,
                    const struct gpt2 *variant, const struct bill *bills_t, struct err *e);

/* The scope as sources: variance_t[n], weights_t[n]; *rate = stored bits a weight over all of them.
 */
void rate_distortion_sources(double *variance_t, double *weights_t, double *rate,
                             const struct rate_distortion *each, size_t n);

/*
 * Fills in floor_mse at the water level θ (a variance, ≥ 0) and returns that of the scope:
 * Σ n·min(θ, σ²) / Σ n·σ²; NaN when nothing varies.
 */
double rate_distortion_floor(struct rate_distortion *each, size_t n, double level);

#endif
