#include "coding/step_model.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/simd.h"

/* Imagined entries: of each row, of each column, and rows whose R is 1. */
static const float row_prior = 4, column_prior = 2;

int step_model_new(struct step_model *m, size_t cols, struct err *e)
{
    m->memory = mem_floats(5 * cols + 1, e);
    if (!m->memory) {
        return -1;
    }
    m->cols = cols;
    m->magnitude = m->memory;
    m->sum = m->magnitude + cols;
    m->mean = m->sum + cols;
    m->inverse = m->mean + cols;
    m->share = m->inverse + cols;
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

void step_model_restart(struct step_model *m)
{
    for (size_t k = 0; k < STEP_CLASSES; k++) {
        for (size_t i = 0; i < STEP_NODES; i++) {
            m->node[k][i] = RANGE_NODE_NEW;
        }
    }
    for (size_t i = 0; i <= STEP_GOLOMB; i++) {
        m->mantissa[i] = RANGE_NODE_NEW;
    }
    for (size_t c = 0; c < m->cols; c++) {
        m->sum[c] = column_prior;
        m->mean[c] = m->inverse[c] = 1;
    }
    m->n_rows = column_prior;
    m->row_mean = 1;
}

void step_model_begin_row(struct step_model *m)
{
    m->row_sum = row_prior * m->row_mean;
}

SIMD_CLONES static void update_columns(float *restrict sum, float *restrict mean,
                                       float *restrict inverse, const float *restrict magnitude,
                                       float row, float n_rows, size_t n)
{
    float per_row = 1 / row, per_rows = 1 / n_rows;
    for (size_t c = 0; c < n; c++) {
        sum[c] += magnitude[c] * per_row;
        mean[c] = sum[c] * per_rows;
        inverse[c] = 1 / mean[c];
    }
}

void step_model_end_row(struct step_model *m)
{
    float row = m->row_sum * m->share[m->cols];
    row = row > 0x1p-40f ? row : 0x1p-40f;
    float weight = m->n_rows < 32 ? m->n_rows : 32;
    m->row_mean += (row - m->row_mean) / weight;
    m->n_rows += 1;
    update_columns(m->sum, m->mean, m->inverse, m->magnitude, row, m->n_rows, m->cols);
}
