/*
 * methods: where allocators and grids meet: what a spec or a command line can ask for, and how a
 * model is quantized by it.
 */
#ifndef NS_RUN_METHODS_H
#define NS_RUN_METHODS_H

#include "allocate/method.h"
#include "quantize/quantize.h"
#include "spec/spec.h"

/*
 * The baseline (empty schema), then every row of the allocators' table with its own parameters and
 * the common ones. Built on the first call, which one thread makes.
 */
const struct spec_known *run_known(void);
const struct method_kind *run_method_named(const char *name);

bool run_is_baseline(const struct method_kind *kind);

/*
 * *variant = base quantized by a method that is not the baseline, with its bill. Release the
 * variant with gpt2_close(), before its base.
 */
int run_quantize(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                 const struct method_kind *kind, const struct params *p, uint64_t seed,
                 struct err *e);

/*
 * Writes base, quantized by such a method, as a packed model file; `sources` and `note` as in
 * gpt2_save().
 */
int run_quantize_packed(const char *path, struct bill *bill, const struct gpt2 *base,
                        const struct method_kind *kind, const struct params *p, uint64_t seed,
                        const struct gpt2_source *sources, size_t n_sources, const char *note,
                        struct err *e);

#endif
