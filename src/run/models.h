/*
 * models: the open models of a run, shared by its workers.
 *
 * A model is opened, loaded and its texts are tokenized once, by the first worker that asks for it;
 * the others wait for that and get the same one. One that nobody uses is closed when another is
 * asked for, since cells come model by model. What the open models hold in memory is known.
 */
#ifndef NS_RUN_MODELS_H
#define NS_RUN_MODELS_H

#include <pthread.h>

#include "run/variant.h"

struct models {
    const struct spec *spec;
    struct loaded_model *all; /* one for each model of the spec */
    size_t *users;
    bool *open;
    pthread_mutex_t lock;
};

int models_init(struct models *m, const struct spec *s, struct err *e);
void models_release(struct models *m);

/* Borrows a model until models_return(). */
int models_borrow(struct loaded_model **out, struct models *m, size_t model, struct err *e);
void models_return(struct models *m, size_t model);

/* Bytes of the weights of all models that are open. */
size_t models_bytes(struct models *m);

#endif
