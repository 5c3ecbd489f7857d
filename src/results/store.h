/*
 * store: results on disk.
 *
 *   ROOT/results/NAME/spec.resolved.yaml       what the table was made of, every default filled in
 *   ROOT/results/NAME/.planned                 what the spec of the last run said (run/novelty.h)
 *   ROOT/results/NAME/.claims                  empty; its locks say who is at what (run/claim.h)
 *   ROOT/results/NAME/cells/ID/cell.yaml       one cell, resolved
 *   ROOT/results/NAME/cells/ID/result.json     its key, its canonical text, its record, its details
 *   ROOT/results/NAME/cells/ID/provenance.json where it came from (provenance.h)
 *   ROOT/results/NAME/cells/ID/failed.json     why its last run failed; gone when a run succeeds
 *   ROOT/results/NAME/cells/ID/log             what happened when it was last tried (journal.h)
 *   ROOT/results/NAME/table.csv, table.json    one tidy row a cell, in the spec's order
 *   ROOT/results/NAME/tensors.csv              one row a quantized tensor of a variant, if any
 *   ROOT/results/NAME/tables/                  Markdown and LaTeX
 *   ROOT/results/NAME/timing/                  the same, of what differs between honest runs
 *   ROOT/plots/NAME/                           figures
 *
 * Every file but the log appears whole or not at all. A result counts only while its key (the
 * digest of everything that determines it) is the one asked for.
 */
#ifndef NS_RESULTS_STORE_H
#define NS_RESULTS_STORE_H

#include <stdbool.h>

#include "base/digest.h"
#include "plan/plan.h"
#include "results/details.h"
#include "results/evidence.h"

struct store {
    struct buf results, plots; /* ROOT/results/NAME and ROOT/plots/NAME */
    /* Is told, once, what store_lock() waits for; NULL: nobody is. The owner may set both. */
    void (*waits)(const void *context, const char *sentence);
    const void *context;
};

/* Works out the paths; makes no folder. */
int store_init(struct store *s, const char *root, const char *name, struct err *e);
void store_release(struct store *s);

/*
 * Makes the folders; the first thing to fail when results cannot be written. What killed runs left
 * half written in them is removed; in a cell's folder, when the cell is written again.
 */
int store_prepare(const struct store *s, struct err *e);

/*
 * *found is false when there is no result of this key (none at all, another key, another format,
 * not readable); nothing else is touched then. `details` may be NULL; what was read is released
 * with details_release(). `unfit`, if not NULL, becomes a sentence when there is one of this key
 * that somebody has changed since it was written; it is left alone otherwise.
 */
int store_read_cell(const struct store *s, const char *id, const char *key, struct record *r,
                    struct cell_details *details, bool *found, struct err *unfit, struct err *e);

/* Of result.json; 1 had no details, 2 no intervals, 3 no digest of its content (sealed.h). */
enum { RESULT_FORMAT = 4 };

/* What a result was made of: its key, and apart from the cell itself what went into that. */
struct result_inputs {
    const char *key;                         /* digest of everything */
    const char *model, *texts, *calibration; /* digests of the files; NULL: not used */
    int algorithm;                           /* NASHSWARM_ALGORITHM */
};

/*
 * Provenance first, result last, so that a result that is there is complete. `details` and
 * `evidence` may be NULL: none.
 */
int store_write_cell(const struct store *s, const struct spec *spec, const struct cell *c,
                     const struct result_inputs *inputs, const struct record *r,
                     const struct cell_details *details, const struct evidence *evidence,
                     const struct buf *provenance_json, struct err *e);

/* Notes that the cell could not be run, and why. It is never taken for a result. */
int store_write_failure(const struct store *s, const struct cell *c, const char *sentence,
                        struct err *e);

/* Whether the last run of the cell failed. */
bool store_has_failure(const struct store *s, const char *id);

/* Whether there is a result of the cell, of whatever key. */
bool store_has_result(const struct store *s, const char *id);

/*
 * Waits until no other process writes the tables of this experiment, ten minutes at most, and tells
 * so after the first second. *lock is closed with close(); the kernel does so for a process that is
 * killed.
 */
int store_lock(const struct store *s, int *lock, struct err *e);

/* spec.resolved.yaml, into the folder that is there; its first line says which file it is of. */
int store_write_spec(const struct store *s, const struct spec *spec, struct err *e);

/*
 * Appends the path, quoted, of the file that the stored table was made of; nothing when that is the
 * spec's own file, or when there is no table or none that says so.
 */
int store_other_origin(struct buf *out, const struct store *s, const struct spec *spec,
                       struct err *e);

/* table.csv and table.json, and the resolved spec that they belong to. */
int table_write(const struct store *s, const struct spec *spec, const struct record *rows, size_t n,
                struct err *e);

/*
 * tensors.csv: details[i] are those of rows[i], and each variant (model, method, variant and seed)
 * stands there once, named in the first columns. Without any tensor there is no such file.
 */
int tensors_write(const struct store *s, const struct record *rows,
                  const struct cell_details *details, size_t n, struct err *e);

/* Reads table.json; *rows is released with free(). A missing table says which command makes it. */
int table_read(const struct store *s, const struct spec *spec, struct record **rows, size_t *n,
               struct err *e);

/* The same from the file itself, of whatever experiment it is; errors name the file alone. */
int table_read_file(const char *path, struct record **rows, size_t *n, struct err *e);

#endif
