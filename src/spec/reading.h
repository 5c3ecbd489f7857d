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

/* Where a value of a model stands that it has in place of the spec's. */
struct overridden {
    size_t model, method, parameter;
    struct place at;
};

struct reading {
    struct spec *spec;
    const struct spec_overrides *options; /* of the command line, may be NULL */
    struct problems problems;
    struct sources sources;
    struct configs configs;
    struct drafts shared; /* of configs/methods.yaml, once it is needed */
    bool shared_read, entries_checked[CONFIG_FILES];
    struct drafts methods;      /* of the spec, in step with spec->methods */
    struct place **axis_places; /* of each value of each axis of the spec */
    struct place sweep_at;
    char **listed; /* models of the file, where --models names others */
    size_t n_listed;
    struct overridden *overridden; /* later ones replace earlier ones */
    size_t n_overridden, overridden_room;
    size_t texts_room, evaluations_room; /* of the spec's arrays */
    size_t last_evaluation;              /* where one was last found */
};

/*
 * A value of such a key, or of any other row, from its node. *fine: whether *out was filled; else
 * the problem is recorded. −1: no memory.
 */
int evaluation_read(struct reading *r, const struct param *row, const struct node *node,
                    struct value *out, bool *fine, struct err *e);

/* Reads the spec's own keys of that kind but its texts. */
int evaluation_read_own(struct reading *r, const struct node *root, struct err *e);

/*
 * After the sweep: spec.evaluations, and for each combination of each method which of them it has.
 * Too many are a problem. −1: no memory.
 */
int evaluations_number(struct reading *r, struct err *e);

/* The index of the evaluation in spec.evaluations, where it is put when it is new. */
int evaluations_add(struct reading *r, const struct spec_evaluation *x, size_t *index,
                    struct err *e);

int read_models(struct reading *r, const struct node *node, struct err *e);
int read_models_option(struct reading *r, const char *list, struct err *e); /* --models */

/* The spec's own texts; NULL: missing. */
int read_texts(struct reading *r, const struct node *node, struct err *e);

/* Texts of a sweep or a model, new or by the name that they were given further up, as an index into
 * spec.texts; !*fine: the problem is recorded. */
int read_texts_again(struct reading *r, const struct node *node, size_t *index, bool *fine,
                     struct err *e);

/*
 * After the methods are checked: `node` is NULL without the key, and the shared file's entry is
 * taken if some method needs texts to calibrate on.
 */
int read_calibration(struct reading *r, const struct node *node, struct err *e);

int read_methods(struct reading *r, const struct node *node, struct err *e); /* NULL: missing */

/* Index of the method that a key names, or −1 with the problem recorded under this label. */
long find_method(struct reading *r, const char *label, const struct node *node, const char *name,
                 size_t n);

/* Index of the parameter of this name, or −1 with the problem recorded. */
int find_parameter(struct reading *r, const char *label, const struct node *node,
                   const struct draft *d, const char *name);

/* After the sweep: fills defaults in, finds what is missing, copies the drafts to the spec. */
int finish_methods(struct reading *r, struct err *e);

int read_sweep(struct reading *r, const struct node *node, struct err *e);

/* After the methods: what models have in place of the spec's values. */
int read_overrides(struct reading *r, const struct node *node, struct err *e);

/*
 * Where the model's own value of a parameter of a method stands; of any parameter where it is
 * negative, the last one; NULL when it has none.
 */
const struct place *overridden_at(const struct reading *r, size_t model, size_t method,
                                  int parameter);

/* Checks the values of each method against each other, for every combination that is swept. */
void check_methods(struct reading *r);

/* `published:` of a report that is a study. */
int read_published_losses(struct reading *r, const struct node *node, struct err *e);

/* `node` is NULL without the key. */
int read_report(struct reading *r, const struct node *node, struct err *e);

#endif
