/*
 * submission: one job array, as a folder beside the results that it is to bring.
 *
 *   ROOT/results/NAME/slurm/STAMP-CLASS/spec.yaml   the experiment, resolved, with absolute paths
 *   .../task-K     ids of the cells of task K, one a line
 *   .../job.sh     what each task runs
 *   .../job        the number that Slurm gave it; written last
 *   .../log-K      what task K said
 *
 * The job's name in the queue names the folder, so what is under way is found from the queue and
 * the folders together, and a job that was sent by a process that died then is found too. A folder
 * whose job is gone from the queue means nothing any more.
 */
#ifndef NS_CLUSTER_SUBMISSION_H
#define NS_CLUSTER_SUBMISSION_H

#include "cluster/slurm.h"
#include "cluster/tasks.h"
#include "results/store.h"

enum { ARRAY_TASKS_MAX = 1000 }; /* what Slurm allows unless it is told otherwise */

struct submission {
    struct buf folder; /* absolute */
    char name[SLURM_NAME];
};

/*
 * Makes the folder for tasks [first, last) of all, at most ARRAY_TASKS_MAX. `program` and
 * `root` are absolute. Release with submission_release().
 */
int submission_make(struct submission *m, const struct store *store, const struct spec *s,
                    const char *class_name, const struct plan *p, const struct tasks *b,
                    size_t first, size_t last, const char *program, const char *root,
                    struct err *e);

/* Sends it with these options of sbatch; *job is its number. */
int submission_send(const struct submission *m, size_t n_tasks, const char *const *options,
                    size_t n_options, long *job, struct err *e);
void submission_release(struct submission *m);

/* Tasks of one experiment in the queue. */
struct queued {
    size_t running, waiting; /* tasks */
    struct buf jobs;         /* their jobs' numbers, each after a blank */
};

/* Marks the plan's cells that a task in the queue has. Release jobs with buf_release(). */
int submissions_queued(struct queued *out, const struct store *store, const struct spec *s,
                       const struct slurm_queue *q, const struct plan *p, bool *cells,
                       struct err *e);

#endif
