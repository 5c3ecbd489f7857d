/*
 * run: the batch runner, the only place that wires spec, model, allocation, evaluation and results.
 *
 * A run is the spec's cells in order. A cell whose result is stored under its key is not run again.
 * Missing cells are run model by model: a model is opened and its texts tokenized once, a quantized
 * variant is made once for all its protocols, and one pass over the texts serves them all. Each
 * cell's result is published as soon as it is there; an interrupted run resumes where it was.
 * Several variants may be made side by side, which changes no byte of a result.
 *
 * Several runs may go on one experiment at the same time, and share its variants: each claims those
 * that it is at (claim.h), puts off what others have claimed, and at last waits for it, or takes it
 * over when a run ended without a result. On a file system without locks, one that finds another's
 * result where it wanted to publish its own goes on from the other end, so that two of them meet in
 * the middle.
 */
#ifndef NS_RUN_RUN_H
#define NS_RUN_RUN_H

#include "results/store.h"
#include "spec/spec.h"

/* What is being done to a variant, and how far it is. */
struct run_step {
    const char *what;   /* is counted: "texts", "losses", … */
    bool last;          /* its end is about the variant's (base/progress.h) */
    double began_s;     /* of clock_s() */
    size_t done, total; /* total 0: not known yet */
};

/*
 * Who is told how far the run is. NULL functions are not called. Calls come from several threads,
 * one at a time.
 */
struct run_listener {
    /* First of all: a stored result that somebody has changed; it is missing, and made again. */
    void (*unfit)(void *context, const struct cell *c, const struct err *why);
    void (*planned)(void *context, size_t cells, size_t stored);
    /* What is not as the spec says and no error, before any cell is run: whole lines. */
    void (*noted)(void *context, const char *lines);
    /* Before a variant is made: `c` is the first of its n cells that are run. */
    void (*began)(void *context, const struct cell *c, size_t n);
    /* After each cell; `wall_s` is its share of the work. */
    void (*finished)(void *context, const struct cell *c, const struct record *r, double wall_s);
    /* Instead of both, when another run has given the result meanwhile. */
    void (*found)(void *context, const struct cell *c);
    /* After each cell that could not be run; its log (results/journal.h) is complete. */
    void (*failed)(void *context, const struct cell *c, const struct err *why);
    /* Within a variant, often; its answer true interrupts the run. */
    bool (*within)(void *context, const struct cell *c, const struct run_step *step);
    /*
     * About once a second while nothing is left but n variants that other runs have claimed, `c`
     * the first cell of one of them; its answer true interrupts the run.
     */
    bool (*waits)(void *context, const struct cell *c, size_t n);
    /* Appends the command that runs a cell alone, for its log. */
    void (*command)(void *context, const struct cell *c, struct buf *out);
    void *context;
};

/* Which of the missing cells are run. Zeros: all of them, up to the first failure. */
struct run_choice {
    const char *const *only; /* patterns as of a shell, for ids; a cell fits one of them */
    size_t n_only;
    const char *const *ids; /* whole ids in strcmp's order; no cell but these. NULL: any cell */
    size_t n_ids;
    bool failed;     /* cells alone whose last run failed */
    bool keep_going; /* a cell that fails does not keep the others from being run */
    bool no_tables;  /* cells alone: no table is written */
};

/* What the run may use of the machine. Zeros: one variant at a time, whatever memory it takes. */
struct run_limits {
    int side_by_side; /* variants at a time; the threads of compute_threads() are shared out */
    /* Bytes that models and variants may take together. One variant runs whatever it takes. */
    size_t memory;
};

struct run_result {
    /* Those that are there, in the spec's order; NULL when no table was to be written. */
    struct record *rows;
    size_t n;
    size_t cells, ran, failed; /* of the spec; run by this call; tried in vain by it */
    bool nothing_fits;         /* no cell fits what was asked for: the error is the caller's */
    bool tables;               /* whether the tables of results/NAME were written */
};

/*
 * Runs what is missing and chosen. The tables of results/NAME are written when every cell has a
 * result, or, with keep_going, from those that have one. −1 when the run was stopped: by a failed
 * cell without keep_going, the listener, or results that cannot be written. A pattern that no cell
 * fits is an error too, and so are an id that no cell has and `failed` when no cell failed. Release
 * the result with run_result_release().
 */
int run_spec(const struct spec *s, const struct store *store, const struct run_choice *choice,
             const struct run_limits *limits, const struct run_listener *listener,
             struct run_result *result, struct err *e);
void run_result_release(struct run_result *r);

#endif
