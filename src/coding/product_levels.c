#include "base/simd.h"
#include "coding/product_parts.h"

/* Each level that is compiled for; which of them runs is decided on the machine. */

#if SIMD_MOST >= 512

#define LEVEL(name) avx512_##name
#define LEVEL_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define LEVEL_BYTES 64
#include "coding/product_kernels.def"

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#endif
#if SIMD_MOST >= 2

#define LEVEL(name) avx2_##name
#define LEVEL_TARGET __attribute__((target("avx2")))
#define LEVEL_BYTES 32
#include "coding/product_kernels.def"

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

#endif

#define LEVEL(name) portable_##name
#define LEVEL_TARGET
#define LEVEL_BYTES 16
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
