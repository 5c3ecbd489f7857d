/*
 * step_model: what is known of the next level from those before it. Internal to step_coder.h.
 *
 * The expected magnitude of weight (r, c) is R_r · C_c: C_c is the mean of |w| in column c so far,
 * each row's divided by that row's own R, and R_r the mean of |w| / C_c along the row so far; both
 * begin with a few imagined entries. In units of the present step and on a logarithmic scale it is
 * the class, by which probabilities are learned. A level of 0 says only that |w| is below half a
 * step; it counts as STEP_ZERO of a step, or as what was expected if that is less.
 *
 * Encoder and decoder must compute the same: additions, multiplications and divisions of 32-bit
 * floats, each rounded by itself, in one order. Steps are taken relative to the first one, within
 * 2^±20, and means are kept above 2^−40, so that nothing overflows whatever a file says.
 */
#ifndef NS_CODING_STEP_MODEL_H
#define NS_CODING_STEP_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/float_bits.h"
#include "coding/range_engine.h"

enum {
    STEP_CLASSES = 24, /* of expected magnitude */
    STEP_UNARY = 14,   /* magnitudes up to here are told by single decisions */
    STEP_GOLOMB = 15,  /* exponents of the magnitudes above; 2^15 > LEVEL_MAX */
    STEP_NODES = 2 + STEP_UNARY + STEP_GOLOMB /* of a class */
};

struct step_model {
    uint32_t node[STEP_CLASSES][STEP_NODES]; /* zero, sign, above 1…, exponent above 0… */
    uint32_t mantissa[STEP_GOLOMB + 1];      /* the highest bit below the leading 1, by exponent */
    struct range_rates rates;
    size_t cols;
    float *memory;         /* owned: the arrays below in one piece */
    float *magnitude;      /* [cols] of the present row */
    float *sum;            /* [cols] of the rows above, each over its R, imagined ones included */
    float *mean, *inverse; /* [cols] C and 1/C */
    float *share;          /* [cols + 1] 1 / (imagined entries + c) */
    float n_rows;          /* rows above, imagined ones included */
    float row_mean;        /* of the R of the rows above */
    float row_sum;         /* Σ |w| / C of the present row so far, imagined entries included */
};

int step_model_new(struct step_model *m, size_t cols, struct err *e);
void step_model_free(struct step_model *m);

/* Forgets everything, at the beginning of a chunk. */
void step_model_restart(struct step_model *m);

/* A row begins; the last one has ended and m->magnitude is full. */
void step_model_begin_row(struct step_model *m);
void step_model_end_row(struct step_model *m);

/* Expected magnitude of column c of the present row, in units of the first step. */
static inline float step_expected(const struct step_model *m, size_t c)
{
    return m->mean[c] * (m->row_sum * m->share[c]);
}

/* The class of an expected magnitude in units of the present step: four an octave, from 1/8 on. */
static inline int step_class(float x)
{
    int c = (int)(float_to_bits(x) >> 21) - (int)(float_to_bits(0.125f) >> 21);
    c = c > 0 ? c : 0;
    return c < STEP_CLASSES ? c : STEP_CLASSES - 1;
}

/* Column c turned out to have `magnitude` steps, each `step` times the first one. */
static inline void step_seen(struct step_model *m, size_t c, int magnitude, float step,
                             float expected)
{
    float half = 0.25f * step, least = expected < half ? expected : half;
    float x = magnitude ? (float)magnitude * step : least;
    m->magnitude[c] = x;
    m->row_sum += x * m->inverse[c];
}

#endif
