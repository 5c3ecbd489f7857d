/*
 * fit: grids fitted to the weights that share them.
 *
 * An extent is what most fits need to know of the weights, gathered in stretches and joined in
 * index order. Min-max and sign-magnitude grids come from it at once, and so does the scale by
 * which a unit's weights are divided before a codebook is applied: their largest magnitude. (On the
 * books embeddings in groups of 64 the root mean square instead has 27 % more squared error at 4
 * bits and 8 % more at 3, and 4 to 6 % less at 2 and 1.) Sign-magnitude levels are the middles of
 * equal cells over the magnitudes; with one bit, which the sign takes, the one magnitude is the
 * mean. The range of least squared error is searched over FIT_SHRINKS ranges about the middle of
 * the full one, each nine tenths of the one before; the full one is among them, so the error is
 * never above that of the min-max grid. All parameters are rounded to the type that they are stored
 * in before anything is coded.
 */
#ifndef NS_QUANTIZE_FIT_H
#define NS_QUANTIZE_FIT_H

#include "base/reduce.h"
#include "quantize/coder.h"

enum { FIT_SHRINKS = 16 };

/* Of the weights, or with FIT_SIGN_MAGNITUDE and FIT_LLOYD_MAX of their magnitudes. */
struct extent {
    struct range range;
    double sum; /* FIT_SIGN_MAGNITUDE alone */
    size_t n;
};

#define EXTENT_EMPTY ((struct extent){.range = {INFINITY, -INFINITY}})

/* Adds n ≤ BLOCK weights; only what the fit needs is kept up. */
void extent_widen(struct extent *x, enum grid_fit fit, const float *w, size_t n);
void extent_join(struct extent *x, const struct extent *other);

/* The grid of all fits but FIT_MSE and FIT_STEP; with FIT_LLOYD_MAX the unit's scale. */
int fit_extent(struct coded_grid *g, const struct extent *x, enum grid_fit fit, int bits,
               enum grid_dtype dtype, const char *what, struct err *e);

/* The grids that FIT_MSE tries, and the first of the least error among them. */
int fit_shrinks(struct grid *grid_s, const struct extent *x, int bits, enum grid_dtype dtype,
                const char *what, struct err *e);
size_t fit_least(const double *error_s);

/* A unit of weights with a grid of its own, whose extent is known; any fit but FIT_STEP. */
int fit_unit(struct coded_grid *g, const struct extent *x, enum grid_fit fit, int bits,
             enum grid_dtype dtype, const float *w, size_t n, const char *what, struct err *e);

/*
 * All grids and codebooks of *c, whose shape, units, options and arrays `grid` (and `book`) are
 * there and whose codes are not needed; `fit` is not FIT_STEP. Opens teams of threads of its own.
 */
int fit_tensor(struct coded_tensor *c, const float *w_rc, enum grid_fit fit, const char *what,
               struct err *e);

/* The grids of units alone, by the bits of their options; with FIT_LLOYD_MAX their scales. */
int fit_units(struct coded_tensor *c, const float *w_rc, enum grid_fit fit, const char *what,
              struct err *e);

/*
 * The codebooks alone: of options with bits, from the members of each, over the scales in c->grid.
 * With `shared`, one histogram of all weights serves every option (what each would be if all units
 * chose it).
 */
int fit_books(struct coded_tensor *c, const float *w_rc, bool shared, const char *what,
              struct err *e);

#endif
