/*
 * ledger: every claim of the study as data, read from YAML.
 *
 * A claim is a sentence, the models that it is about, what was published, and the name of the rule
 * that decides it, with the rule's own keys. Published numbers stand in tables, once, and keep the
 * digits that they were printed with, since those tell how far they were rounded. Stored results
 * are named as experiments. Mistakes are collected and shown together with line, column and caret.
 *
 *   name: claims                      results of the ledger go to results/NAME
 *   title: "one line"                 optional
 *   reference: FILE                   optional; what was reproduced before (reference.h)
 *   study: {uniform_bits: 4, shares: [10, 20, 70], bits: [8, 4, 2], sample: 10000}
 *   results:
 *     first: {spec: multiscale.yaml, texts: 20}    rows of another number of texts do not count
 *   models:
 *     gpt2: {title: GPT-2, shape: [50257, 1024, 768, 12, 12], weights: SHA-256}
 *     books-1m: {path: ../data/models/books-1m.h5, weights: SHA-256}
 *   published:
 *     first: {parameters: {gpt2: 124439808}, uniform_compression: 87.5}    87.5: of every model
 *   claims:
 *     parameters: {claim: "…", rule: shape, quantity: parameters, published: first.parameters}
 *
 * A claim without `models` is about those that its published numbers name. Paths are relative to
 * the ledger. A ledger points into itself: it must not be moved once read.
 */
#ifndef NS_CLAIMS_LEDGER_H
#define NS_CLAIMS_LEDGER_H

#include "results/cells.h"
#include "results/record.h"
#include "spec/yaml.h"

struct claim_rule;

enum { LEDGER_TIERS_MAX = 16 };
#define LEDGER_ANY ((size_t)-1) /* no model in particular */

/* Vocabulary, positions, width, layers, heads. */
struct ledger_shape {
    int V, P, C, L, H;
};

struct ledger_model {
    const char *name, *title;
    char *path; /* of its file, seen from the working directory; NULL: only the shape is known */
    struct ledger_shape shape;
    const char *weights;             /* SHA-256 of their model.safetensors; NULL: not known */
    double parameters, head_weights; /* of all tensors, of the output head; NaN until filled in */
};

struct ledger_results {
    const char *name;
    char *spec;              /* seen from the working directory */
    long texts;              /* of the rows that count; 0: any */
    struct record *rows;     /* [n], filled in and owned; NULL: nothing is stored */
    struct cell_name *cells; /* [n], of each row, likewise; NULL: unknown */
    struct store store;      /* where they lie, likewise */
    bool edited;             /* the spec has other bits or shares than the study: no rows count */
    size_t n;
};

/* A number as it was printed. */
struct published_value {
    size_t model; /* index, or LEDGER_ANY: the same for all */
    const char *text;
    double value, half; /* half a unit of the last printed digit */
    int decimals;
};

struct published {
    const char *table, *name; /* NULL: stands in the claim itself */
    struct published_value *values;
    size_t n;
};

enum claim_key {
    KEY_RESULTS,
    KEY_METHOD,
    KEY_OTHER,
    KEY_PROTOCOL,
    KEY_AGAINST,
    KEY_COLUMN,
    KEY_QUANTITY,
    KEY_DIRECTION,
    KEY_CUT,
    KEY_PUBLISHED,
    KEY_BASELINE,
    KEY_QUANTIZED,
    KEY_WORSE,
    KEY_BETTER,
    KEY_PRINTED_WORSE,
    KEY_PRINTED_BETTER,
    KEY_TOLERANCE,
    KEY_FROM,
    KEY_TO,
    KEY_SEEDS,
    KEY_BECAUSE,
    CLAIM_KEYS
};

struct claim_value {
    bool present;
    const char *text; /* of a number: as it is written */
    double number;
    size_t index; /* of results, of a choice */
    const struct column *column;
    struct published *published;
};

struct claim {
    const char *name, *sentence;
    const char *says, *unit; /* what was published in words; of the numbers. NULL: none */
    long finding;            /* of the reproduction, from 1; 0: a claim of the study */
    const struct claim_rule *rule;
    size_t *models; /* [n_models] */
    size_t n_models;
    struct claim_value values[CLAIM_KEYS];
    struct published inline_published[CLAIM_KEYS];
    struct published_value inline_value[CLAIM_KEYS];
};

struct ledger {
    struct document document;
    const char *path, *name, *title;
    char *reference; /* path seen from the working directory; NULL: none */
    int uniform_bits;
    double shares[LEDGER_TIERS_MAX], bits[LEDGER_TIERS_MAX]; /* of the study's tiers */
    size_t n_tiers;
    double sample; /* weights that its cut points are drawn from */
    struct ledger_model *models;
    struct ledger_results *results;
    struct published *published;
    struct claim *claims;
    size_t n_models, n_results, n_published, n_claims;
};

/* −1 after everything that is wrong was appended to `problems`. Release it either way. */
int ledger_read(struct ledger *l, const char *path, struct buf *problems, struct err *e);
void ledger_release(struct ledger *l);

/* The number that was published of a model, or NULL. */
const struct published_value *published_of(const struct published *p, size_t model);

#endif
