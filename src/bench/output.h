/*
 * output: what was measured as Markdown, as ROOT/results/bench.json and bench.md, and the roofline,
 * in ROOT/plots/bench/.
 */
#ifndef NS_BENCH_OUTPUT_H
#define NS_BENCH_OUTPUT_H

#include "bench/bench.h"

void bench_markdown(const struct bench *b, struct buf *out);

/* `written` gets the path of each file, one a line. The run took `wall_s`. */
int bench_write(const struct bench *b, const char *root, double wall_s, struct buf *written,
                struct err *e);

#endif
