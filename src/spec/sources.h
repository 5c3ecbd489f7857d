/*
 * sources: the trees that a spec is read from, joined to one.
 *
 * A spec file may extend another (`extends: base.yaml`, seen from its own folder; a chain of up to
 * EXTENDS_MAX): mappings merge key by key, in the order of the extended file, and everything else
 * replaces. Then each --set KEY=VALUE of the command line is put in. Nodes keep the places where
 * they were written, so problems point there and paths are seen from there.
 */
#ifndef NS_SPEC_SOURCES_H
#define NS_SPEC_SOURCES_H

#include "spec/yaml.h"

enum { EXTENDS_MAX = 8, RANK_CONFIGS = 16, RANK_SETS = 32 };

struct sources {
    struct document files[EXTENDS_MAX + 1]; /* the first holds the joined tree */
    char *folders[EXTENDS_MAX + 1];
    size_t n_files;
    bool cut; /* what a file extends could not be read, which is reported */
    struct document *sets;
    size_t n_sets;
};

/* Reads the file and what it extends. −1 when the file itself cannot be opened, or no memory. */
int sources_read(struct sources *s, const char *path, struct problems *p, struct err *e);

/*
 * Puts n texts KEY=VALUE in. KEY is a dotted path; methods.NAME.PARAMETER takes the place of an
 * axis of this very key in the sweep. VALUE is YAML. −1: no memory.
 */
int sources_set(struct sources *s, const char *const *texts, size_t n, struct problems *p,
                struct err *e);

/* Where relative paths written at this place are seen from: "." for the command line. */
const char *sources_folder(const struct sources *s, struct place at);
void sources_release(struct sources *s);

#endif
