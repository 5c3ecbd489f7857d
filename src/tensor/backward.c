#include "tensor/backward.h"

#include <math.h>

#include "base/simd.h"
#include "tensor/tensor.h"

static inline float add_lanes(const float lanes[SIMD_LANES])
{
    float sum = 0;
    for (int j = 0; j < SIMD_LANES; j++) {
        sum += lanes[j];
    }
    return sum;
}

/* Mean of a row and 1/σ, summed as layer_norm() sums them. */
static inline void row_moments(const float *x, size_t C, float epsilon, float *mean, float *scale)
{
    float sum[SIMD_LANES] = {0}, square[SIMD_LANES] = {0};
    size_t even = C - C % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            sum[j] += x[i + j];
        }
    }
    for (size_t i = even; i < C; i++) {
        sum[i - even] += x[i];
    }
    *mean = add_lanes(sum) / (float)C;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            float d = x[i + j] - *mean;
            square[j] += d * d;
        }
    }
    for (size_t i = even; i < C; i++) {
        float d = x[i] - *mean;
        square[i - even] += d * d;
    }
    *scale = 1.0f / sqrtf(add_lanes(square) / (float)C + epsilon);
}

SIMD_CLONES void layer_norm_backward(float *dx_rc, const float *dy_rc, const float *x_rc,
                                     const float *weight_c, size_t rows, size_t C, float epsilon)
{
    size_t even = C - C % SIMD_LANES;
    for (size_t r = 0; r < rows; r++) {
        const float *x = x_rc + r * C, *dy = dy_rc + r * C;
        float *dx = dx_rc + r * C, mean, scale;
        float a_sum[SIMD_LANES] = {0}, ax_sum[SIMD_LANES] = {0};
        row_moments(x, C, epsilon, &mean, &scale);
        for (size_t i = 0; i < even; i += SIMD_LANES) {
            for (size_t j = 0; j < SIMD_LANES; j++) {
                float a = dy[i + j] * weight_c[i + j];
                a_sum[j] += a;
                ax_sum[j] += a * ((x[i + j] - mean) * scale);
            }
        }
        for (size_t i = even; i < C; i++) {
            float a = dy[i] * weight_c[i];
            a_sum[i - even] += a;
            ax_sum[i - even] += a * ((x[i] - mean) * scale);
        }
        float a_mean = add_lanes(a_sum) / (float)C, ax_mean = add_lanes(ax_sum) / (float)C;
        for (size_t i = 0; i < C; i++) {
            float x_hat = (x[i] - mean) * scale;
            dx[i] += (dy[i] * weight_c[i] - a_mean - x_hat * ax_mean) * scale;
        }
    }
}

SIMD_CLONES void layer_norm_weight_gradient(float *dweight_c, const float *dy_rc, const float *x_rc,
                                            size_t rows, size_t C, float epsilon)
{
    for (size_t c = 0; c < C; c++) {
        dweight_c[c] = 0;
    }
    for (size_t r = 0; r < rows; r++) {
        const float *x = x_rc + r * C, *dy = dy_rc + r * C;
        float mean, scale;
        row_moments(x, C, epsilon, &mean, &scale);
        for (size_t c = 0; c < C; c++) {
            dweight_c[c] += dy[c] * ((x[c] - mean) * scale);
        }
    }
}

SIMD_CLONES void sum_rows(float *out_c, const float *x_rc, size_t rows, size_t C)
{
    for (size_t c = 0; c < C; c++) {
        out_c[c] = 0;
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < C; c++) {
            out_c[c] += x_rc[r * C + c];
        }
    }
}

enum { GELU_BLOCK = 256 };

/* s(u) − 1 is not taken from s, which rounds to 1 long before its slope is nothing. */
SIMD_CLONES void gelu_backward(float *dy, const float *x, size_t n)
{
    const float two_root = 1.5957691216f; /* 2·√(2/π) */
    float fall[GELU_BLOCK];               /* e^−|u| */
    for (size_t i = 0; i < n; i += GELU_BLOCK) {
        size_t m = n - i < GELU_BLOCK ? n - i : GELU_BLOCK;
        for (size_t j = 0; j < m; j++) {
            float v = x[i + j];
            fall[j] = -fabsf(two_root * (v + 0.044715f * v * v * v));
        }
        exp_inplace(fall, m);
        for (size_t j = 0; j < m; j++) {
            float v = x[i + j];
            float larger = 1.0f / (1.0f + fall[j]), smaller = fall[j] * larger;
            float s = v < 0 ? smaller : larger;
            float slope = two_root * (1.0f + 3 * 0.044715f * v * v);
            dy[i + j] *= s + v * larger * smaller * slope;
        }
    }
}

SIMD_CLONES void softmax_backward(float *dp, const float *p, size_t n, size_t width)
{
    float lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes[j] += p[i + j] * dp[i + j];
        }
    }
    for (size_t i = even; i < n; i++) {
        lanes[i - even] += p[i] * dp[i];
    }
    float mean = add_lanes(lanes);
    for (size_t i = 0; i < n; i++) {
        dp[i] = p[i] * (dp[i] - mean);
    }
    for (size_t i = n; i < width; i++) {
        dp[i] = 0;
    }
}
