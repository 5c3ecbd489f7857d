#include "tensor/naive.h"

#include <math.h>

void naive_matmul(double *out_mn, const float *x_mk, const float *w, const float *bias_n, size_t m,
                  size_t k, size_t n, int transposed)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = bias_n ? bias_n[j] : 0;
            for (size_t p = 0; p < k; p++) {
                sum += (double)x_mk[i * k + p] * (transposed ? w[j * k + p] : w[p * n + j]);
            }
            out_mn[i * n + j] = sum;
        }
    }
}

void naive_layer_norm(double *out_c, const float *x_c, const float *weight_c, const float *bias_c,
                      size_t C, double epsilon)
{
    double mean = 0, variance = 0;
    for (size_t i = 0; i < C; i++) {
        mean += x_c[i] / (double)C;
    }
    for (size_t i = 0; i < C; i++) {
        variance += (x_c[i] - mean) * (x_c[i] - mean) / (double)C;
    }
    for (size_t i = 0; i < C; i++) {
        out_c[i] = (x_c[i] - mean) / sqrt(variance + epsilon) * weight_c[i] + bias_c[i];
    }
}

double naive_gelu(double x)
{
    return x / 2 * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

void naive_softmax(double *out, const float *x, size_t n)
{
    double max = x[0], sum = 0;
    for (size_t i = 1; i < n; i++) {
        max = fmax(max, x[i]);
    }
    for (size_t i = 0; i < n; i++) {
        sum += out[i] = exp(x[i] - max);
    }
    for (size_t i = 0; i < n; i++) {
        out[i] /= sum;
    }
}
