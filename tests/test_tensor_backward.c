/* tensor: gradients of the kernels against their naive twins, and those against differences. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "tensor/backward.h"
#include "tensor/matmul.h"
#include "tensor/naive.h"

enum { N_MAX = 289 };

static void fill(float *x, size_t n, uint32_t stream, double scale)
{
    struct rng r = rng_stream(5, stream, RNG_TEST);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(scale * (rng_uniform(&r) + rng_uniform(&r) - 1));
    }
}

static const size_t widths[] = {1, 7, 16, 96, N_MAX};

Test(tensor_backward, layer_norm_adds_the_gradient_of_its_input)
{
    static float x[2 * N_MAX], dy[2 * N_MAX], dx[2 * N_MAX], weight[N_MAX], dweight[N_MAX];
    double expected[N_MAX], dweight_row[N_MAX], dweight_expected[N_MAX];
    for (size_t w = 0; w < 5; w++) {
        size_t C = widths[w];
        fill(x, 2 * C, 0, 3);
        fill(dy, 2 * C, 1, 1);
        fill(weight, C, 2, 1);
        for (size_t i = 0; i < 2 * C; i++) {
            dx[i] = 0.5f;
        }
        memset(dweight_expected, 0, sizeof dweight_expected);
        layer_norm_backward(dx, dy, x, weight, 2, C, 1e-5f);
        layer_norm_weight_gradient(dweight, dy, x, 2, C, 1e-5f);
        for (size_t r = 0; r < 2; r++) {
            naive_layer_norm_backward(expected, dweight_row, dy + r * C, x + r * C, weight, C,
                                      1e-5);
            for (size_t c = 0; c < C; c++) {
                cr_assert(fabs(dx[r * C + c] - 0.5 - expected[c]) < 3e-6, "width %zu: %g, not %g",
                          C, dx[r * C + c] - 0.5, expected[c]);
                dweight_expected[c] += dweight_row[c];
            }
        }
        for (size_t c = 0; c < C; c++) {
            cr_assert(fabs(dweight[c] - dweight_expected[c]) < 3e-6, "width %zu: weight %zu", C, c);
        }
    }
}

Test(tensor_backward, gelu_from_far_left_to_far_right)
{
    enum { N = 601 };
    float x[N], dx[N];
    for (int i = 0; i < N; i++) {
        x[i] = (float)(i - 300) / 15;
        dx[i] = -2;
    }
    gelu_backward(dx, x, N);
    for (int i = 0; i < N; i++) {
        double expected = -2 * naive_gelu_slope(x[i]);
        cr_assert(fabs(dx[i] - expected) < 2e-6, "at %g: %g, not %g", (double)x[i], (double)dx[i],
                  expected);
    }
}

Test(tensor_backward, softmax_with_zeros_behind)
{
    static float x[N_MAX], p[N_MAX], dp[N_MAX + 2], dy[N_MAX];
    double expected[N_MAX], exact[N_MAX];
    for (size_t w = 0; w < 5; w++) {
        size_t n = widths[w];
        fill(x, n, 3, 8);
        fill(dy, n, 4, 1);
        naive_softmax(exact, x, n);
        for (size_t i = 0; i < n; i++) {
            p[i] = (float)exact[i];
            dp[i] = dy[i];
        }
        dp[n] = dp[n + 1] = 9;
        softmax_backward(dp, p, n, n + 2);
        naive_softmax_backward(expected, dy, x, n);
        for (size_t i = 0; i < n; i++) {
            cr_assert(fabs(dp[i] - expected[i]) < 1e-6, "%zu of %zu", i, n);
        }
        cr_assert(dp[n] == 0 && dp[n + 1] == 0, "no zeros behind");
    }
}

/* Central differences of Σ dy·y in double; x is a float, so the step is what x really moved by. */
static double difference(double plus, double minus, float up, float down)
{
    return (plus - minus) / ((double)up - (double)down);
}

static double dot(const float *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

Test(tensor_backward, the_naive_twins_are_the_slopes_of_the_naive_kernels)
{
    enum { N = 9 };
    float x[N], dy[N], weight[N], bias[N] = {0};
    double dx[N], dweight[N], out[N], softmax_dx[N];
    fill(x, N, 6, 2);
    fill(dy, N, 7, 1);
    fill(weight, N, 8, 1);
    naive_layer_norm_backward(dx, dweight, dy, x, weight, N, 1e-5);
    naive_softmax_backward(softmax_dx, dy, x, N);
    for (int i = 0; i < N; i++) {
        float at = x[i], up = at + 0x1p-11f, down = at - 0x1p-11f;
        double norm[2], soft[2];
        for (int side = 0; side < 2; side++) {
            x[i] = side ? up : down;
            naive_layer_norm(out, x, weight, bias, N, 1e-5);
            norm[side] = dot(dy, out, N);
            naive_softmax(out, x, N);
            soft[side] = dot(dy, out, N);
        }
        x[i] = at;
        cr_assert(fabs(difference(norm[1], norm[0], up, down) - dx[i]) < 1e-6, "norm %d", i);
        cr_assert(fabs(difference(soft[1], soft[0], up, down) - softmax_dx[i]) < 1e-6, "soft %d",
                  i);
        double slope = difference(naive_gelu(up), naive_gelu(down), up, down);
        cr_assert(fabs(slope - naive_gelu_slope(at)) < 1e-6, "gelu at %g", (double)at);
    }
}

Test(tensor_backward, a_product_with_its_left_factor_transposed)
{
    enum { M = 5, K = 19, N = 11 };
    float x[K * M], x_transposed[M * K], w[K * N], out[M * N];
    double expected[M * N];
    fill(x, K * M, 9, 1);
    fill(w, K * N, 10, 1);
    for (int i = 0; i < K * M; i++) {
        x_transposed[i % M * K + i / M] = x[i];
    }
    matmul_left_transposed(out, N, x, M, w, N, M, K, N, 2);
    naive_matmul(expected, x_transposed, w, NULL, M, K, N, 0);
    for (int i = 0; i < M * N; i++) {
        cr_assert(fabs(out[i] - 2 * expected[i]) < 1e-5, "element %d", i);
    }
}

Test(tensor_backward, rows_are_summed)
{
    float x[3][2] = {{1, 2}, {3, 4}, {5, -7}}, sum[2];
    sum_rows(sum, x[0], 3, 2);
    cr_assert(sum[0] == 9 && sum[1] == -1);
}
