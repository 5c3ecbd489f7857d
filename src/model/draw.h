/*
 * draw: one id from logits, at random.
 *
 * p_v ∝ exp(z_v / temperature) over the ids that may be drawn; with top_k, over the top_k of them
 * with the largest logits, the lower id first where logits are equal.
 */
#ifndef NS_MODEL_DRAW_H
#define NS_MODEL_DRAW_H

#include <stdbool.h>
#include <stddef.h>

struct draw {
    size_t V;
    const bool *allowed_v;
    double temperature; /* > 0 */
    size_t top_k;       /* 1 to V; V: all */
    float *p_v, *heap;  /* scratch: V and top_k floats */
};

/* The id at point u in [0, 1) of the distribution; −1 when the logits are not finite, or none of
 * the ids may be drawn. */
int draw_id(const struct draw *d, const float *logits_v, double u);

#endif
