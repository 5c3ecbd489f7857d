/*
 * importance: how much a weight is said to matter, in the forms that the study describes.
 *
 *   magnitude            |w_ij|                                          (its script)
 *   neighbour-product    |w_ij| · Π (1 + |w_kl|)                         (its paper)
 *   neighbour-mean       |w_ij| · (1 + mean of |w_kl|)                   (a later script)
 *
 * over the four neighbours up, down, left and right, taken in this order, every operation rounded
 * to 32 bits by itself. At an edge the product leaves a missing neighbour out; the mean takes the
 * weight itself in its place (the edge is replicated).
 */
#ifndef NS_ALLOCATE_IMPORTANCE_H
#define NS_ALLOCATE_IMPORTANCE_H

#include <stddef.h>

extern const char *const importance_names[]; /* ended by NULL, in the order of the enum */
enum importance { IMPORTANCE_MAGNITUDE, IMPORTANCE_NEIGHBOUR_PRODUCT, IMPORTANCE_NEIGHBOUR_MEAN };

/* out_rc, w_rc: [rows][cols]. Parallel over rows. */
void importance_compute(float *out_rc, const float *w_rc, size_t rows, size_t cols,
                        enum importance kind);

#endif
