/*
 * stepper: the forward pass of one text, a few positions at a time, as reading along or writing on
 * needs it: the ids that are new go in, the logits of what follows come out.
 *
 * Keys and values of earlier positions are kept, so a step of one token reads every matrix once and
 * does little else: its time is that of the bytes read (stepper_bytes()). Matrices that
 * gpt2_load_codes() kept as codes are read as codes; the model then takes no more memory than its
 * file. One OpenMP team runs a whole step, with six barriers a layer; what is small is done by
 * every thread for itself. Nothing depends on the number of threads. (For many texts side by side:
 * model/decode.h.)
 */
#ifndef NS_MODEL_STEPPER_H
#define NS_MODEL_STEPPER_H

#include "model/linear.h"

struct stepper {
    const struct gpt2 *m;
    size_t T, R, position;        /* room for positions, and for new ones a step; the next */
    struct linear_matrix *matrix; /* [n_tensors]; those of matrices are filled in */
    size_t n_threads, n_private;  /* of the team; floats that a thread has for itself */
    float *kv_lt2c;               /* keys and values: layer, position */
    float *x_rc, *qkv_r3c, *att_rc, *f_rf;
    float *private;  /* normalised states, scores, scratch of each thread */
    float *logits_v; /* what the last step gave: after its last position */
};

/*
 * Room for T positions, 1 to the context, of which at most R, 1 to T, are new in a step. The model
 * is loaded, with codes or without, and outlives the stepper; the team is that of
 * compute_threads().
 */
int stepper_init(struct stepper *d, const struct gpt2 *m, size_t T, size_t R, struct err *e);
void stepper_release(struct stepper *d);

/* Starts again, at position 0. */
void stepper_restart(struct stepper *d);

/* Takes the next n ids, 1 to R, in range, and leaves the logits of what follows in logits_v. */
void stepper_take(struct stepper *d, const int *ids, size_t n);

/* Bytes of weights that a step of one token reads: matrices, vectors, two rows of embeddings. */
size_t stepper_bytes(const struct stepper *d);

#endif
