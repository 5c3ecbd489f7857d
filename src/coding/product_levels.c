#include "base/simd.h"
#include "coding/product_parts.h"

#if SIMD_MOST > 0
#include <immintrin.h>
#endif

/* Each level that is compiled for; which of them runs is decided on the machine. */

#if SIMD_MOST >= 512

#define LEVEL(name) avx512_##name
#define LEVEL_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define LEVEL_BYTES 64
#define LEVEL_HALVES(out, in)                                                                      \
    _mm512_storeu_ps(out, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)(in))))
#define LEVEL_PICK(a, lanes) (avx512_floats) _mm512_permutexvar_ps((__m512i)(lanes), (__m512)(a))
#include "coding/product_kernels.def"

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#endif
#if SIMD_MOST >= 2

#define LEVEL(name) avx2_##name
#define LEVEL_TARGET __attribute__((target("avx2,f16c")))
#define LEVEL_BYTES 32
#define LEVEL_HALVES(out, in)                                                                      \
    _mm256_storeu_ps(out, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(in))))
#define LEVEL_PICK(a, lanes) (avx2_floats) _mm256_permutevar8x32_ps((__m256)(a), (__m256i)(lanes))
#include "coding/product_kernels.def"

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c");
}

#endif

static inline void four_halves(float *out, const uint8_t *in)
{
    uint16_t half[4];
    memcpy(half, in, sizeof half);
    for (int i = 0; i < 4; i++) {
        out[i] = half_to_float(half[i]);
    }
}

#define LEVEL(name) portable_##name
#define LEVEL_TARGET
#define LEVEL_BYTES 16
#define LEVEL_HALVES(out, in) four_halves(out, in)
#define LEVEL_PICK(a, lanes)                                                                       \
    (portable_floats)                                                                              \
    {                                                                                              \
        (a)[(lanes)[0]], (a)[(lanes)[1]], (a)[(lanes)[2]], (a)[(lanes)[3]]                         \
    }
#include "coding/product_kernels.def"

static bool always(void)
{
    return true;
}

const struct product_level product_levels[] = {
#if SIMD_MOST >= 512
    {"avx512", has_avx512, avx512_columns, avx512_rows},
#endif
#if SIMD_MOST >= 2
    {"avx2", has_avx2, avx2_columns, avx2_rows},
#endif
    {"portable", always, portable_columns, portable_rows},
    {NULL, NULL, NULL, NULL},
};

const struct product_level *product_best(void)
{
    const struct product_level *level = product_levels;
    while (!level->here()) {
        level++;
    }
    return level;
}
