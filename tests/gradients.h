/*
 * gradients: a sink that keeps the whole gradient of each text, for tests on small models.
 */
#ifndef NS_TESTS_GRADIENTS_H
#define NS_TESTS_GRADIENTS_H

#include "model/backward.h"
#include "model/texts.h"

struct gradients {
    const struct gpt2 *m;
    size_t n_texts;
    float **of_t; /* n_tensors of them: n_texts × the tensor's elements; NaN where not given */
    double *loss_nats; /* of each text */
};

/* Runs the backward pass over the sequences in one batch; a failure fails the test. */
void gradients_compute(struct gradients *g, const struct gpt2 *m, const struct sequences *s,
                       const bool *wanted_t);
const float *gradient_of(const struct gradients *g, int tensor, size_t text);
void gradients_release(struct gradients *g);

#endif
