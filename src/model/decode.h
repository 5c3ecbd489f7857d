/*
 * decode: the forward pass one token at a time, for several texts side by side.
 *
 * Keys and values of earlier positions are kept, so a step costs what one position costs. Every
 * product has DECODE_ROWS rows, whether texts stand in all of them or not: what a text gets depends
 * on its ids and its row, not on how many texts there are. A decoder works in the calling thread;
 * several may share a model. It takes DECODE_ROWS·(T·2·L·C + 6·C + F + V) floats.
 */
#ifndef NS_MODEL_DECODE_H
#define NS_MODEL_DECODE_H

#include "model/gpt2.h"

enum { DECODE_ROWS = 32 };

struct decoder {
    const struct gpt2 *m;
    size_t T, position; /* room for positions; the one that comes next */
    float *kv_lst2c;    /* keys and values: layer, row, position */
    float *x_sc, *h_sc, *qkv_s3c, *f_sf, *scores_t;
    float *logits_sv; /* what the last step gave */
};

/* Room for T positions, 1 to the context. The model is loaded and outlives the decoder. */
int decoder_init(struct decoder *d, const struct gpt2 *m, size_t T, struct err *e);
void decoder_release(struct decoder *d);

/* Starts all rows again, at position 0. */
void decoder_restart(struct decoder *d);

/* Takes the next id of each row, in range, and leaves the logits of what follows in logits_sv. */
void decoder_step(struct decoder *d, const int ids_s[DECODE_ROWS]);

#endif
