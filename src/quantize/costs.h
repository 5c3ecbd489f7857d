/*
 * costs: what every unit of a tensor would cost under every option, measured once.
 *
 * The table that allocators of a budget share: option o gives a unit bits[o] bits, or the step
 * step[o]. Distortions are those of nearest rounding with the grids that quantize.h would make:
 * a grid a unit is fitted to the unit; grids of an option (units of one weight, or the tensor), and
 * codebooks, are fitted to all weights, as if everyone chose it. Stored bits are what the coding
 * asks for: plain codes at their width; under entropy coding the ideal length by the frequencies of
 * all units' codes at that option, for steps by the coder's own model (coding/step_coder.h); then
 * the unit's grid, and its entry in the map at ⌈log2 m⌉ bits. A grid or codebook of an option is
 * nobody's, unless the tensor is one unit.
 *
 * A unit is read once, and all options are measured while it is in the L1 cache; nothing of the
 * tensor's size is allocated, but for steps its levels. The same bytes for any number of threads.
 */
#ifndef NS_QUANTIZE_COSTS_H
#define NS_QUANTIZE_COSTS_H

#include "quantize/quantize.h"

#define COST_BIT_UNIT 0x1p-16 /* bits; all prices are multiples of it */

struct cost_request {
    const struct quantize_source *src;
    size_t unit; /* as in struct allocation */
    const struct grid_options *o;
    int m;                  /* options, 1 to TIERS_MAX */
    const int *bits;        /* [m], 0 to TIER_BITS_MAX; not looked at with FIT_STEP */
    const float *step;      /* [m], with FIT_STEP alone */
    const double *weight_u; /* [units], or NULL: 1 throughout */
    const float *weight_c;  /* [cols], or NULL */
};

/*
 * distortion_uo[units][m] = weight_u[u]·Σ_{i in u} weight_c[col(i)]·(w'_i − w_i)²;
 * bits_uo[units][m] (may be NULL) = stored bits, multiples of COST_BIT_UNIT;
 * variance_u[units] (may be NULL) = weight_u[u]·Σ_{i in u} weight_c[col(i)]·w_i² / size of u.
 */
int cost_table(float *distortion_uo, float *bits_uo, double *variance_u,
               const struct cost_request *q, struct err *e);

/*
 * The same stored bits under plain coding as rate_o[o] bits a weight and side_o[o] a unit. Not for
 * FIT_STEP.
 */
void cost_plain_bits(double *rate_o, double *side_o, const struct grid_options *o, size_t unit,
                     int m, const int *bits);

#endif
