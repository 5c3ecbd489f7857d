/*
 * assets: the files that a spec names, models and texts: as a name of the shared files of configs/,
 * as a path, or as a mapping {name, path}. Both are read alike.
 *
 * What is wrong becomes a problem of the reading; −1 only when memory runs out.
 */
#ifndef NS_SPEC_ASSETS_H
#define NS_SPEC_ASSETS_H

#include "spec/reading.h"

/* What tells a model from a text. */
struct asset_kind {
    enum config_file config;
    const char *label, *suffix;
    bool is_text;
};

extern const struct asset_kind model_kind, texts_kind;

struct asset {
    char *name, *path;
    char *get; /* NULL, or the command that brings the file: of entries of the shared files */
    bool keep_line_ends;
    long count; /* texts that the file has; 0: not said */
};

void asset_release(struct asset *a);

/* Any of the three forms. Without a problem the asset has a name and a path. */
int asset_read(struct reading *r, const struct asset_kind *kind, const struct node *node,
               struct asset *out, struct err *e);

/* A name of the shared file; `label` is what a problem calls the place. */
int asset_named(struct reading *r, const struct asset_kind *kind, struct place at,
                const char *label, const char *name, struct asset *out, struct err *e);

/* A name or a path from the command line; paths are seen from the working directory. */
int asset_option(struct reading *r, const struct asset_kind *kind, const char *text,
                 struct asset *out, struct err *e);

#endif
