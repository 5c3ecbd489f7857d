/*
 * Feedback: rounding that lets later weights make up for the errors of earlier ones (GPTQ; Frantar
 * et al. 2022).
 *
 * A vector of weights w over k input channels is rounded to w' so that the expected squared error
 * of its output, e·H·eᵀ with e = w − w' and H the second moments of the inputs, is small. With H =
 * (I + A)·D·(I + A)ᵀ, A strictly upper triangular, it is Σ_i D_i·(e_i + Σ_{j<i} e_j·A_ji)², and
 * each term is made small in turn, channel by channel, by rounding
 *
 *     w_i + Σ_{j<i} (w_j − w'_j)·A_ji.
 *
 * That is what GPTQ does with the Cholesky factor of the inverse (the same numbers: Chee et al.
 * 2023, theorem 6), without inverting anything. H is damped by a hundredth of its mean diagonal, so
 * channels that never fire are rounded to the nearest. With a diagonal H all are.
 *
 * Vectors are independent: rows of the head, columns of the block matrices. They are cut into tiles
 * of LANES, coded in parallel; within a tile, channels go in blocks, what all earlier blocks do to
 * one being a matrix product. Grids, and options by |w|, are those of the weights as they were.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/simd.h"
#include "quantize/cholesky.h"
#include "quantize/tensor.h"
#include "tensor/matmul.h"

enum { LANES = 64, CHANNELS = 128 };

struct feedback {
    struct coded_tensor *c;
    const struct quantize_source *src;
    const float *cuts;
    const float *at_kk;           /* [k][k]: what errors of channel j < i add to channel i */
    size_t k, n_vectors, per_row; /* units of a row */
    struct coder fixed[TIERS_MAX];
};

/* The coder of weight (row, col). */
static struct coder coder_at(const struct feedback *f, size_t row, size_t col)
{
    const struct coded_tensor *c = f->c;
    size_t u = c->unit == UNIT_TENSOR ? 0 : row * f->per_row + col / c->unit;
    int option = c->option ? c->option[u] : 0;
    return c->own_grids ? coder_for(c, f->cuts, option, u) : f->fixed[option];
}

/* to[l] += Σ_{j in [begin, end)} factor_j · error[j][l]. */
SIMD_CLONES static void add_errors(float *restrict to, const float *factor, const float *error,
                                   size_t begin, size_t end)
{
    for (size_t j = begin; j < end; j++) {
        for (size_t l = 0; l < LANES; l++) {
            to[l] += factor[j] * error[j * LANES + l];
        }
    }
}

/*
 * Rounds channel i of the vectors from `first` on, whose targets are given; error[l] = w − w'.
 * Returns the largest level in steps.
 */
static float code_channel(const struct feedback *f, size_t i, size_t first, size_t n,
                          const float *target, float *error)
{
    const struct coded_tensor *c = f->c;
    float largest = 0;
    for (size_t l = 0; l < n; l++) {
        size_t row = f->src->channels_are_rows ? i : first + l;
        size_t col = f->src->channels_are_rows ? first + l : i;
        struct coder k = coder_at(f, row, col);
        float value;
        int q = coder_one(&k, target[l], &value);
        if (c->kind == GRID_STEP) {
            c->level[row * c->cols + col] = (int16_t)q;
            largest = fmaxf(largest, fabsf(target[l]) / k.g.scale);
        } else {
            c->code[row * c->cols + col] = (uint8_t)q;
        }
        error[l] = f->src->w_rc[row * c->cols + col] - value;
    }
    return largest;
}

/* target[channels][LANES] = the weights of channels [begin, end), zeros in lanes without one. */
static void load(float *target, const struct feedback *f, size_t first, size_t n, size_t begin,
                 size_t end)
{
    size_t cols = f->c->cols;
    memset(target, 0, CHANNELS * LANES * sizeof *target);
    for (size_t l = 0; l < n && !f->src->channels_are_rows; l++) {
        for (size_t i = begin; i < end; i++) {
            target[(i - begin) * LANES + l] = f->src->w_rc[(first + l) * cols + i];
        }
    }
    for (size_t i = begin; i < end && f->src->channels_are_rows; i++) {
        memcpy(target + (i - begin) * LANES, f->src->w_rc + i * cols + first, n * sizeof *target);
    }
}

