/*
 * speed: what quantized weights do for the time of one short text and of one token more.
 *
 * The study timed a quantized model whose products were of dense 32-bit floats. Here each model of
 * an experiment stands beside each of its methods in three forms: the floats as they are, the
 * floats that the codes decode to (as many bytes, as the study had it), and the codes themselves.
 */
#ifndef NS_BENCH_SPEED_H
#define NS_BENCH_SPEED_H

#include "base/progress.h"
#include "report/layout.h"
#include "spec/spec.h"

/*
 * Fills the table, empty before: a model whose file an entry of configs/ can bring and which is not
 * there is noted as not measured. The text is the spec's first, cut to max_tokens. Packed files are
 * made in `folder`, which exists, and are gone afterwards. Seeds, sweeps and protocols do not
 * matter; a spec that sweeps is refused.
 */
int bench_speed(struct layout *table, const struct spec *s, const char *folder, size_t turns,
                const struct progress *progress, struct err *e);

#endif
