#include "coding/step_model.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/simd.h"

/* Imagined entries of a row and of a column, and what is imagined of a row's slope. */
static const float row_prior = 10, column_prior = 4, slope_prior = 5;

/* Rows that the running means remember: the R of rows, the centres of columns. */
static const float row_memory = 32, centre_memory = 128;

int step_model_new(struct step_model *m, size_t cols, struct err *e)
{
    m->memory = mem_floats(7 * cols + 1, e);
    if (!m->memory) {
        return -1;
    }
    m->cols = cols;
    m->weight = m->memory;
    m->magnitude = m->weight + cols;
    m->sum = m->magnitude + cols;
    m->mean = m->sum + cols;
    m->inverse = m->mean + cols;
    m->centre = m->inverse + cols;
    m->share = m->centre + cols;
    for (size_t c = 0; c <= cols; c++) {
        m->share[c] = 1 / (row_prior + (float)c);
    }
    range_rates_fill(&m->rates);
    return 0;
}

void step_model_free(struct step_model *m)
{
    free(m->memory);
}

static void forget(uint32_t *node, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        node[i] = RANGE_NODE_NEW;
    }
}

void step_model_restart(struct step_model *m)
{
    for (size_t k = 0; k < STEP_CLASSES; k++) {
        forget(m->of[k].zero, STEP_LEANS);
        forget(m->of[k].size[0], (size_t)STEP_SIDES * STEP_NODES);
    }
    forget(m->sign, STEP_SIGNS);
    forget(m->mantissa, STEP_GOLOMB + 1);
    for (size_t c = 0; c < m->cols; c++) {
        m->sum[c] = column_prior;
        m->mean[c] = m->inverse[c] = 1;
        m->centre[c] = 0;
    }
    m->n_rows = column_prior;
    m->row_mean = 1;
}

/* What is learned elsewhere counts as no more than a few decisions. */
static void inherit(uint32_t *node, const uint32_t *from, size_t n)
{
    const uint32_t most = 24;
    for (size_t i = 0; i < n; i++) {
        uint32_t count = from[i] & RANGE_MEMORY;
        node[i] = (from[i] & ~(uint32_t)RANGE_MEMORY) | (count < most ? count : most);
    }
}

void step_inherit_zero(struct step_model *m, int k, int lean)
{
    uint32_t *node = &m->of[k].zero[lean];
    const uint32_t *from[] = {&m->of[k].zero[0], &m->of[k > 0 ? k - 1 : 0].zero[lean],
                              &m->of[k + 1 < STEP_CLASSES ? k + 1 : k].zero[lean]};
    for (int i = 0; i < 3; i++) {
        if (*from[i] != RANGE_NODE_NEW) {
            inherit(node, from[i], 1);
            return;
        }
    }
}

void step_inherit_size(struct step_model *m, int k, int side)
{
    uint32_t *node = m->of[k].size[side];
    const uint32_t *from[] = {m->of[k].size[0], m->of[k > 0 ? k - 1 : 0].size[side],
                              m->of[k + 1 < STEP_CLASSES ? k + 1 : k].size[side]};
    for (int i = 0; i < 3; i++) {
        if (*from[i] != RANGE_NODE_NEW) {
            inherit(node, from[i], STEP_NODES);
            return;
        }
    }
}

void step_model_begin_row(struct step_model *m)
{
    m->row_sum = row_prior * m->row_mean;
    m->xx = slope_prior;
    m->xy = slope_prior * m->row_mean;
}

SIMD_CLONES static void update_columns(const struct step_model *m, float per_row, float per_rows,
                                       float per_memory)
{
    float *restrict sum = m->sum, *restrict mean = m->mean, *restrict inverse = m->inverse;
    float *restrict centre = m->centre;
    const float *restrict magnitude = m->magnitude, *restrict weight = m->weight;
    size_t n = m->cols;
    for (size_t c = 0; c < n; c++) {
        sum[c] += magnitude[c] * per_row;
        mean[c] = sum[c] * per_rows;
        inverse[c] = 1 / mean[c];
        centre[c] += (weight[c] * per_row - centre[c]) * per_memory;
    }
}

void step_model_end_row(struct step_model *m)
{
    float row = m->row_sum * m->share[m->cols];
    row = row > 0x1p-20f ? row : 0x1p-20f;
    m->row_mean += (row - m->row_mean) / fminf(m->n_rows, row_memory);
    float memory = fminf(m->n_rows, centre_memory);
    m->n_rows += 1;
    update_columns(m, 1 / row, 1 / m->n_rows, 1 / memory);
}
