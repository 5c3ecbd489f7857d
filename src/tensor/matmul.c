#include "tensor/matmul.h"

#include <cblas.h>
#include <omp.h>

#include "base/start.h"

/*
 * Teams have the size that is asked for, whatever OMP_DYNAMIC, OMP_THREAD_LIMIT and
 * OMP_MAX_ACTIVE_LEVELS say: for the calling thread, as OpenMP keeps these settings.
 */
static void settle_teams(int threads)
{
    int limit = omp_get_thread_limit();
    omp_set_dynamic(0); /* a setting of each thread: workers have their own */
    if (omp_get_max_active_levels() < 1) {
        omp_set_max_active_levels(1);
    }
    omp_set_num_threads(threads < limit ? threads : limit);
}

/*
 * OpenBLAS has a block for each of the threads that it was started with, and takes another whenever
 * more products go on at a time. Having been told of so many threads it takes them now, and keeps
 * them for products when it has one again.
 */
int compute_reserve(int products, struct err *e)
{
    static int blocks; /* 0: not known yet */
    blocks = blocks ? blocks : openblas_get_num_threads();
    if (products <= blocks || !start_space_is_limited()) {
        return 0;
    }
    size_t bytes = start_blas_bytes((size_t)(products - blocks));
    if (!start_has_room(bytes)) {
        return err_set(
            e,
            "%d matrix products at a time take %zu MiB of address space, and less is left: "
            "raise the limit (ulimit -v), or do fewer at a time (--threads, -j)",
            products, bytes >> 20);
    }
    int threads = compute_threads(); /* OpenBLAS sets the number of OpenMP too */
    openblas_set_num_threads(products);
    openblas_set_num_threads(1);
    settle_teams(threads);
    blocks = products;
    return 0;
}

int compute_init(int threads, struct err *e)
{
    if (openblas_get_parallel() != 2) {
        return err_set(e,
                       "the OpenBLAS that was loaded is not its OpenMP build (%s): install "
                       "libopenblas0-openmp, and unset LD_LIBRARY_PATH and LD_PRELOAD",
                       openblas_get_config());
    }
    omp_set_dynamic(0);
    int wanted = threads > 0 ? threads : omp_get_max_threads();
    if (wanted <= COMPUTE_THREADS_MAX && compute_reserve(wanted, e)) {
        return -1;
    }
    openblas_set_num_threads(1); /* products are shared out by us alone; sets OpenMP's number too */
    settle_teams(wanted);
    if (compute_threads() > COMPUTE_THREADS_MAX) {
        return err_set(e, "%d threads are too many (%s): %d is the most", compute_threads(),
                       threads > 0 ? "--threads" : "OMP_NUM_THREADS", COMPUTE_THREADS_MAX);
    }
    return 0;
}

int compute_threads(void)
{
    return omp_get_max_threads();
}

void compute_set_threads(int threads)
{
    settle_teams(threads);
}

const char *blas_config(void)
{
    return openblas_get_config();
}

const char *blas_core(void)
{
    return openblas_get_corename();
}

void matmul(float *out_mn, size_t ld_out, const float *x_mk, size_t ld_x, const float *w_kn,
            size_t ld_w, size_t m, size_t k, size_t n, float alpha, float beta)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)m, (blasint)n, (blasint)k,
                alpha, x_mk, (blasint)ld_x, w_kn, (blasint)ld_w, beta, out_mn, (blasint)ld_out);
}

void matmul_transposed(float *out_mn, size_t ld_out, const float *x_mk, size_t ld_x,
                       const float *w_nk, size_t ld_w, size_t m, size_t k, size_t n, float alpha)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)m, (blasint)n, (blasint)k, alpha,
                x_mk, (blasint)ld_x, w_nk, (blasint)ld_w, 0.0f, out_mn, (blasint)ld_out);
}

void matmul_left_transposed(float *out_mn, size_t ld_out, const float *x_km, size_t ld_x,
                            const float *w_kn, size_t ld_w, size_t m, size_t k, size_t n,
                            float alpha)
{
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)m, (blasint)n, (blasint)k, alpha,
                x_km, (blasint)ld_x, w_kn, (blasint)ld_w, 0.0f, out_mn, (blasint)ld_out);
}
