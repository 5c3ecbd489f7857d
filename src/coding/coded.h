/*
 * coded: a quantized tensor as codes, options and grids, each in memory of its own.
 *
 * The quantizer fills one in, packed.h turns it into bytes and back, coded_values() into weights.
 *
 * A tensor consists of units, runs of weights along a row (a single weight, a group, a row) or the
 * whole tensor. Each unit has one of a few options, which says how many bits its codes have. A code
 * stands for a weight by way of a grid (enum grid_kind). Either each unit has a grid of its own, or
 * all units of an option share one. An option of 0 bits stores neither codes nor grids: its weights
 * are 0. Only options that have members are listed.
 *
 * The study's tiers are units of one weight, with a grid an option; grids of groups are units of g
 * weights, with one option and a grid each.
 *
 * Both ends of the program use the functions below, so that what a file decodes to and what the
 * quantizer evaluates are the same bits.
 */
#ifndef NS_CODING_CODED_H
#define NS_CODING_CODED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/allocation.h"
#include "base/err.h"

/* The type that scales and minima are rounded to and stored in. */
enum grid_dtype { GRID_F32, GRID_F16 };
extern const char *const grid_dtype_names[]; /* "f32", "f16"; ended by NULL */

/* What weight a code q of b bits stands for. */
enum grid_kind {
    GRID_SCALE_MINIMUM,  /* q·scale + lo */
    GRID_SIGN_MAGNITUDE, /* ±((q div 2)·scale + lo), minus where q is odd: no level is spent on the
                            magnitudes below lo */
    GRID_CODEBOOK, /* book[option][q]·scale; with a grid an option, scale is 1 and not stored */
    GRID_STEP,     /* level·scale: a signed whole number without bounds, for entropy coding; the
                      scale is the step of the unit's option */
    GRID_KINDS
};
extern const char *const grid_kind_names[]; /* "scale-minimum", …; ended by NULL */

/* In 32-bit floats, each operation rounded by itself (no fused multiply-add). */
static inline float grid_value(float code, float lo, float scale)
{
    return code * scale + lo;
}

static inline float grid_signed_value(int code, float lo, float scale)
{
    float magnitude = grid_value((float)(code >> 1), lo, scale);
    return code & 1 ? -magnitude : magnitude;
}

struct coded_grid {
    float scale, lo; /* lo is 0 where the kind has none */
};

enum { BOOK_CODES = 1 << TIER_BITS_MAX, LEVEL_MAX = 32000 };

struct coded_tensor {
    size_t rows, cols; /* neither is 0 */
    size_t unit;       /* weights of a unit along a row, at most cols, or UNIT_TENSOR */
    enum grid_kind kind;
    bool own_grids; /* a grid a unit; else one an option. Never with GRID_STEP */
    int n_options;
    int bits[TIERS_MAX]; /* of an option's codes; 0 throughout with GRID_STEP */
    enum grid_dtype dtype;
    uint8_t *code;           /* [rows][cols]; NULL with GRID_STEP */
    int16_t *level;          /* [rows][cols], |level| ≤ LEVEL_MAX; NULL but with GRID_STEP */
    uint8_t *option;         /* [units], each below n_options; NULL with one option */
    struct coded_grid *grid; /* [units] or [n_options] */
    float *book; /* [n_options][BOOK_CODES], the first 2^bits of each count; NULL but with
                    GRID_CODEBOOK */
};

/* Number of units, and of grids, of a tensor whose shape, unit and options are set. */
size_t coded_units(const struct coded_tensor *c);
size_t coded_grids(const struct coded_tensor *c);

/* Allocates the arrays, zeroed, for what the numbers of *c ask for. Release it either way. */
int coded_allocate(struct coded_tensor *c, struct err *e);
void coded_release(struct coded_tensor *c);

/* out_rc[rows][cols] = the weights. In parallel; the same bytes for any number of threads. */
void coded_values(float *out_rc, const struct coded_tensor *c);

#endif
