/*
 * players: the units of a model's weights as players of a game, with their measured costs.
 *
 * Made once for each choice of scope, units, options, grids and sensitivities, and kept: methods,
 * budgets and seeds that agree on these share one table. Players are numbered tensor by tensor, in
 * the order of the model, row-major within one.
 */
#ifndef NS_RUN_PLAYERS_H
#define NS_RUN_PLAYERS_H

#include "allocate/problem.h"
#include "model/gpt2.h"
#include "quantize/quantize.h"
#include "run/calibration.h"

/* One tensor's players. */
struct players_tensor {
    int index;    /* in the model */
    size_t unit;  /* weights of a unit along a row, or UNIT_TENSOR */
    size_t first; /* its first player */
    size_t n;
    double deviation; /* standard deviation of its weights: the unit of steps */
};

struct players {
    struct buf key; /* what they were made from; empty: not made */
    struct game game;
    struct allocate_part *parts;
    struct players_tensor *tensors; /* in step with parts */
    size_t n_parts;
    bool steps; /* options are steps, in standard deviations, not widths */
    int bits_o[OPTIONS_MAX];
    double step_o[OPTIONS_MAX];
    float *distortion_io, *bits_io;
    uint32_t *size_i;
    double *variance_i;
    double
        *fisher_i; /* Fisher information a weight, not raised to a power; NULL if not asked for */
};

/* Whether *p is what the parameters ask for. */
bool players_match(const struct players *p, const struct params *params);

/* Makes *p anew. Release it either way. */
int players_make(struct players *p, const struct gpt2 *m, const struct params *params,
                 struct calibration *c, struct err *e);
void players_release(struct players *p);

/* Memory that the tables take. */
size_t players_bytes(const struct players *p);

/* The options of part k of a choice, as an allocation of its tensor. Release it either way. */
int players_allocation(struct allocation *out, const struct players *p, const struct gpt2 *m,
                       const uint8_t *choice, size_t k, struct err *e);

/*
 * Second-order prediction of the change of the calibration loss, nats a token: half the Fisher
 * information of each unit times its squared error, summed, a text being one observation
 * (evaluate/fisher.h). NaN without Fisher information.
 */
double players_predicted_nats(const struct players *p, const struct gpt2 *base,
                              const struct gpt2 *variant, const struct calibration *c);

#endif
