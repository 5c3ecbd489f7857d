/*
 * spec: an experiment, typed, read from YAML.
 *
 * A spec file and the shared files of configs/ (models.yaml, texts.yaml, methods.yaml) become one
 * struct with every default filled in. Nothing unknown is ignored: unknown or duplicate keys, wrong
 * types and impossible values are collected and reported together, each with file:line:column, the
 * line, a caret and, where it helps, the nearest known name. What methods and protocols exist is
 * handed in by the caller (struct spec_known): this folder knows neither.
 *
 * The spec owns its strings. Paths are relative to the file that names them, resolved on reading: a
 * path that was relative is then seen from the working directory. spec_write() makes it absolute.
 *
 *   extends: base.yaml          optional; mappings merge, all else replaces what stands there
 *   name: multiscale            letters, digits, '.', '_', '-'; becomes a folder
 *   title: "one line"           optional
 *   models: [books-1m, ../data/models/mine.h5, {name: mine2, path: other/mine.h5}]
 *   texts: heldout              or a path, or {name: N, path: P, keep_line_ends: true}
 *   calibration: books          likewise; default: the entry "calibration" of configs/texts.yaml
 *   samples: 20                 texts; default all
 *   max_tokens: 64              default 64
 *   window: 512                 tokens of a window of a stream; default: the context of the model
 *   stride: 256                 default: half of the window
 *   protocols: [paper, text]    default [paper]
 *   seeds: [0]                  default [0]
 *   methods:                    or a list of names of configs/methods.yaml
 *     uniform4:   {}            the one of configs/methods.yaml
 *     nash-swarm: {method: tiers, shares: [10, 20, 70], bits: [8, 4, 2]}
 *     nash-exact: {use: nash-swarm, cut: exact}    another's parameters, some replaced
 *   overrides:                  optional; what single models have in place of the above and below
 *     books-3m: {samples: 5, max_tokens: 32, methods.uniform4.bits: 3, methods.*.scope: head}
 *   sweep:                      optional; a grid, the last key fastest; or a list of such mappings
 *     methods.nash-exact.bits: [[8, 4, 2], [6, 4, 2]]
 *     methods.*.scope: [head, all]       for every method that has it and does not set it itself
 *     methods.nash-exact.sample: {logspace: [100, 10000, 3]}     {range: [start, stop, step]},
 *                                        {linspace: [first, last, n]}, {logspace: likewise}
 *     samples: [20, all]                 likewise max_tokens, window, stride, texts: every method
 *     zip: {methods.uniform4.bits: [3, 4], methods.uniform4.group: [64, 128]}    move together
 *     exclude: [{methods.nash-exact.bits: [6, 4, 2], methods.nash-exact.scope: [all]}]
 *     include: [{methods.uniform4.bits: 8}]
 *   report: {kind: study, uniform: uniform4, tiers: [nash-swarm]}    optional
 *     published: {gpt2: {baseline: 5.3253, uniform: 6.5908, tiers: 5.3661}}    nats, beside ours
 *
 * A generator makes at most 10,000 values: range as Python does, without its stop; the others with
 * both ends exact. The keys of a zip or rule are of one method, or all of methods.*. A combination
 * that fits every key of an exclude rule is dropped; an include rule adds one, of the method's own
 * values and these. A list of sweeps is their union in order, each combination once; a method that
 * some of them name takes part in those alone. A method that a sweep names in include alone has no
 * grid there. docs/sweeps.md has an example of each.
 *
 * texts, samples, max_tokens, window and stride in a sweep are parameters of every method, the
 * baseline among them, and go with the keys of any method; methods.NAME.samples is of one. What is
 * swept for a method cannot be overridden; methods.*.PARAMETER overrides it in every method that
 * has it, and a key of one method goes before that.
 *
 * A model or text with a '/' in it, or ending in .h5 or .txt, is a path; anything else is a name of
 * the shared files. Those stand where NASHSWARM_CONFIGS says, else in configs/ in the folder
 * of the spec or one above it, else in the working directory, else with the program (config.h).
 * The report is a study (its kinds are study, sweep, allocators and seeds) unless something is
 * swept or a role cannot be filled, which makes it a sweep; the roles are the first method of kind
 * "uniform" and all of kind "tiers". A study with other methods has the table of a sweep beside its
 * own.
 */
#ifndef NS_SPEC_SPEC_H
#define NS_SPEC_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/schema.h"

/* A way of giving bits, as the spec sees it. */
struct method_kind {
    const char *name; /* "uniform", "tiers"; "baseline" has an empty schema */
    const char *help;
    struct schema schema; /* the method's own rows and the common ones (scope, group, …) */
    /* Checks values against each other; on −1, *which names the parameter to point at. May be NULL.
     */
    int (*check)(const struct params *p, const char **which, struct err *e);
    /* Whether the result depends on the seed. NULL: never. */
    bool (*uses_seed)(const struct params *p);
    /* Whether the result depends on the calibration texts. NULL: never. */
    bool (*uses_calibration)(const struct params *p);
};

/* Which keys of an evaluation a protocol depends on, beside texts and samples. */
enum protocol_keys { PROTOCOL_MAX_TOKENS = 1, PROTOCOL_WINDOW = 2, PROTOCOL_STRIDE = 4 };

