/*
 * step_coder: the levels of steps (GRID_STEP) in fewer bits than the entropy of their frequencies.
 *
 * Rows and columns of a weight matrix have magnitudes of their own. The coder learns them from the
 * levels that are already coded, on both ends alike, and takes them as the context of the next one:
 * nothing is stored for it. A level is binary decisions: is it 0, its sign, is it above 1, 2, …,
 * and beyond that an exponential Golomb code; each decision has a probability that is learned for
 * every class of expected magnitude in units of the present step, so that one set of statistics
 * serves all steps (step_model.h).
 *
 * Chunks are whole numbers of rows, about STEP_CHUNK levels; each starts afresh and they are coded
 * in parallel: the same bytes for any number of threads. Form as in range_chunks.h.
 *
 * The decoder takes any bytes: it makes levels within ±LEVEL_MAX, or an error.
 */
#ifndef NS_CODING_STEP_CODER_H
#define NS_CODING_STEP_CODER_H

#include "base/buf.h"
#include "coding/coded.h"

enum { STEP_CHUNK = 1 << 18 };

/* Appends the coded form of the levels of *c, whose kind is GRID_STEP, to `out`. */
int step_encode(struct buf *out, const struct coded_tensor *c, struct err *e);

/*
 * c->level from bytes[0..n); all else of *c is filled in. The error says what is wrong in a
 * phrase; the caller puts the name of the stream in front.
 */
int step_decode(struct coded_tensor *c, const uint8_t *bytes, size_t n, struct err *e);

/*
 * bits_u[units] = Σ −log2 p over the levels of each unit, p as the coder's own model has it at that
 * point: what each unit adds to what step_encode() writes, within 0.1 % in all.
 */
int step_price(float *bits_u, const struct coded_tensor *c, struct err *e);

#endif
