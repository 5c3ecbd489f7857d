/*
 * step_model: what is known of the next level from those before it. Internal to step_coder.h.
 *
 * Magnitude: |w| of row r and column c is expected to be R_r · C_c. C_c is the mean of |w| in
 * column c so far, each row's divided by that row's own R; R_r the mean of |w| / C_c along the row
 * so far. In units of the present step and on a logarithmic scale this is the class of a level.
 *
 * Lean: columns of embeddings have means, which rows share more or less. M_c is the running mean of
 * w / R in column c, a_r the slope of the regression of the row so far on M (weights 1/C²): a_r ·
 * M_c is the expected w, over R_r · C_c the lean. The first guess of a sign is the lean's, and
 * levels have probabilities of their own for a few strengths of the lean and for agreeing with it
 * or not.
 *
 * Probabilities that are used for the first time begin with what those nearest to them have
 * learned. All means begin with a few imagined entries. A level of 0 says only that |w| is below
 * half a step; it counts as a quarter of one, or as what was expected if that is less.
 *
 * Encoder and decoder must compute the same: additions, multiplications and divisions of 32-bit
 * floats, each rounded by itself, in one order. Steps are taken relative to the first one, within
 * 2^±12, and R is kept above 2^−20, so that nothing overflows whatever a file says.
 */
#ifndef NS_CODING_STEP_MODEL_H
#define NS_CODING_STEP_MODEL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/float_bits.h"
#include "coding/range_engine.h"

enum {
    STEP_CLASSES = 24,               /* of expected magnitude */
    STEP_LEANS = 3,                  /* strengths of the lean */
    STEP_SIDES = 2 * STEP_LEANS - 1, /* the weakest has no sides; against and with the others */
    STEP_SIGNS = 12,                 /* strengths of the lean, for the sign alone */
    STEP_UNARY = 14,                 /* magnitudes up to here are told by single decisions */
    STEP_GOLOMB = 15,                /* exponents of the magnitudes above; 2^15 > LEVEL_MAX */
    STEP_NODES = STEP_UNARY + STEP_GOLOMB,
    STEP_SLOPE = 16 /* columns between two slopes of a row */
};

/* Probabilities of a class of expected magnitudes. */
struct step_nodes {
    uint32_t zero[STEP_LEANS];
    uint32_t size[STEP_SIDES][STEP_NODES]; /* above 1, above 2, …; the exponent above 0, … */
};

struct step_model {
    struct step_nodes of[STEP_CLASSES];
    uint32_t sign[STEP_SIGNS];          /* 0 where the sign is the lean's */
    uint32_t mantissa[STEP_GOLOMB + 1]; /* the highest bit below the leading 1, by exponent */
    struct range_rates rates;
    size_t cols;
    float *memory;         /* owned: the arrays below in one piece */
    float *weight;         /* [cols] w of the present row, in units of the first step */
    float *magnitude;      /* [cols] |w|, zeros estimated */
    float *sum;            /* [cols] Σ |w| / R of the rows above, imagined ones included */
    float *mean, *inverse; /* [cols] C and 1/C */
    float *centre;         /* [cols] M */
    float *share;          /* [cols + 1] 1 / (imagined entries + c) */
    float n_rows;          /* rows above, imagined ones included */
    float row_mean;        /* of the R of the rows above */
    float row_sum;         /* Σ |w| / C of the present row so far, imagined entries included */
    float slope, xy, xx;   /* a; its sums over the present row so far */
};

/* What is expected of a level. */
struct step_guess {
    float magnitude; /* R · C */
    float centre;    /* M */
    bool minus;      /* the sign of a · M */
    int lean;        /* below STEP_LEANS */
    uint32_t *sign;  /* node */
};

int step_model_new(struct step_model *m, size_t cols, struct err *e);
void step_model_free(struct step_model *m);

/* Forgets everything, at the beginning of a chunk. */
void step_model_restart(struct step_model *m);

/* A row begins; the last one has ended with all its columns seen. */
void step_model_begin_row(struct step_model *m);
void step_model_end_row(struct step_model *m);

/* What is expected in column c of the present row. */
static inline struct step_guess step_guess(struct step_model *m, size_t c)
{
    if (c % STEP_SLOPE == 0) {
        m->slope = m->xy / m->xx;
    }
    struct step_guess g = {.magnitude = m->mean[c] * (m->row_sum * m->share[c]),
                           .centre = m->centre[c]};
    float expected = m->slope * g.centre, size = fabsf(expected);
    float strength = size * 10 / (g.magnitude + size * 0.5f); /* below 20 */
    int sign = strength < STEP_SIGNS ? (int)strength : STEP_SIGNS - 1;
    g.minus = expected < 0;
    g.lean = (strength >= 2) + (strength >= 5);
    g.sign = &m->sign[sign];
    return g;
}

/* The class of an expected magnitude in units of the present step: four an octave, from 1/8 on. */
static inline int step_class(float x)
{
    int c = (int)(float_to_bits(x) >> 21) - (int)(float_to_bits(0.125f) >> 21);
    c = c > 0 ? c : 0;
    return c < STEP_CLASSES ? c : STEP_CLASSES - 1;
}

/* Gives probabilities of class k that nothing was learned of what the nearest ones know. */
void step_inherit_zero(struct step_model *m, int k, int lean);
void step_inherit_size(struct step_model *m, int k, int side);

/* Is a level of class k 0? */
static inline uint32_t *step_zero(struct step_model *m, int k, const struct step_guess *g)
{
    uint32_t *node = &m->of[k].zero[g->lean];
    if (*node == RANGE_NODE_NEW) {
        step_inherit_zero(m, k, g->lean);
    }
    return node;
}

/* The probabilities of the sizes of class k for a lean, with it or against it. */
static inline uint32_t *step_size(struct step_model *m, int k, const struct step_guess *g,
                                  bool minus)
{
    int side = g->lean == 0 ? 0 : 2 * g->lean - (minus != g->minus);
    uint32_t *node = m->of[k].size[side];
    if (*node == RANGE_NODE_NEW) {
        step_inherit_size(m, k, side);
    }
    return node;
}

/* Column c turned out to have `level` steps, each `step` times the first one. */
static inline void step_seen(struct step_model *m, size_t c, int level, float step,
                             const struct step_guess *g)
{
    float quarter = 0.25f * step, x = (float)level * step;
    float least = g->magnitude < quarter ? g->magnitude : quarter;
    float per_mean = m->inverse[c], in_means = g->centre * per_mean;
    m->weight[c] = x;
    m->magnitude[c] = level ? fabsf(x) : least;
    m->row_sum += m->magnitude[c] * per_mean;
    m->xy += x * per_mean * in_means;
    m->xx += in_means * in_means;
}

#endif
