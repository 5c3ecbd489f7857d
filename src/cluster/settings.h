/*
 * settings: how cells are sent to Slurm, from configs/slurm.yaml.
 *
 * The file is looked for where the others of configs/ are; without it everything is as the cluster
 * has it. A class is what a task asks for, by the size of its model: the first class whose models
 * are at least this large takes it. Each class is one job array.
 */
#ifndef NS_CLUSTER_SETTINGS_H
#define NS_CLUSTER_SETTINGS_H

#include "spec/config.h"

enum { CLUSTER_CLASSES_MAX = 16, CELLS_PER_TASK = 8 };

struct cluster_class {
    const char *name;
    double parameters; /* of the largest model that it takes; infinite without a limit */
    long cpus;         /* 0: not asked for */
    const char *memory, *time, *partition; /* as sbatch takes them; NULL: not asked for */
};

struct cluster_settings {
    struct configs configs; /* owns all texts */
    const char *partition, *time, *account;
    long cells_per_task;
    struct cluster_class classes[CLUSTER_CLASSES_MAX];
    size_t n_classes; /* at least 1 */
};

/*
 * Reads the file that belongs to a spec. −1: `problems` holds what is wrong, ready to print, and
 * `e` one sentence.
 */
int cluster_settings_read(struct cluster_settings *s, const char *spec_path, struct buf *problems,
                          struct err *e);
void cluster_settings_release(struct cluster_settings *s);

/* The class of a model with so many parameters, as an index. */
int cluster_class_of(const struct cluster_settings *s, size_t parameters, size_t *out,
                     struct err *e);

#endif
