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

/* ∂y_i/∂x_j = weight_i/σ · (δ_ij − 1/C − x̂_i·x̂_j/C). */
void naive_layer_norm_backward(double *dx_c, double *dweight_c, const float *dy_c, const float *x_c,
                               const float *weight_c, size_t C, double epsilon)
{
    double mean = 0, variance = 0;
    for (size_t i = 0; i < C; i++) {
        mean += x_c[i] / (double)C;
    }
    for (size_t i = 0; i < C; i++) {
        variance += (x_c[i] - mean) * (x_c[i] - mean) / (double)C;
    }
    double sigma = sqrt(variance + epsilon);
    for (size_t j = 0; j < C; j++) {
        double x_hat_j = (x_c[j] - mean) / sigma;
        dx_c[j] = 0;
        dweight_c[j] = dy_c[j] * x_hat_j;
        for (size_t i = 0; i < C; i++) {
            double x_hat_i = (x_c[i] - mean) / sigma;
            double centred = (i == j) - (1 + x_hat_i * x_hat_j) / (double)C;
            dx_c[j] += dy_c[i] * weight_c[i] / sigma * centred;
        }
    }
}

double naive_gelu_slope(double x)
{
    double a = sqrt(2 / M_PI), t = tanh(a * (x + 0.044715 * x * x * x));
    return (1 + t) / 2 + x / 2 * (1 - t * t) * a * (1 + 3 * 0.044715 * x * x);
}

/* ∂p_i/∂x_j = p_i · (δ_ij − p_j). */
void naive_softmax_backward(double *dx, const float *dy, const float *x, size_t n)
{
    double max = x[0], sum = 0;
    for (size_t i = 1; i < n; i++) {
        max = fmax(max, x[i]);
    }
    for (size_t i = 0; i < n; i++) {
        sum += exp(x[i] - max);
    }
    for (size_t j = 0; j < n; j++) {
        dx[j] = 0;
        for (size_t i = 0; i < n; i++) {
            double p_i = exp(x[i] - max) / sum, p_j = exp(x[j] - max) / sum;
            dx[j] += dy[i] * p_i * ((i == j) - p_j);
        }
    }
}
