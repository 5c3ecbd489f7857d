/*
 * methods: where allocators and grids meet: what a spec or a command line can ask for, and how a
 * model is quantized by it.
 */
#ifndef NS_RUN_METHODS_H
#define NS_RUN_METHODS_H

#include "allocate/method.h"
#include "quantize/quantize.h"
#include "run/budget.h"
#include "spec/spec.h"

/*
 * The baseline (empty schema), then every row of the allocators' table with its own parameters and
 * the common ones. Built on the first call, which one thread makes.
 */
const struct spec_known *run_known(void);
const struct method_kind *run_method_named(const char *name);

bool run_is_baseline(const struct method_kind *kind);

/* Whether run_quantize() uses more of the workshop than its base, which one thread at a time may.
 */
bool run_learns(const struct method_kind *kind, const struct params *p);

/*
 * Quantizes the workshop's model by a method that is not the baseline. Release *out either way,
 * before the model.
 */
int run_quantize(struct quantized *out, struct workshop *w, const struct method_kind *kind,
                 const struct params *p, uint64_t seed, struct err *e);

/*
 * Writes the model, quantized by such a method, as a packed model file; `sources` and `note` as in
 * gpt2_save().
 */
int run_quantize_packed(const char *path, struct bill *bill, struct workshop *w,
                        const struct method_kind *kind, const struct params *p, uint64_t seed,
                        const struct gpt2_source *sources, size_t n_sources, const char *note,
                        struct err *e);

#endif
