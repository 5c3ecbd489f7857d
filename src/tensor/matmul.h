/*
 * matmul: matrix products; the only user of BLAS.
 *
 * OpenBLAS is called single-threaded from inside our own teams, on tiles (tensor/tiles.h): its own
 * threading can change the last bits of a result. The OpenMP build of OpenBLAS is required: inside
 * a parallel region it knows to stay in its thread.
 */
#ifndef NS_TENSOR_MATMUL_H
#define NS_TENSOR_MATMUL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* The OpenMP runtime keeps a team's table on the stack and crashes when asked for millions. */
enum { COMPUTE_THREADS_MAX = 1024 };

/*
 * Sets the number of threads of our teams (0: one per core, or OMP_NUM_THREADS), refuses more than
 * COMPUTE_THREADS_MAX, and checks that OpenBLAS is the OpenMP build. Once, before any product.
 */
int compute_init(int threads, struct err *e);
int compute_threads(void);

/*
 * Makes sure of the memory of so many products at a time, where address space is limited (ulimit
 * -v): OpenBLAS waits for ever for what it does not get. Of those of our teams compute_init() does.
 * Before a model is opened, by a program that has one thread.
 */
int compute_reserve(int products, struct err *e);

/* Sets the number of threads of the teams of the calling thread alone; 1 and more. */
void compute_set_threads(int threads);

/* OpenBLAS' version and build, and the name of the core type that it chose ("Zen", "SkylakeX"). */
const char *blas_config(void);
const char *blas_core(void);

/*
 * An OpenBLAS older than the processor takes it for a Prescott, whose kernels are five times as
 * slow as those that the processor could run. The core type to ask for instead; NULL: the chosen
 * one.
 */
const char *blas_core_instead(const char *chosen, bool has_avx2);

/*
 * Starts the program again, with its arguments argv, when another core type is to be asked for: it
 * is read from OPENBLAS_CORETYPE before main(). One that the user set stays. Returns when there is
 * nothing to change, or the program cannot be started again.
 */
void blas_choose_core(char **argv);

/* out_mn = alpha · x_mk · w_kn + beta · out_mn. */
void matmul(float *out_mn, size_t ld_out, const float *x_mk, size_t ld_x, const float *w_kn,
            size_t ld_w, size_t m, size_t k, size_t n, float alpha, float beta);

/* out_mn = alpha · x_mk · w_nkᵀ. */
void matmul_transposed(float *out_mn, size_t ld_out, const float *x_mk, size_t ld_x,
                       const float *w_nk, size_t ld_w, size_t m, size_t k, size_t n, float alpha);

/* out_mn = alpha · x_kmᵀ · w_kn: what a gradient of weights is, k running over positions. */
void matmul_left_transposed(float *out_mn, size_t ld_out, const float *x_km, size_t ld_x,
                            const float *w_kn, size_t ld_w, size_t m, size_t k, size_t n,
                            float alpha);

#endif
