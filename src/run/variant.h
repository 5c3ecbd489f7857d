/*
 * variant: one model under one method and seed, scored under several protocols in one pass.
 */
#ifndef NS_RUN_VARIANT_H
#define NS_RUN_VARIANT_H

#include <pthread.h>

#include "base/progress.h"
#include "model/gpt2.h"
#include "model/texts.h"
#include "model/tokenizer.h"
#include "plan/plan.h"
#include "results/details.h"
#include "results/evidence.h"
#include "results/journal.h"
#include "run/budget.h"

/*
 * An open, loaded model of the spec, and its texts in its own tokens. Several variants may be made
 * of it at the same time; what methods learn about it is learned by one of them at a time.
 */
struct loaded_model {
    struct gpt2 gpt2;
    char weights[72]; /* where they are from: a digest, "synthetic", "quantized", or "" */
    struct tokenizer *tokenizer;
    struct scored_texts *scored; /* [n_scored], of each evaluation; NULL until the first cell */
    size_t n_scored;
    pthread_mutex_t reading;   /* held where those are made */
    struct workshop workshop;  /* calibration texts, when the spec has some, and tables of costs */
    size_t calibration_tokens; /* where the calibration texts are cut; 0: they are not read yet */
    pthread_mutex_t learning;  /* held where the workshop is used */
};

/* What one variant gives. */
struct variant_result {
    struct record *rows;         /* one for each cell, the caller's */
    struct evidence *evidence;   /* likewise, empty before; the caller releases what is in them */
    struct cell_details details; /* of all of them; the caller releases it */
    double solve_s;              /* NaN where nothing was solved */
};

int loaded_model_open(struct loaded_model *m, const struct spec *s, size_t model, struct err *e);
void loaded_model_close(struct loaded_model *m);

/*
 * out->rows[i] and evidence[i] = the result of cells[i], i < n: cells that differ in their
 * protocols alone. What methods learn about the model is kept in it. The journal (may be NULL) is
 * told of each step.
 */
int variant_run(struct variant_result *out, struct loaded_model *m, const struct spec *s,
                const struct cell *cells, size_t n, const struct progress *progress,
                const struct journal *journal, struct err *e);

#endif
