/*
 * running: a run while it goes. Inside of run/ alone.
 *
 * run.c plans it and writes its tables; workers.c has its variants made, several at a time if
 * wanted, in the order of queue.c; publish.c stores what they come to. Everything that changes
 * after the plan is under the lock.
 */
#ifndef NS_RUN_RUNNING_H
#define NS_RUN_RUNNING_H

#include <pthread.h>
#include <stdatomic.h>

#include "plan/plan.h"
#include "results/journal.h"
#include "run/inputs.h"
#include "run/run.h"
#include "run/variant.h"

struct run {
    const struct spec *spec;
    const struct store *store;
    const struct run_choice *choice;
    const struct run_limits *limits;
    const struct run_listener *listener;
    struct plan plan;
    struct input_digests digests;
    char (*keys)[DIGEST_HEX];
    bool *chosen;

    pthread_mutex_t lock;
    struct record *rows;          /* for the tables; NULL when none are to be written */
    struct cell_details *details; /* in step with rows, without what solvers did */
    bool *stored;
    struct run_result *result;
    atomic_bool stopped; /* by the listener */
};

static inline void run_lock(struct run *r)
{
    pthread_mutex_lock(&r->lock);
}

static inline void run_unlock(struct run *r)
{
    pthread_mutex_unlock(&r->lock);
}

/*
 * The result of cell i, if it is there; `unfit` as of store_read_cell(). The cell is the caller's
 * alone, or nobody works yet.
 */
int run_read_stored(struct run *r, size_t i, struct err *unfit, struct err *e);

/* Holds the row of cell i, and what its tensors have to say, for the tables. */
int run_keep(struct run *r, size_t i, const struct record *row, const struct cell_details *details,
             struct err *e);

/*
 * Publishes the results of one variant, its n cells at `index`, who share its seconds evenly. Sets
 * *met_other, under the lock, when another run has published one of them meanwhile.
 */
int run_publish(struct run *r, const size_t *index, size_t n, const struct variant_result *result,
                double wall_s, const struct journal *journal, bool *met_other, struct err *e);

/*
 * Notes that these cells of one variant failed, each under its own name; 0 when the run goes on
 * nevertheless. Without keep_going the first of them alone is told.
 */
int run_note_failure(struct run *r, const struct cell *cells, size_t n, struct err *why);

/* Runs the chosen cells that have no result, and publishes each. */
int run_missing(struct run *r, struct err *e);

#endif
