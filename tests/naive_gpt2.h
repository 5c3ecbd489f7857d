/*
 * naive_gpt2: GPT-2's loss in double, a loop an index, from the equations alone: what gradients are
 * held against, by differences.
 */
#ifndef NS_TESTS_NAIVE_GPT2_H
#define NS_TESTS_NAIVE_GPT2_H

#include "model/gpt2.h"

/* A tiny model (tiny_model.h) with random weights: norms around 1, the rest around 0. */
void random_tiny_model(struct gpt2 *m, uint32_t stream);

/* The summed next-token loss in nats of n ids, with `change` added to weight i of tensor t. For a
 * model of the size of the tiny one, n ≤ 16. */
double naive_gpt2_loss(const struct gpt2 *m, const int *ids, size_t n, int t, size_t i,
                       double change);

#endif
