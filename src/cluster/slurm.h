/*
 * slurm: the two questions put to Slurm, sbatch to send a job and squeue to see what is left of it.
 *
 * Nothing but their machine-readable output is believed; output of another form is an error that
 * shows it. Nothing is concluded from a job's end: results are looked for where they are stored.
 */
#ifndef NS_CLUSTER_SLURM_H
#define NS_CLUSTER_SLURM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { SLURM_NAME = 256 };

/* A task of a job array of the user's that is waiting or running. */
struct slurm_task {
    char name[SLURM_NAME]; /* of its job */
    long job, task;
    bool running;
};

struct slurm_queue {
    struct slurm_task *tasks;
    size_t n;
};

/* Sends a job: sbatch with these arguments (ended by NULL). *job is the number that it got. */
int slurm_send(const char *const arguments[], long *job, struct err *e);

/* All tasks of the user's job arrays in the queue. Release with slurm_queue_release(). */
int slurm_queue_read(struct slurm_queue *q, struct err *e);
void slurm_queue_release(struct slurm_queue *q);

/* What `squeue --format SLURM_QUEUE_FORMAT` printed, as a queue. */
#define SLURM_QUEUE_FORMAT "%F %K %T %j"
int slurm_queue_parse(struct slurm_queue *q, const char *text, struct err *e);

/* What `sbatch --parsable` printed: JOB or JOB;CLUSTER, on its last line. */
int slurm_job_parse(long *job, const char *text, struct err *e);

#endif
