/*
 * method: a method of the program with some parameters given, ready to be measured.
 */
#ifndef NS_BENCH_METHOD_H
#define NS_BENCH_METHOD_H

#include "run/methods.h"

struct bench_method {
    const struct allocate_method *allocator;
    struct params params; /* complete */
};

/* `given` is name, value, name, value, …, NULL. */
int bench_method_init(struct bench_method *m, const char *method, const char *const *given,
                      struct err *e);

/* The whole matrix: who has how many bits, codes, values, bill. */
int bench_method_matrix(float *decoded_rc, struct bill *bill, const struct bench_method *m,
                        const float *w_rc, size_t rows, size_t cols, struct err *e);

/* The whole model; release *variant before its base. */
int bench_method_model(struct gpt2 *variant, struct bill *bill, struct bench_method *m,
                       const struct gpt2 *base, struct err *e);

#endif
