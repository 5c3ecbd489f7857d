#include "quantize/grid.h"

#include <math.h>

#include "base/half.h"

int grid_make(struct grid *g, float lo, float hi, int bits, enum grid_dtype dtype, const char *what,
              struct err *e)
{
    float levels = (float)((1 << bits) - 1), scale = (hi - lo) / levels;
    if (dtype == GRID_F16) {
        scale = half_to_float(half_from_float(scale));
        lo = half_to_float(half_from_float(lo));
    }
    if (!isfinite(scale) || !isfinite(lo)) {
        return err_set(e, "%s has weights that a grid with %s-bit parameters cannot span", what,
                       dtype == GRID_F16 ? "16" : "32");
    }
    *g = (struct grid){
        .lo = lo, .scale = scale, .divisor = scale > 0 ? scale : INFINITY, .levels = levels};
    return 0;
}
