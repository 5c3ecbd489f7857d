#include "quantize/grid.h"

#include <math.h>

#include "base/half.h"

const char *const grid_fit_names[] = {"minmax", "mse", "sign-magnitude", "lloyd-max", "step", NULL};

enum grid_kind grid_kind_of(enum grid_fit fit)
{
    switch (fit) {
    case FIT_SIGN_MAGNITUDE:
        return GRID_SIGN_MAGNITUDE;
    case FIT_LLOYD_MAX:
        return GRID_CODEBOOK;
    case FIT_STEP:
        return GRID_STEP;
    default:
        return GRID_SCALE_MINIMUM;
    }
}

float grid_round(float x, enum grid_dtype dtype)
{
    return dtype == GRID_F16 ? half_to_float(half_from_float(x)) : x;
}

int grid_check(float scale, float lo, enum grid_dtype dtype, const char *what, struct err *e)
{
    if (!isfinite(scale) || !isfinite(lo)) {
        return err_set(e, "%s has weights that a grid with %s-bit parameters cannot span", what,
                       dtype == GRID_F16 ? "16" : "32");
    }
    return 0;
}

int grid_make(struct grid *g, float lo, float hi, int bits, enum grid_dtype dtype, const char *what,
              struct err *e)
{
    float levels = (float)((1 << bits) - 1);
    float scale = grid_round((hi - lo) / levels, dtype);
    lo = grid_round(lo, dtype);
    if (grid_check(scale, lo, dtype, what, e)) {
        return -1;
    }
    *g = (struct grid){
        .lo = lo, .scale = scale, .divisor = scale > 0 ? scale : INFINITY, .levels = levels};
    return 0;
}
