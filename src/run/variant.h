/*
 * variant: one model under one method and seed, scored under several protocols in one pass.
 */
#ifndef NS_RUN_VARIANT_H
#define NS_RUN_VARIANT_H

#include "base/progress.h"
#include "model/gpt2.h"
#include "model/texts.h"
#include "plan/plan.h"
#include "results/record.h"

/* An open, loaded model of the spec, and its texts in its own tokens. */
struct loaded_model {
    struct gpt2 gpt2;
    struct sequences sequences;
};

int loaded_model_open(struct loaded_model *m, const struct spec *s, size_t model, struct err *e);
void loaded_model_close(struct loaded_model *m);

/*
 * rows[i] = the result of cells[i], i < n: cells that differ in their protocols alone. The
 * baseline's columns (delta_…) stay empty.
 */
int variant_run(struct record *rows, const struct loaded_model *m, const struct spec *s,
                const struct cell *cells, size_t n, const struct progress *progress, struct err *e);

#endif
