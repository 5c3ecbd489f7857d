/*
 * config: the files that experiments share, configs/models.yaml, texts.yaml and methods.yaml,
 * and slurm.yaml, which says how they are run and not what they are.
 *
 * The folder is looked for once: what the environment names in NASHSWARM_CONFIGS; else configs in
 * the folder of the spec or the nearest one above it, in the working directory, where the program
 * was installed or built, as soon as one of the files is in it. A file is read when a name first
 * needs it. Each is a mapping from names to entries; who reads an entry is not known here.
 */
#ifndef NS_SPEC_CONFIG_H
#define NS_SPEC_CONFIG_H

#include "spec/yaml.h"

enum config_file { CONFIG_MODELS, CONFIG_TEXTS, CONFIG_METHODS, CONFIG_SLURM, CONFIG_FILES };

struct configs {
    char *folder;       /* NULL: there is none */
    struct buf missing; /* why there is none */
    bool told;          /* that, which holds for every name */
    struct config {
        bool opened;
        struct document document;
        struct buf unread; /* why the file could not be read */
    } files[CONFIG_FILES];
};

int configs_open(struct configs *c, const char *spec_folder, struct err *e);
void configs_release(struct configs *c);

/* The mapping of a file, or NULL in *map when there is none or it is no mapping. −1: no memory. */
int configs_map(struct configs *c, enum config_file which, const struct node **map,
                struct problems *p, struct err *e);

/*
 * Says that a name was not found, and where it was looked for; that there is no folder is said of
 * the first name alone. The file has been opened.
 */
void configs_not_found(struct configs *c, enum config_file which, struct problems *p,
                       struct place at, const char *label, const char *name);

#endif
