/*
 * coalition: what the loss on the calibration text is when some tensors are quantized and the
 * others are not.
 *
 * Losses are remembered, so that asking again, as another budget of the same method does, costs
 * nothing. They hold for one choice of options under one set of parameters; asking for another
 * forgets them. A coalition's model borrows each tensor from the base or from its quantized form:
 * nothing is quantized twice.
 */
#ifndef NS_RUN_COALITION_H
#define NS_RUN_COALITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/gpt2.h"

struct workshop;
struct params;

struct coalitions {
    struct buf key;  /* the parameters and the choice that the losses are of */
    struct gpt2 all; /* every tensor quantized; no tensors when it has to be made */
    bool *in;        /* [n][n_parts] */
    double *nats;    /* [n] */
    size_t n, in_capacity, nats_capacity;
};

void coalitions_release(struct coalitions *c);

/* What problem.loss is: its context, and the function. */
struct coalition_request {
    struct workshop *workshop;
    const struct params *params;
};
int coalition_loss(void *context, double *nats, const uint8_t *choice, const bool *in_part,
                   struct err *e);

#endif
