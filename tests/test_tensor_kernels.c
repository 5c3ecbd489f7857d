/* tensor: the fast kernels against their naive twins, at widths that lanes do not divide. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "tensor/matmul.h"
#include "tensor/naive.h"
#include "tensor/tensor.h"

static float *random_floats(size_t n, uint32_t stream, double scale)
{
    struct err e;
    float *x = mem_floats(n, &e);
    struct rng r = rng_stream(3, stream, RNG_TEST);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(scale * (rng_uniform(&r) + rng_uniform(&r) - 1));
    }
    return x;
}

Test(tensor_kernels, exp_is_within_two_units_in_the_last_place)
{
    for (double x = -87; x < 87.3; x += 0.0137) {
        float y = (float)x;
        exp_inplace(&y, 1);
        double exact = exp((double)(float)x);
        cr_assert(fabs(y - exact) <= 2.4e-7 * exact, "exp(%g) = %.9g, not %.9g", x, (double)y,
                  exact);
    }
    float x[3] = {0.0f, -1000.0f, -INFINITY};
    exp_inplace(x, 3);
    cr_assert(x[0] == 1.0f && x[1] == 0.0f && x[2] == 0.0f);
}

Test(tensor_kernels, layer_norm)
{
    const size_t widths[] = {1, 7, 16, 96, 289};
    for (size_t w = 0; w < 5; w++) {
        size_t C = widths[w];
        float *x = random_floats(2 * C, 0, 3), *weight = random_floats(C, 1, 1);
        float *bias = random_floats(C, 2, 1), *out = random_floats(2 * C, 3, 0);
        double expected[289];
        layer_norm(out, x, weight, bias, 2, C, 1e-5f);
        for (size_t r = 0; r < 2; r++) {
            naive_layer_norm(expected, x + r * C, weight, bias, C, 1e-5);
            for (size_t c = 0; c < C; c++) {
                cr_assert(fabs(out[r * C + c] - expected[c]) < 2e-6 * (1 + fabs(expected[c])));
            }
        }
        free(x);
        free(weight);
        free(bias);
        free(out);
    }
}

Test(tensor_kernels, gelu_on_a_strip_leaves_the_rest_alone)
{
    float x[3][8];
    for (int i = 0; i < 24; i++) {
        x[i / 8][i % 8] = (float)(i - 12) * 0.7f;
    }
    gelu(&x[0][2], 3, 5, 8);
    for (int i = 0; i < 24; i++) {
        double v = (float)(i - 12) * 0.7f, g = i % 8 >= 2 && i % 8 < 7 ? naive_gelu(v) : v;
        cr_assert(fabs(x[i / 8][i % 8] - g) < 1e-6 * (1 + fabs(g)), "%g -> %g, not %g", v,
                  (double)x[i / 8][i % 8], g);
    }
}

Test(tensor_kernels, softmax_and_log_sum_exp)
{
    const size_t lengths[] = {1, 5, 16, 33, 1000};
    for (size_t l = 0; l < 5; l++) {
        size_t n = lengths[l];
        float *x = random_floats(n + 3, 5, 40), max, sum;
        double expected[1000], exact = 0;
        naive_softmax(expected, x, n);
        max_and_exp_sum(x, n, &max, &sum);
        for (size_t i = 0; i < n; i++) {
            exact += exp((double)x[i] - max);
        }
        cr_assert(fabs(sum - exact) < 1e-6 * exact);
        softmax(x, n, n + 3);
        for (size_t i = 0; i < n; i++) {
            cr_assert(fabs(x[i] - expected[i]) < 1e-6);
        }
        cr_assert(x[n] == 0 && x[n + 1] == 0 && x[n + 2] == 0);
        free(x);
    }
}

Test(tensor_matmul, products_against_the_triple_loop)
{
    const size_t m = 5, k = 19, n = 11;
    float *x = random_floats(m * k, 6, 1), *w = random_floats(k * n, 7, 1), out[5 * 11];
    double expected[5 * 11];
    struct err e;
    cr_assert(compute_init(2, &e) == 0, "%s", e.text);
    cr_assert(compute_threads() == 2);
    matmul(out, n, x, k, w, n, m, k, n, 1, 0);
    naive_matmul(expected, x, w, NULL, m, k, n, 0);
    for (size_t i = 0; i < m * n; i++) {
        cr_assert(fabs(out[i] - expected[i]) < 1e-5);
    }
    matmul_transposed(out, n, x, k, w, k, m, k, n, 1);
    naive_matmul(expected, x, w, NULL, m, k, n, 1);
    for (size_t i = 0; i < m * n; i++) {
        cr_assert(fabs(out[i] - expected[i]) < 1e-5);
    }
    free(x);
    free(w);
}
