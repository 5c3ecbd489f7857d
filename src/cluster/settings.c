#include "cluster/settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "spec/fields.h"
#include "spec/paths.h"

static const struct param cpus_row = {
    .name = "cpus", .type = PARAM_INT, .min = 1, .max = 65536, .help = "processors of a task"};
static const struct param cells_row = {.name = "cells_per_task",
                                       .type = PARAM_INT,
                                       .min = 1,
                                       .max = 1e6,
                                       .help = "cells of a task, or of its last variant more"};
static const struct param parameters_row = {.name = "parameters",
                                            .type = PARAM_REAL,
                                            .min = 1,
                                            .max = 1e15,
                                            .help = "of the largest model of a class"};

static void read_text(struct problems *p, const struct node *map, const char *key, const char **out)
{
    const struct node *node = node_get(map, key);
    if (node && !node_is_null(node)) {
        field_text(p, node, key, out);
    }
}

static void read_number(struct problems *p, const struct node *map, const struct param *row,
                        double *out)
{
    const struct node *node = node_get(map, row->name);
    struct value v = {0};
    if (node && !node_is_null(node) && field_value(p, node, row, &v)) {
        *out = v.numbers[0];
    }
}

static void read_class(struct cluster_class *c, struct problems *p, const struct node *node)
{
    static const char *const known[] = {"parameters", "cpus", "memory", "time", "partition"};
    double cpus = 0;
    *c = (struct cluster_class){.name = node->key, .parameters = INFINITY};
    if (field_name(p, node->key_at, "classes", node->key) &&
        field_is(p, node, NODE_MAP, "what a class asks for, as {parameters: 1e8, cpus: 2}")) {
        field_keys(p, node, node->key, known, sizeof known / sizeof *known);
        read_number(p, node, &parameters_row, &c->parameters);
        read_number(p, node, &cpus_row, &cpus);
        c->cpus = (long)cpus;
        read_text(p, node, "memory", &c->memory);
        read_text(p, node, "time", &c->time);
        read_text(p, node, "partition", &c->partition);
    }
}

static void read_classes(struct cluster_settings *s, struct problems *p, const struct node *map)
{
    if (!map || node_is_null(map) ||
        !field_is(p, map, NODE_MAP, "classes: a mapping from names to what a class asks for")) {
        return;
    }
    for (size_t i = 0; i < map->n; i++) {
        if (s->n_classes == CLUSTER_CLASSES_MAX) {
            problems_add(p, map->items[i].key_at, "classes: there are more than %d",
                         CLUSTER_CLASSES_MAX);
            return;
        }
        if (map->items[i].key) {
            read_class(&s->classes[s->n_classes++], p, &map->items[i]);
        }
    }
}

static void read_all(struct cluster_settings *s, struct problems *p, const struct node *map)
{
    static const char *const known[] = {"partition", "time", "account", "cells_per_task",
                                        "classes"};
    double cells = CELLS_PER_TASK;
    field_keys(p, map, "slurm.yaml", known, sizeof known / sizeof *known);
    read_text(p, map, "partition", &s->partition);
    read_text(p, map, "time", &s->time);
    read_text(p, map, "account", &s->account);
    read_number(p, map, &cells_row, &cells);
    s->cells_per_task = (long)cells;
    read_classes(s, p, node_get(map, "classes"));
}

int cluster_settings_read(struct cluster_settings *s, const char *spec_path, struct buf *problems,
                          struct err *e)
{
    struct problems p = {0};
    const struct node *map = NULL;
    *s = (struct cluster_settings){.cells_per_task = CELLS_PER_TASK};
    char *folder = path_folder(spec_path, e);
    int status = !folder || configs_open(&s->configs, folder, e) ||
                         configs_map(&s->configs, CONFIG_SLURM, &map, &p, e)
                     ? -1
                     : 0;
    if (!status && map) {
        read_all(s, &p, map);
    }
    if (!s->n_classes) {
        s->classes[s->n_classes++] = (struct cluster_class){.name = "all", .parameters = INFINITY};
    }
    if (!status && problems_count(&p)) {
        problems_print(&p, problems);
        status = err_set(e, "configs/slurm.yaml has %s",
                         problems_count(&p) == 1 ? "a problem" : "several problems");
    }
    problems_release(&p);
    free(folder);
    if (status) {
        cluster_settings_release(s);
    }
    return status;
}

void cluster_settings_release(struct cluster_settings *s)
{
    configs_release(&s->configs);
    *s = (struct cluster_settings){0};
}

int cluster_class_of(const struct cluster_settings *s, size_t parameters, size_t *out,
                     struct err *e)
{
    for (size_t i = 0; i < s->n_classes; i++) {
        if ((double)parameters <= s->classes[i].parameters) {
            *out = i;
            return 0;
        }
    }
    return err_set(e,
                   "no class of configs/slurm.yaml takes a model of %zu parameters: give one "
                   "without \"parameters\", which takes the largest",
                   parameters);
}
