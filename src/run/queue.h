/*
 * queue: the variants of a run on their way to its workers. Inside of run/ alone.
 *
 * Each goes to one worker, in the plan's order. What another run has claimed (claim.h) is put off.
 * When nothing else is left, workers wait for it: when that claim falls, they take the variant, and
 * find its results there or make them.
 */
#ifndef NS_RUN_QUEUE_H
#define NS_RUN_QUEUE_H

#include "run/claim.h"
#include "run/running.h"

/* What changes is under the run's lock. */
struct queue {
    struct run *run;
    struct claims claims;
    size_t *starts;  /* first cell of each variant, and the number of cells */
    size_t from, to; /* variants that nobody took yet */
    size_t *put_off, n_put_off;
    bool met_other; /* where there are no claims: others are on the same cells, so go on from the
                       other end */
    bool ended;     /* nothing more is handed out */
    pthread_cond_t changed;
};

int queue_init(struct queue *q, struct run *r, struct err *e);
void queue_release(struct queue *q);

/*
 * The next variant, its cells being [starts[*variant], starts[*variant + 1]), claimed; false when
 * none is left, or the queue ended, or the listener stops the run, which is marked then. Give each
 * back when its results are there, or have failed.
 */
bool queue_take(struct queue *q, size_t *variant);
void queue_give(struct queue *q, size_t variant);

/* Hands nothing more out. */
void queue_end(struct queue *q);

#endif
