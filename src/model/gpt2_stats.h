/*
 * gpt2_stats: mean, spread and range of a loaded tensor's weights, in double. The same bits for any
 * number of threads.
 */
#ifndef NS_MODEL_GPT2_STATS_H
#define NS_MODEL_GPT2_STATS_H

#include "base/err.h"
#include "model/gpt2.h"

struct gpt2_stats {
    double mean, std; /* of the weights themselves: the division is by n */
    double min, max;
};

/* After gpt2_load(). */
int gpt2_stats(struct gpt2_stats *out, const struct gpt2_tensor *t, struct err *e);

#endif
