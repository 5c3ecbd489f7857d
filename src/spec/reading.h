/*
 * reading: what the parts of spec_read() share while one spec is read.
 *
 * The parts fill `spec` in order: models and texts, methods, sweep, report. Each returns −1 only
 * when memory runs out; what is wrong with the files goes to `problems`, and reading goes on. After
 * the last part a spec with problems is released unread.
 */
#ifndef NS_SPEC_READING_H
#define NS_SPEC_READING_H

#include "spec/config.h"
#include "spec/problems.h"
#include "spec/sources.h"
#include "spec/spec.h"
#include "spec/yaml.h"

/* A method while it is read. */
struct draft {
    const char *name;               /* borrowed from its document */
    struct place at;                /* of its key */
    const struct method_kind *kind; /* NULL when that is what is wrong */
    struct params params;
    struct place from[SCHEMA_MAX]; /* where each value stands; no source: it is a default */
    bool broken;                   /* reported: not checked any further */
};

struct drafts {
    struct draft *all;
    size_t n, capacity;
};

struct reading {
    struct spec *spec;
    struct problems problems;
    struct sources sources;
    struct configs configs;
    struct drafts shared; /* of configs/methods.yaml, once it is needed */
    bool shared_read, entries_checked[CONFIG_FILES];
    struct drafts methods;      /* of the spec, in step with spec->methods */
    struct place **axis_places; /* of each value of each axis of the spec */
    struct place sweep_at;
};

int read_models(struct reading *r, const struct node *node, struct err *e);
int read_models_option(struct reading *r, const char *list, struct err *e); /* --models */
int read_texts(struct reading *r, const struct node *node, struct err *e);

/*
 * After the methods are checked: `node` is NULL without the key, and the shared file's entry is
 * taken if some method needs texts to calibrate on.
 */
int read_calibration(struct reading *r, const struct node *node, struct err *e);

int read_methods(struct reading *r, const struct node *node, struct err *e); /* NULL: missing */

/* After the sweep: fills defaults in, finds what is missing, copies the drafts to the spec. */
int finish_methods(struct reading *r, struct err *e);

int read_sweep(struct reading *r, const struct node *node, struct err *e);

/* Checks the values of each method against each other, for every combination that is swept. */
void check_methods(struct reading *r);

/* `node` is NULL without the key. */
int read_report(struct reading *r, const struct node *node, struct err *e);

#endif
