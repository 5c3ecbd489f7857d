/*
 * floor: the least that a forward pass with its losses can take on this machine.
 *
 * The same matrix products by OpenBLAS alone, with its own threads on the same cores: all rows of
 * the batch at once through every block matrix and the output head, the attention products head by
 * head; and the log-sum-exp of the logits, block by block as they come. No layer norm, no GELU, no
 * softmax of the attention, no biases: what those cost is the forward pass' to hide.
 */
#ifndef NS_BENCH_FLOOR_H
#define NS_BENCH_FLOOR_H

#include "model/gpt2.h"

struct floor {
    const struct gpt2 *m; /* borrowed, loaded */
    size_t texts, length; /* rows of the batch: texts · length */
    float *x, *y;         /* owned: an input and an output, big enough for any of the products */
    float *log_sum_r;     /* owned: Σ exp of a row's logits, so that nobody can leave it out */
};

int floor_init(struct floor *f, const struct gpt2 *m, size_t texts, size_t length, struct err *e);
void floor_release(struct floor *f);

/* Goes through it once. */
void floor_run(struct floor *f);

/* Multiply-adds, counted as two, of the products. */
double floor_flops(const struct floor *f);

#endif
