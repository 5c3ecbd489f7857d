/*
 * coded: a quantized tensor as codes, tiers and grids, each in memory of its own.
 *
 * The quantizer fills one in, packed.h turns it into bytes and back, coded_values() into weights. A
 * weight is code · scale + minimum of its grid: the grid of its tier, or, with a group, that of its
 * group of weights along a row (the last group of a row may be shorter). Only tiers that have
 * members are listed. Both ends of the program use grid_value(), so that what a file decodes to and
 * what the quantizer evaluates are the same bits.
 */
#ifndef NS_CODING_CODED_H
#define NS_CODING_CODED_H

#include <stddef.h>
#include <stdint.h>

#include "base/allocation.h"
#include "base/err.h"

/* The type that scales and minima are rounded to and stored in. */
enum grid_dtype { GRID_F32, GRID_F16 };
extern const char *const grid_dtype_names[]; /* "f32", "f16"; ended by NULL */

/* In 32-bit floats, each operation rounded by itself (no fused multiply-add). */
static inline float grid_value(float code, float lo, float scale)
{
    return code * scale + lo;
}

struct coded_grid {
    float scale, lo;
};

struct coded_tensor {
    size_t rows, cols; /* neither is 0 */
    size_t group;      /* weights a grid along a row; 0: one grid a tier */
    int n_tiers;       /* 1 with a group */
    int bits[TIERS_MAX];
    enum grid_dtype dtype;
    uint8_t *code;           /* [rows][cols] */
    uint8_t *tier;           /* [rows][cols], each below n_tiers; NULL with one tier */
    struct coded_grid *grid; /* coded_grids() of them: tier by tier, or row by row */
};

/* Number of grids of a tensor of this shape. */
size_t coded_grids(size_t rows, size_t cols, size_t group, int n_tiers);

/* Allocates the arrays for the shape, group and number of tiers that *c has. Release it either way.
 */
int coded_allocate(struct coded_tensor *c, struct err *e);
void coded_release(struct coded_tensor *c);

/* out_rc[rows][cols] = the weights. In parallel; the same bytes for any number of threads. */
void coded_values(float *out_rc, const struct coded_tensor *c);

#endif
