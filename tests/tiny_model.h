/*
 * tiny_model: a GPT-2 small enough to write in a test, with weights that tell where they stand.
 */
#ifndef NS_TESTS_TINY_MODEL_H
#define NS_TESTS_TINY_MODEL_H

#include "model/gpt2.h"

/* V 20, P 16, C 8, L 2, H 2, F 32, tokens 19. */
struct gpt2_config tiny_config(void);

/* Weight i of tensor t. */
float tiny_weight(int t, size_t i);

/* A model of that configuration with owned 32-bit weights; a failure fails the test. */
void tiny_model(struct gpt2 *m);

#endif
