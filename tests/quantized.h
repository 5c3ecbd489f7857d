/*
 * quantized: models quantized as the program does it, without calibration texts.
 */
#ifndef NS_TESTS_QUANTIZED_H
#define NS_TESTS_QUANTIZED_H

#include "run/methods.h"

/* run_quantize() in a workshop of its own; on 0 the caller closes the variant. */
int quantized_variant(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                      const struct method_kind *kind, const struct params *p, uint64_t seed,
                      struct err *e);

/* run_quantize_packed() likewise, without sources. */
int quantized_file(const char *path, struct bill *bill, const struct gpt2 *base,
                   const struct method_kind *kind, const struct params *p, uint64_t seed,
                   struct err *e);

#endif
