/*
 * tasks: cells shared out among the tasks of job arrays.
 *
 * The cells of one variant (a quantized model under each protocol) stay together, for they share
 * its making; a task takes whole variants, in the plan's order, until it has enough cells.
 */
#ifndef NS_CLUSTER_TASKS_H
#define NS_CLUSTER_TASKS_H

#include "plan/plan.h"

struct tasks {
    size_t *cells;  /* indices into the plan */
    size_t *starts; /* of each task in `cells`, and the end of the last */
    size_t n_tasks;
};

/*
 * The cells of the plan with wanted[i] whose model is of the class: model_class has one entry a
 * model. Release with tasks_release().
 */
int tasks_make(struct tasks *b, const struct plan *p, const bool *wanted, const size_t *model_class,
               size_t cluster_class, size_t cells_per_task, struct err *e);
void tasks_release(struct tasks *b);

#endif
