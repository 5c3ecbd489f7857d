/*
 * forward: GPT-2's forward pass over a batch of texts, to the last hidden states.
 *
 * A text is n_text ids and, when padding is scored, pads after them. Positions of a text attend to
 * itself and what stands before; a pad attends to the text alone (its own key and the other pads'
 * are masked), as in the study's protocol. Therefore the text's numbers do not depend on the pads,
 * and its bytes are the same with and without them, alone or in any batch, on any number of threads
 * (tensor/tiles.h).
 *
 * Cost: about 2·R·(12·L·C² + 2·T·L·C) flops; every block matrix is read once a tile. Activations
 * take R·(6·C + F) floats, and a thread those of one head of one text.
 */
#ifndef NS_MODEL_FORWARD_H
#define NS_MODEL_FORWARD_H

#include "model/gpt2.h"
#include "tensor/tiles.h"

struct batch_text {
    const int *ids;   /* n_text of them */
    size_t n_text;    /* ≥ 1 */
    size_t n_total;   /* n_text and the pads after it; at most P */
    size_t first_row; /* filled in by batch_layout(), */
    size_t before[2]; /* or by batch_spread(): even and odd positions of the texts before */
};

/* Rows that are multiplied together: positions [row, row + n) of the batch. */
struct row_tile {
    size_t row, n;
    size_t text;     /* index of the text */
    size_t position; /* of the first row within its text */
};

struct batch {
    struct batch_text *texts; /* owned by the caller */
    size_t n_texts;
    int pad_id;
    size_t rows; /* of all texts; spread, with the places that stay empty */
    bool is_spread;
    struct row_tile *tiles; /* when not spread */
    size_t n_tiles;
};

/* Lays the texts out in rows, one after the other, and in tiles of their own. */
int batch_layout(struct batch *b, struct err *e);

/*
 * Spreads them over the places of tiles that span texts (tensor/tiles.h), where kernels and shapes
 * allow that; else as batch_layout(). For who needs no text in consecutive rows.
 */
int batch_spread(struct batch *b, const struct gpt2 *m, struct err *e);

/* The row of position p of a text. */
static inline size_t batch_row(const struct batch *b, const struct batch_text *t, size_t p)
{
    return b->is_spread ? tile_place(t->before[p % 2] + p / 2, p % 2) : t->first_row + p;
}

void batch_release(struct batch *b); /* what batch_layout() allocated */

/*
 * hidden_rc: [rows][C], the states after the last layer normalisation. The model is loaded, ids are
 * in range. One OpenMP team runs all of it.
 */
int forward(float *hidden_rc, const struct gpt2 *m, const struct batch *b, struct err *e);

/*
 * Who looks at the inputs of the matrices. look() gets what tensor `tensor` (a block matrix, or wte
 * as the output head) is about to be multiplied by: x_rk, k its input width, good during the call.
 * Every thread of the team calls it, all for the same tensor, and the team goes on when it is
 * filled in: inside it, share the work with `omp for`, whose barrier stands at its end. Tensors
 * come in the order of the layers.
 */
struct input_probe {
    void (*look)(void *context, int tensor, const float *x_rk, size_t k, const struct batch *b);
    void *context;
};

/* forward() with somebody looking on; the same bytes. NULL: nobody. */
int forward_probed(float *hidden_rc, const struct gpt2 *m, const struct batch *b,
                   const struct input_probe *probe, struct err *e);

#endif
