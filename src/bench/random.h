/*
 * random: made-up weights and texts to measure with. The same ones every time.
 */
#ifndef NS_BENCH_RANDOM_H
#define NS_BENCH_RANDOM_H

#include <stdint.h>

#include "model/texts.h"

/* x[0..n) of the shape of trained weights: a sum of three uniform numbers, within ±0.15. */
void random_weights(float *x, size_t n, uint32_t stream);

/* `texts` texts of `length` ids below n_vocab. */
int random_texts(struct sequences *s, size_t texts, size_t length, int n_vocab, struct err *e);

#endif
