/*
 * slurm_engine: run --engine slurm: sends the missing cells of an experiment to a cluster, waits,
 * and collects.
 *
 * The record of what is done is the store, on a folder that all machines share. The queue only says
 * what need not be sent again.
 */
#ifndef NS_COMMANDS_SLURM_ENGINE_H
#define NS_COMMANDS_SLURM_ENGINE_H

#include <signal.h>

#include "commands/experiment.h"

struct slurm_request {
    const struct experiment_request *experiment;
    const char *partition, *time, *account; /* NULL: as configs/slurm.yaml says */
    const char *const *sbatch;              /* more options for it */
    size_t n_sbatch;
    bool detach, quiet, partial; /* partial: tables even when cells are missing at the end */
    volatile sig_atomic_t *interrupted;
};

/* Prints what happens; returns an exit status. */
int slurm_engine_run(const struct experiment *x, const struct slurm_request *request);

#endif
