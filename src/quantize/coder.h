/*
 * coder: from weights to codes and squared errors, for every kind of grid.
 *
 * A coder is made from what is stored (coding/coded.h): kind, bits, grid, codebook; so whoever has
 * a coded tensor whose grids are fitted can code with it, one weight after the other (feedback.c)
 * or in stretches (units.c, costs.c), and gets the same codes. The nearest level is taken; codes
 * are clamped where the grid has bounds. Weights of an option of 0 bits have code 0 and value 0.
 */
#ifndef NS_QUANTIZE_CODER_H
#define NS_QUANTIZE_CODER_H

#include <math.h>

#include "coding/coded.h"
#include "quantize/grid.h"

enum { BLOCK = 512 }; /* weights of the longest stretch: it stays in the L1 cache */

struct coder {
    enum grid_kind kind;
    int bits;
    struct grid g;     /* of weights; of magnitudes with GRID_SIGN_MAGNITUDE; with GRID_CODEBOOK and
                          GRID_STEP only its scale and divisor count */
    const float *book; /* [2^bits], rising; GRID_CODEBOOK alone, as is */
    const float *cut;  /* [2^bits − 1]: the middles between neighbours */
};

/* The middles between the neighbours of a codebook; of equal distance the lower level wins. */
void coder_cuts(float *cut, const float *book, int bits);

/* book and cut: [BOOK_CODES] of this option, NULL but with GRID_CODEBOOK. */
struct coder coder_of(enum grid_kind kind, int bits, struct coded_grid g, const float *book,
                      const float *cut);

/* code[0..n), n ≤ BLOCK; not with GRID_STEP. */
void coder_codes(uint8_t *code, const struct coder *k, const float *w, size_t n);

/*
 * level[0..n) of GRID_STEP, n ≤ BLOCK, clamped to ±LEVEL_MAX; returns max |w|, for the caller to
 * refuse what was clamped.
 */
float coder_levels(int16_t *level, const struct coder *k, const float *w, size_t n);

/* value[0..n) = w', n ≤ BLOCK. */
void coder_values(float *value, const struct coder *k, const float *w, size_t n);

/* Σ weight_i·(w'_i − w_i)² for n ≤ BLOCK weights; a NULL `weight` is 1 throughout. */
double coder_error(const struct coder *k, const float *w, const float *weight, size_t n);

/*
 * The same under several min-max grids: error_g[g] is raised by that of grid g. Sums of a stretch
 * are in 32-bit floats over SIMD_LANES lanes.
 */
void grid_errors(double *error_g, const struct grid *grid, int n_grids, const float *w,
                 const float *weight, size_t n);

/* out[0..n) = |w|. */
void magnitudes(float *out, const float *w, size_t n);

/* Code (or level) and value of one weight. */
static inline int coder_one(const struct coder *k, float w, float *value)
{
    int q = 0;
    switch (k->kind) {
    case GRID_SIGN_MAGNITUDE:
        q = (int)grid_code(fabsf(w), k->g.lo, k->g.divisor, k->g.levels) * 2 + (w < 0);
        *value = grid_signed_value(q, k->g.lo, k->g.scale);
        return q;
    case GRID_CODEBOOK:
        for (int half = 1 << k->bits >> 1; half; half >>= 1) {
            q += w / k->g.divisor > k->cut[q + half - 1] ? half : 0;
        }
        *value = k->book[q] * k->g.scale;
        return q;
    case GRID_STEP:
        q = (int)grid_level(w, k->g.divisor, LEVEL_MAX);
        *value = (float)q * k->g.scale;
        return q;
    default:
        q = (int)grid_code(w, k->g.lo, k->g.divisor, k->g.levels);
        *value = grid_value((float)q, k->g.lo, k->g.scale);
        return q;
    }
}

#endif
