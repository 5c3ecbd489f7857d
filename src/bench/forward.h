/*
 * forward: how fast the forward pass with its losses is, against the floor of the same shapes.
 */
#ifndef NS_BENCH_FORWARD_H
#define NS_BENCH_FORWARD_H

#include "base/buf.h"
#include "model/gpt2.h"

/*
 * Both in turn on `texts` random texts of 64 tokens, some times over, so that a noisy stretch hits
 * both; the best times are what counts.
 */
int bench_forward(struct buf *out, const struct gpt2 *m, size_t texts, struct err *e);

#endif
