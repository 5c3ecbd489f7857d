/*
 * grid: min-max grids and the arithmetic of coding one weight (protocol.md, "Uniform 4-bit").
 *
 * A grid of b bits over [lo, hi] has 2^b levels: scale = (hi − lo) / (2^b − 1),
 * q = clamp(round_half_even((w − lo) / scale), 0, 2^b − 1), w' = q·scale + lo (grid_value() of
 * coding/coded.h), all in 32-bit floats, every operation rounded by itself. If hi = lo, or the
 * scale rounds to zero, every code is 0 and every value lo. With 16-bit parameters, scale and lo
 * are rounded to 16 bits before coding.
 */
#ifndef NS_QUANTIZE_GRID_H
#define NS_QUANTIZE_GRID_H

#include "base/err.h"
#include "coding/coded.h"

struct grid {
    float lo, scale; /* scale is 0 for a grid of one value */
    float divisor;   /* the scale, or +∞ where it is 0: every code is then 0 */
    float levels;    /* 2^b − 1 */
};

/* `what` names the tensor, for the error when the range does not fit the parameters' type. */
int grid_make(struct grid *g, float lo, float hi, int bits, enum grid_dtype dtype, const char *what,
              struct err *e);

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

#endif
