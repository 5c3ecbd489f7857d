/*
 * linear: the matrices of a model times a few positions, by a team, from floats or from codes.
 *
 * A matrix is used in the form that the model has it in: 32-bit floats go to BLAS; codes that
 * gpt2_load_codes() left where they are mapped are multiplied as they lie (coding/product.h) when
 * there are at most PRODUCT_ROWS positions, and are decoded block by block, each used at once by
 * BLAS, when there are more. Blocks depend on shapes alone: the same bytes for any team.
 *
 * Every thread of the team calls each function, with scratch of its own. No function ends with a
 * barrier but where it says so.
 */
#ifndef NS_MODEL_LINEAR_H
#define NS_MODEL_LINEAR_H

#include "coding/product.h"
#include "model/gpt2.h"

enum { PRODUCT_ROWS = 16 }; /* beyond, unpacking once a row costs more than decoding once */

struct linear_matrix {
    const float *f32;            /* NULL where it is codes */
    struct packed_matrix packed; /* borrowed from the model */
    size_t rows, cols;
};

void linear_matrix_of(struct linear_matrix *w, const struct gpt2_tensor *t);

/* Bytes that a product of one position reads of the matrix. */
size_t linear_bytes(const struct linear_matrix *w);

/* Floats of scratch a thread needs for R positions. */
size_t linear_scratch(const struct linear_matrix *w, size_t R);

/* y_rn = x_rk·W + b, or y_rn + x_rk·W + b when `add`. Ends with a barrier. */
void linear_team(float *y_rn, const float *x_rk, const struct linear_matrix *w, const float *bias_n,
                 size_t R, bool add, float *scratch);

/* logits_v = x_c·Wᵀ, W the embedding as the output head. Ends with a barrier. */
void linear_head_team(float *logits_v, const float *x_c, const struct linear_matrix *w,
                      float *scratch);

/* x_c = row `id` of the embedding. In the calling thread. */
void linear_row(float *x_c, const struct linear_matrix *w, size_t id);

#endif
