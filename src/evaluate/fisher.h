/*
 * fisher: the diagonal of the empirical Fisher information, as a sensitivity of weights.
 *
 * For a group of weights, the mean over its weights and over the texts of g², where g is the
 * derivative of the summed next-token loss (nats) of one text, a text being one observation of the
 * sequence model (the protocol "text": no pads). The squares are of whole texts' gradients, so
 * texts of other lengths have other scales: calibrate with texts cut to one length. A text of a
 * single token predicts nothing and is left out.
 *
 * Memory: 8 bytes a group, that is twice the tensor when every weight is its own; beside it, the
 * activations of FISHER_ROWS positions (model/backward.h). The result is the same bytes for any
 * number of threads: each group belongs to one thread, which adds up the texts in order.
 */
#ifndef NS_EVALUATE_FISHER_H
#define NS_EVALUATE_FISHER_H

#include <stdint.h>

#include "base/progress.h"
#include "model/gpt2.h"
#include "model/texts.h"

enum { FISHER_ROWS = 512 }; /* positions of a batch, or one text when that is longer */

/* Sizes of a group, beside a number of weights along a row (1: every weight is its own). */
#define FISHER_NONE ((size_t)0)   /* the tensor is not needed */
#define FISHER_ROW (SIZE_MAX - 1) /* a row (a vector is one) */
#define FISHER_TENSOR SIZE_MAX

struct fisher_tensor {
    size_t per_row; /* groups of a row, the last one shorter when they do not divide it */
    size_t n;       /* groups, row by row; 0 when the tensor was not asked for */
    double *mean_square;
};

struct fisher {
    int n_tensors;
    struct fisher_tensor *of;
    size_t texts;     /* that had something to predict */
    double mean_nats; /* loss over their tokens */
};

/*
 * group_t: the group size of each of the model's tensors. The model is loaded; a sequence is at
 * most its context. No text with two tokens is an error.
 */
int fisher_compute(struct fisher *out, const struct gpt2 *m, const struct sequences *s,
                   const size_t *group_t, const struct progress *progress, struct err *e);
void fisher_release(struct fisher *f);

#endif
