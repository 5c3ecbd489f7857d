/*
 * calibration: what methods may learn from a model's calibration texts.
 *
 * One for each model that is open. The texts are read, and refused where they share a line with the
 * evaluation texts, when it is opened; what is asked for is then computed once and kept: Fisher
 * information of the last unit that was asked for, second moments of as many tensors as fit
 * CALIBRATION_MOMENTS. Nothing here is called from two threads at once.
 */
#ifndef NS_RUN_CALIBRATION_H
#define NS_RUN_CALIBRATION_H

#include "base/progress.h"
#include "evaluate/fisher.h"
#include "evaluate/moments.h"
#include "model/gpt2.h"
#include "model/texts.h"
#include "spec/spec.h"

/* Bytes of full second moments that are held at a time; at least one tensor's whatever its size. */
#define CALIBRATION_MOMENTS ((size_t)1 << 30)

/* Texts whose loss stands for a model's where a method measures many of them. */
enum { CALIBRATION_LOSS_TEXTS = 32 };

struct calibration {
    const struct gpt2 *model; /* borrowed; NULL when there are no calibration texts */
    struct sequences sequences;
    size_t tokens;                   /* predicted ones */
    const struct progress *progress; /* borrowed, may be NULL */

    struct fisher fisher; /* of every tensor of SCOPE_ALL */
    size_t fisher_unit;   /* FISHER_NONE: not computed */
    struct moments channels, full;
    bool has_channels;
    int full_first, full_end; /* tensors whose full moments are held; equal: none */
};

/* The texts to learn from. */
struct calibration_texts {
    const char *path;
    bool keep_line_ends;
    size_t max_tokens;
    const struct spec_texts *evaluation; /* [n_evaluation], what models are scored on; 0: nothing */
    size_t n_evaluation;
};

int calibration_open(struct calibration *c, const struct gpt2 *m, const struct calibration_texts *t,
                     struct err *e);
void calibration_close(struct calibration *c);

/* Fisher information by unit (FISHER_ROW, FISHER_TENSOR or a number of weights). Borrowed. */
int calibration_fisher(const struct fisher **out, struct calibration *c, size_t unit,
                       struct err *e);

/* mean_square[k] of the input channels of tensor t, in scope of SCOPE_ALL. Borrowed. */
int calibration_channels(const struct moment **out, struct calibration *c, int t, struct err *e);

/* full_kk of tensor t; valid until another tensor's is asked for. */
int calibration_full(const double **full_kk, struct calibration *c, int t, struct err *e);

/* Mean loss of another model on the first texts, in nats a token, pads not counted. */
int calibration_loss(double *nats, const struct calibration *c, const struct gpt2 *m,
                     struct err *e);

#endif
