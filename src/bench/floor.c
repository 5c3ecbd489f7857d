#include "bench/floor.h"

#include <stdlib.h>

#include "base/mem.h"
#include "bench/random.h"
#include "evaluate/evaluate.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

int floor_init(struct floor *f, const struct gpt2 *m, size_t texts, size_t length, struct err *e)
{
    size_t rows = texts * length, C = (size_t)m->config.C, F = (size_t)m->config.F;
    size_t x_n = rows * larger(F, C), y_n = rows * larger(larger(3 * C, F), HEAD_COLUMNS);
    *f = (struct floor){.m = m, .texts = texts, .length = length};
    if (!(f->x = mem_floats(x_n, e)) || !(f->y = mem_floats(y_n, e)) ||
        !(f->log_sum_r = mem_floats(rows, e))) {
        floor_release(f);
        return -1;
    }
    random_weights(f->x, x_n, 0);
    return 0;
}

void floor_release(struct floor *f)
{
    free(f->x);
    free(f->y);
    free(f->log_sum_r);
    *f = (struct floor){0};
}

static void block_products(const struct floor *f)
{
    size_t rows = f->texts * f->length;
    for (int i = 0; i < f->m->n_tensors; i++) {
        const struct gpt2_tensor *t = &f->m->tensors[i];
        if (t->scope == SCOPE_BLOCKS) {
            matmul(f->y, t->cols, f->x, t->rows, t->f32, t->cols, rows, t->rows, t->cols, 1, 0);
        }
    }
}

/* Scores of every head of every layer, then what they weigh. */
static void attention_products(const struct floor *f)
{
    const struct gpt2_config *g = &f->m->config;
    size_t H = (size_t)g->H, T = f->length, D = (size_t)(g->C / g->H);
    size_t n = f->texts * H * (size_t)g->L;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++) {
        const float *q = f->x + i % f->texts * T * D;
        float *s = f->y + i % f->texts * T * T;
        matmul_transposed(s, T, q, D, q, D, T, D, T, 1);
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++) {
        float *out = f->y + i % f->texts * T * D;
        matmul(out, D, f->x, T, f->x, D, T, T, D, 1, 0);
    }
}

static void head_and_log_sum(struct floor *f)
{
    size_t C = (size_t)f->m->config.C, V = (size_t)f->m->config.V, rows = f->texts * f->length;
    const float *wte_vc = f->m->tensors[f->m->wte].f32;
    for (size_t v = 0; v < V; v += HEAD_COLUMNS) {
        size_t n = V - v < HEAD_COLUMNS ? V - v : HEAD_COLUMNS;
        matmul_transposed(f->y, n, f->x, C, wte_vc + v * C, C, rows, C, n, 1);
#pragma omp parallel for schedule(static)
        for (size_t r = 0; r < rows; r++) {
            float max, exp_sum;
            max_and_exp_sum(f->y + r * n, n, &max, &exp_sum);
            f->log_sum_r[r] = (v ? f->log_sum_r[r] : 0) + exp_sum;
        }
    }
}

void floor_run(struct floor *f)
{
    block_products(f);
    attention_products(f);
    head_and_log_sum(f);
}

double floor_flops(const struct floor *f)
{
    const struct gpt2_config *g = &f->m->config;
    double weights = (double)g->V * g->C;
    for (int i = 0; i < f->m->n_tensors; i++) {
        const struct gpt2_tensor *t = &f->m->tensors[i];
        weights += t->scope == SCOPE_BLOCKS ? (double)t->n : 0;
    }
    double attention = 2.0 * (double)f->length * g->C * g->L; /* a row */
    return 2 * (double)(f->texts * f->length) * (weights + attention);
}
