/*
 * bench: how fast things are on this machine, against limits measured in the same run.
 *
 * A section measures one thing and leaves its numbers in the record; it opens what it needs itself
 * and leaves nothing in memory. Sections are rows of a table: another one is one file and one row.
 * Times are the best of some runs, and runs that are compared take turns, so that a noisy stretch
 * hits both; ratios of one run are what to quote.
 */
#ifndef NS_BENCH_BENCH_H
#define NS_BENCH_BENCH_H

#include "bench/measures.h"

enum { BENCH_LENGTH = 64, BENCH_TEXTS_MAX = 8 };

/* Of all threads together, unless it says otherwise; NaN before they are measured. */
struct bench_limits {
    double flops, flops_one_thread; /* a second: multiply-adds in 32-bit floats, counted as two */
    double read_bytes, write_bytes; /* a second: from memory, and to it around the caches */
};

struct bench {
    struct measures measures;
    struct bench_limits limits;
    const char *const *models; /* [n_models] paths, borrowed */
    size_t n_models;
    const size_t *texts; /* [n_texts] sizes of the batch, in texts of BENCH_LENGTH tokens */
    size_t n_texts;
    void (*tell)(const char *section, const char *subject); /* what is being measured */
};

struct bench_section {
    const char *name, *help;
    int (*run)(struct bench *b, struct err *e);
};

/* In the order in which they are to run; ended by no name. */
extern const struct bench_section bench_sections[];
const struct bench_section *bench_section_named(const char *name);

/* One a file; the limits come first, since others are held against them. */
int bench_measure_limits(struct bench *b, struct err *e);
int bench_load(struct bench *b, struct err *e);
int bench_forward(struct bench *b, struct err *e);
int bench_products(struct bench *b, struct err *e);
int bench_scaling(struct bench *b, struct err *e);
int bench_quantize(struct bench *b, struct err *e);
int bench_game(struct bench *b, struct err *e);
int bench_study(struct bench *b, struct err *e);

/* What the sections quantize and game measure on official sizes, on a matrix of this size. */
int bench_quantize_matrix(struct bench *b, size_t rows, size_t cols, struct err *e);
int bench_game_matrix(struct bench *b, size_t rows, size_t cols, struct err *e);

/* The name of a model: its file's, without folder and extension. */
void bench_model_name(char *out, size_t size, const char *path);

/* What is at least spent on so many bytes read from memory and written to it. */
double bench_memory_s(const struct bench_limits *l, double read_bytes, double write_bytes);

#endif
