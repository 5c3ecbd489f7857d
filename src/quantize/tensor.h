/*
 * tensor: the two ways of quantizing one tensor; quantize.h chooses between them. Both set *bill
 * but for what only the bytes of entropy coding tell, and put the codes at their fixed widths on
 * the packed lines.
 */
#ifndef NS_QUANTIZE_TENSOR_H
#define NS_QUANTIZE_TENSOR_H

#include "quantize/coder.h"
#include "quantize/quantize.h"

enum { CODES = 1 << TIER_BITS_MAX };

/* Has a unit of this many weights, or UNIT_TENSOR, a grid of its own where fits allow it? */
static inline bool unit_has_grid(size_t unit)
{
    return unit > 1 && unit != UNIT_TENSOR;
}

/* tier[i] of weights [from, from + n), n ≤ BLOCK, of the tensor, w pointing to the first of them.
 */
void tiers_of(int32_t *restrict tier, const struct allocation *a, const float *restrict w,
              size_t from, size_t n);

/*
 * The study's way, fast: one min-max grid for each tier of the allocation, all bits above 0,
 * nearest rounding. `coded` may be NULL; its shape is set, its arrays are not.
 */
int quantize_tiers(float *out, struct bill *bill, struct coded_tensor *coded, const float *w,
                   const struct allocation *a, const struct grid_options *o, const char *what,
                   struct err *e);

/* Every other way. The shape of *coded is set; the caller releases it either way. */
int quantize_units(float *out_rc, struct bill *bill, struct coded_tensor *coded,
                   const struct quantize_source *src, const struct allocation *a,
                   const struct grid_options *o, struct err *e);

/* The codes or levels of *c, whose grids are fitted, by rounding to the nearest. */
int code_nearest(struct coded_tensor *c, const float *cuts, const float *w_rc, const char *what,
                 struct err *e);

/* The same by rounding with error feedback. */
int code_feedback(struct coded_tensor *c, const float *cuts, const struct quantize_source *src,
                  struct err *e);

/* The cuts of all options, [n_options][BOOK_CODES], to be freed; zeros but with codebooks. */
float *coder_all_cuts(const struct coded_tensor *c, struct err *e);

/* The coder of a unit (only looked at with own grids) and its option. */
static inline struct coder coder_for(const struct coded_tensor *c, const float *cuts, int option,
                                     size_t unit)
{
    size_t book = (size_t)option * BOOK_CODES;
    return coder_of(c->kind, c->bits[option], c->grid[c->own_grids ? unit : (size_t)option],
                    c->book ? c->book + book : NULL, cuts + book);
}

/* The error of a level beyond LEVEL_MAX. */
int refuse_level(const char *what, double steps, struct err *e);

#endif
