/*
 * run_options: what `nashswarm run` is asked for on its command line.
 */
#ifndef NS_COMMANDS_RUN_OPTIONS_H
#define NS_COMMANDS_RUN_OPTIONS_H

#include <stdbool.h>

#include "commands/experiment_options.h"
#include "commands/run_display.h"
#include "commands/slurm_engine.h"
#include "run/run.h"

struct run_options {
    struct experiment_request experiment;
    const char *only_from;
    struct run_choice choice;
    struct run_limits limits;
    const char **only;          /* what choice.only points to */
    struct slurm_request slurm; /* what --engine slurm is asked for */
    const char **sbatch;        /* what slurm.sbatch points to */
    long threads, jobs, memory_gib;
    enum color_choice color;
    bool quiet, json, dry, on_slurm;
};

/* Ends the program with the status of a usage error where the line is wrong; −1: no memory. */
int run_options_parse(struct run_options *o, int argc, char **argv, struct err *e);
void run_options_release(struct run_options *o);

#endif