struct spec_known {
    const struct method_kind *methods;
    size_t n_methods;
    const char *const *protocols; /* "paper", "text" */
    size_t n_protocols;
    const unsigned *protocol_keys; /* for each protocol, enum protocol_keys added up */
};

/* What the command line puts in place of the file's values; NULL and 0 leave them. */
struct spec_overrides {
    const char *models; /* comma-separated names or paths */
    long samples;
    const char *const *set; /* KEY=VALUE, put into the file's tree before it is read */
    size_t n_set;
};

/* A value that a model has in place of the spec's. */
struct spec_override {
    size_t method;    /* index into spec.methods; 0 for what all methods are scored on */
    size_t parameter; /* as of a spec_axis */
    struct value value;
};

struct spec_model {
    char *name; /* as named in configs/models.yaml, or the file's name without .h5 */
    char *path;
    char *get; /* what brings the file when it is not there, as configs/ says; else NULL */
    struct spec_override *overrides; /* of `overrides:`, by method and parameter */
    size_t n_overrides;
    size_t *evaluations; /* in place of each of the spec's; NULL: the same */
};

struct spec_texts {
    char *name, *path;
    char *get; /* as of a model */
    bool keep_line_ends;
    long count; /* texts that the file must have; 0: however many */
};

/* What a cell is scored on. */
struct spec_evaluation {
    size_t texts;    /* index into spec.texts */
    long samples;    /* 0: all of them */
    long max_tokens; /* of protocols that score text by text */
    long window;     /* tokens, of protocols that score a stream; 0: the model's context */
    long stride;     /* of overlapping windows; 0: half of the window */
};

struct spec_method {
    char *name; /* its key under methods: */
    const struct method_kind *kind;
    struct params params; /* complete, but for swept values */
};

/* A swept parameter of a method, with every value that it takes, in the order of their use. */
struct spec_axis {
    size_t method;    /* index into spec.methods */
    size_t parameter; /* row of its schema; from SCHEMA_MAX on, a key of spec/evaluation.h */
    struct value *values;
    size_t n;
};

/* The combinations of a method's swept values: rows of indices, one into each axis of the method.
 */
struct spec_table {
    uint32_t *digits; /* n × width */
    size_t n;
    size_t width;          /* axes of the method; 0: it is not swept and is one combination */
    uint32_t *evaluations; /* [n], indices into spec.evaluations; NULL: the spec's own for all */
};

enum spec_report_kind { REPORT_STUDY, REPORT_SWEEP, REPORT_ALLOCATORS, REPORT_SEEDS };

/* "study", "sweep", "allocators", "seeds", in the order of the enum; ended by NULL. */
extern const char *const spec_report_kinds[];

/* Losses that a study printed of a model, in nats. */
struct spec_published {
    size_t model; /* index into spec.models */
    double baseline, uniform, tiers;
};

/* What the tables and figures are made of. */
struct spec_report {
    /* study: the study's two tables and figures; sweep: a Pareto plot; allocators: methods of a
     * budget against each other and against the study's tiers at their three prices; seeds: what
     * the seed of a random method does, and how many texts a ranking takes */
    enum spec_report_kind kind;
    size_t uniform; /* study: index of the method in the role of uniform 4-bit */
    size_t *tiers;  /* study: methods in the role of Nash-Swarm, a table row each */
    size_t n_tiers;
    struct spec_published *published; /* study: what stands beside ours, of some models */
    size_t n_published;
};

struct spec {
    char *path, *name, *title;
    char **set; /* the texts of --set that it was read with */
    size_t n_set;
    char **options; /* all of the command line that it was read with: "--samples 3" */
    size_t n_options;
    struct spec_model *models;
    size_t n_models;
    struct spec_texts *texts; /* [0]: the spec's own; then those that are swept */
    size_t n_texts;
    struct spec_texts calibration;       /* path is NULL when no method uses it */
    struct spec_evaluation *evaluations; /* [0]: the spec's own; then those that occur besides */
    size_t n_evaluations;
    size_t protocols[8]; /* indices into spec_known.protocols */
    size_t n_protocols;
    long *seeds;
    size_t n_seeds;
    struct spec_method *methods; /* methods[0] is always the baseline */
    size_t n_methods;
    struct spec_axis *axes;
    size_t n_axes;
    struct spec_table *tables; /* one a method; NULL without a sweep */
    size_t n_tables;
    struct spec_report report;
    const struct spec_known *known; /* borrowed */
};

/*
 * Reads and checks. On −1, `problems` holds everything that is wrong, ready to print (several lines
 * a problem), and `e` one sentence.
 */
int spec_read(struct spec *s, const char *path, const struct spec_known *known,
              const struct spec_overrides *overrides, struct buf *problems, struct err *e);
void spec_release(struct spec *s);

/* What was published of the model, or NULL. */
const struct spec_published *spec_published_of(const struct spec *s, const char *model);

/* The spec as YAML with every default filled in, which spec_read() takes back to the same spec. */
void spec_write(const struct spec *s, struct buf *out);

#endif
