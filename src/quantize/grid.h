/*
 * grid: the grids that weights are put on, and the arithmetic of coding one weight.
 *
 * A min-max grid of b bits over [lo, hi] has 2^b levels (protocol.md, "Uniform 4-bit"): scale =
 * (hi − lo) / (2^b − 1), q = clamp(round_half_even((w − lo) / scale), 0, 2^b − 1), w' = q·scale +
 * lo (grid_value() of coding/coded.h), all in 32-bit floats, every operation rounded by itself. If
 * hi = lo, or the scale rounds to zero, every code is 0 and every value lo. With 16-bit parameters,
 * scale and lo are rounded to 16 bits before coding. The other fits differ in where lo and scale
 * come from, or in what a level stands for; coder.h codes with all of them.
 */
#ifndef NS_QUANTIZE_GRID_H
#define NS_QUANTIZE_GRID_H

#include "base/err.h"
#include "coding/coded.h"

/* How the levels are fitted to the weights that share them. */
enum grid_fit {
    FIT_MINMAX,         /* over [min, max] */
    FIT_MSE,            /* over the shrunk range of the least squared error */
    FIT_SIGN_MAGNITUDE, /* a sign, and equal cells over the magnitudes */
    FIT_LLOYD_MAX,      /* a codebook an option: Lloyd's iterations */
    FIT_STEP,           /* multiples of a step that the allocation gives, without bounds */
};
extern const char *const grid_fit_names[]; /* "minmax", …; ended by NULL */

enum grid_kind grid_kind_of(enum grid_fit fit);

struct grid {
    float lo, scale; /* scale is 0 for a grid of one value */
    float divisor;   /* the scale, or +∞ where it is 0: every code is then 0 */
    float levels;    /* 2^b − 1 */
};

/* The number as it is stored. */
float grid_round(float x, enum grid_dtype dtype);

/* `what` names the tensor, for the error when the range does not fit the parameters' type. */
int grid_make(struct grid *g, float lo, float hi, int bits, enum grid_dtype dtype, const char *what,
              struct err *e);
int grid_check(float scale, float lo, enum grid_dtype dtype, const char *what, struct err *e);

/*
 * The code as a float: adding and subtracting 2^23 rounds half to even. Clamping before rounding
 * gives the same as after it, since the bounds are whole numbers.
 */
static inline float grid_code(float w, float lo, float divisor, float levels)
{
    float x = (w - lo) / divisor;
    x = x < 0.0f ? 0.0f : x;
    x = x > levels ? levels : x;
    return (x + 8388608.0f) - 8388608.0f;
}

/*
 * The nearest whole number of steps, ties to even, for |w / step| up to `limit`, which is below
 * 2^22; beyond, the limit with its sign.
 */
static inline float grid_level(float w, float step, float limit)
{
    float x = w / step;
    x = x < -limit ? -limit : x;
    x = x > limit ? limit : x;
    return (x + 12582912.0f) - 12582912.0f;
}

#endif