/* A tile of vectors through all channels; error_kl is scratch of its thread. */
static float code_tile(const struct feedback *f, size_t first, float *error_kl)
{
    size_t left = f->n_vectors - first, n = left < LANES ? left : LANES;
    float target[CHANNELS * LANES], largest = 0;
    memset(error_kl, 0, f->k * LANES * sizeof *error_kl);
    for (size_t begin = 0; begin < f->k; begin += CHANNELS) {
        size_t end = begin + CHANNELS < f->k ? begin + CHANNELS : f->k;
        load(target, f, first, n, begin, end);
        if (begin) {
            matmul(target, LANES, f->at_kk + begin * f->k, f->k, error_kl, LANES, end - begin,
                   begin, LANES, 1, 1);
        }
        for (size_t i = begin; i < end; i++) {
            float *of = target + (i - begin) * LANES;
            add_errors(of, f->at_kk + i * f->k, error_kl, begin, i);
            largest = fmaxf(largest, code_channel(f, i, first, n, of, error_kl + i * LANES));
        }
    }
    return largest;
}

static int code_tiles(const struct feedback *f, struct err *e)
{
    size_t n_tiles = (f->n_vectors + LANES - 1) / LANES;
    float *largest = mem_new(n_tiles, sizeof *largest, e), most = 0;
    bool failed = false;
    if (!largest) {
        return -1;
    }
#pragma omp parallel
    {
        struct err own;
        float *error_kl = mem_floats(f->k * LANES, &own);
        if (!error_kl) {
#pragma omp atomic write
            failed = true;
        }
#pragma omp for schedule(dynamic)
        for (size_t t = 0; t < n_tiles; t++) {
            if (error_kl) {
                largest[t] = code_tile(f, t * LANES, error_kl);
            }
        }
        free(error_kl);
    }
    for (size_t t = 0; t < n_tiles; t++) {
        most = fmaxf(most, largest[t]);
    }
    free(largest);
    if (failed) {
        return err_set(e, "out of memory: no room for the rounding errors of %s", f->src->what);
    }
    return most <= (float)LEVEL_MAX ? 0 : refuse_level(f->src->what, (double)most, e);
}

/* at_kk of the damped moments. */
static int factor(float *at_kk, const struct quantize_source *src, size_t k, double mean,
                  struct err *e)
{
    double *h_kk = mem_new(k * k, sizeof *h_kk, e);
    if (!h_kk) {
        return -1;
    }
    memcpy(h_kk, src->moment_kk, k * k * sizeof *h_kk);
    for (size_t i = 0; i < k; i++) {
        h_kk[i * k + i] += 0.01 * mean;
    }
    int status = unit_upper_factor(at_kk, h_kk, k, e);
    free(h_kk);
    return status ? err_prefix(e, "%s", src->what) : 0;
}

int code_feedback(struct coded_tensor *c, const float *cuts, const struct quantize_source *src,
                  struct err *e)
{
    struct feedback f = {.c = c, .src = src, .cuts = cuts};
    f.k = src->channels_are_rows ? c->rows : c->cols;
    f.n_vectors = src->channels_are_rows ? c->cols : c->rows;
    f.per_row = c->unit == UNIT_TENSOR ? 0 : allocation_units(1, c->cols, c->unit);
    if (!src->moment_kk) {
        return err_set(e,
                       "%s: rounding: feedback needs the second moments of its inputs, which are "
                       "not given; use rounding: nearest",
                       src->what);
    }
    double mean = 0;
    for (size_t i = 0; i < f.k; i++) {
        mean += src->moment_kk[i * f.k + i] / (double)f.k;
    }
    if (mean == 0) {
        return code_nearest(c, cuts, src->w_rc, src->what, e); /* no input ever fires */
    }
    for (int o = 0; o < c->n_options && !c->own_grids; o++) {
        f.fixed[o] = coder_for(c, cuts, o, 0);
    }
    float *at_kk = mem_floats(f.k * f.k, e);
    f.at_kk = at_kk;
    int status = at_kk && factor(at_kk, src, f.k, mean, e) == 0 ? code_tiles(&f, e) : -1;
    free(at_kk);
    return status;
}
