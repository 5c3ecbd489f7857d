#include "tensor/tensor.h"

#include <math.h>
#include <stdint.h>

#include "base/float_bits.h"
#include "base/simd.h"

/*
 * e^x = 2^k · e^r with k = round(x / ln 2) and |r| ≤ ln 2 / 2, e^r by its Taylor polynomial of
 * degree 7 (error below 2^−27 there). Straight-line code without library calls, so that loops over
 * it become vector code: hence the magnitude is held at 87.3, and zeros below −87.3 come by a mask;
 * a clamp with two constant ends would become branches. Rounding adds and subtracts 1.5·2^23.
 */
static inline float exp_one(float x)
{
    const float shift = 12582912.0f;
    float magnitude = fabsf(x);
    float held = copysignf(magnitude > 87.3f ? 87.3f : magnitude, x);
    float shifted = held * 1.44269504f + shift;
    float k = shifted - shift;
    float r = held - k * 0.693359375f;
    r = r - k * -2.12194440e-4f;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r * r + r + 1.0f;
    uint32_t bits = float_to_bits(p) + ((uint32_t)(int32_t)k << 23); /* times 2^k */
    return float_from_bits(bits & -(uint32_t) !(x < -87.3f));
}

static inline float add_lanes(const float lanes[SIMD_LANES])
{
    float sum = 0;
    for (int j = 0; j < SIMD_LANES; j++) {
        sum += lanes[j];
    }
    return sum;
}

SIMD_CLONES void exp_inplace(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = exp_one(x[i]);
    }
}

SIMD_CLONES void layer_norm(float *out_rc, const float *x_rc, const float *weight_c,
                            const float *bias_c, size_t rows, size_t C, float epsilon)
{
    size_t even = C - C % SIMD_LANES;
    for (size_t r = 0; r < rows; r++) {
        const float *x = x_rc + r * C;
        float *out = out_rc + r * C;
        float sum[SIMD_LANES] = {0}, square[SIMD_LANES] = {0};
        for (size_t i = 0; i < even; i += SIMD_LANES) {
            for (size_t j = 0; j < SIMD_LANES; j++) {
                sum[j] += x[i + j];
            }
        }
        for (size_t i = even; i < C; i++) {
            sum[i - even] += x[i];
        }
        float mean = add_lanes(sum) / (float)C;
        for (size_t i = 0; i < even; i += SIMD_LANES) {
            for (size_t j = 0; j < SIMD_LANES; j++) {
                float d = x[i + j] - mean;
                square[j] += d * d;
            }
        }
        for (size_t i = even; i < C; i++) {
            float d = x[i] - mean;
            square[i - even] += d * d;
        }
        float scale = 1.0f / sqrtf(add_lanes(square) / (float)C + epsilon);
        for (size_t i = 0; i < C; i++) {
            out[i] = (x[i] - mean) * scale * weight_c[i] + bias_c[i];
        }
    }
}

SIMD_CLONES void gelu(float *x, size_t rows, size_t cols, size_t ld)
{
    const float minus_two_root = -1.5957691216f; /* −2·√(2/π) */
    for (size_t r = 0; r < rows; r++) {
        float *row = x + r * ld;
        for (size_t i = 0; i < cols; i++) {
            float v = row[i];
            row[i] = v / (1.0f + exp_one(minus_two_root * (v + 0.044715f * v * v * v)));
        }
    }
}

static inline float max_of(const float *x, size_t n)
{
    float lanes[SIMD_LANES], max = x[0];
    size_t even = n - n % SIMD_LANES;
    for (int j = 0; j < SIMD_LANES; j++) {
        lanes[j] = x[0];
    }
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
        }
    }
    for (size_t i = even; i < n; i++) {
        max = x[i] > max ? x[i] : max;
    }
    for (int j = 0; j < SIMD_LANES; j++) {
        max = lanes[j] > max ? lanes[j] : max;
    }
    return max;
}

SIMD_CLONES void softmax(float *x, size_t n, size_t width)
{
    float max = max_of(x, n), lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            x[i + j] = exp_one(x[i + j] - max);
            lanes[j] += x[i + j];
        }
    }
    for (size_t i = even; i < n; i++) {
        x[i] = exp_one(x[i] - max);
        lanes[i - even] += x[i];
    }
    float scale = 1.0f / add_lanes(lanes);
    for (size_t i = 0; i < n; i++) {
        x[i] *= scale;
    }
    for (size_t i = n; i < width; i++) {
        x[i] = 0;
    }
}

SIMD_CLONES void max_and_exp_sum(const float *x, size_t n, float *max, float *exp_sum)
{
    float top = max_of(x, n), lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes[j] += exp_one(x[i + j] - top);
        }
    }
    for (size_t i = even; i < n; i++) {
        lanes[i - even] += exp_one(x[i] - top);
    }
    *max = top;
    *exp_sum = add_lanes(lanes);
}

SIMD_CLONES float divergence_sum(const float *a, const float *b, size_t n, float max, float shift)
{
    float lanes[SIMD_LANES] = {0};
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes[j] += exp_one(a[i + j] - max) * (a[i + j] - b[i + j] - shift);
        }
    }
    for (size_t i = even; i < n; i++) {
        lanes[i - even] += exp_one(a[i] - max) * (a[i] - b[i] - shift);
    }
    return add_lanes(lanes);
}

size_t place_of(const float *x, size_t n, float value)
{
    size_t i = 0;
    while (i + 1 < n && x[i] != value) {
        i++;
    }
    return i;
}
