#include "bench/peak.h"

#include "base/simd.h"

enum { CHAINS = 12 };

#if SIMD_MOST >= 2
#include <immintrin.h>

__attribute__((target("avx2,fma"))) static double run_256(size_t rounds)
{
    __m256 chain[CHAINS], x = _mm256_set1_ps(0.5f);
    for (int k = 0; k < CHAINS; k++) {
        chain[k] = _mm256_set1_ps((float)k);
    }
    for (size_t i = 0; i < rounds; i++) {
        for (int k = 0; k < CHAINS; k++) {
            chain[k] = _mm256_fmadd_ps(chain[k], x, x);
        }
    }
    for (int k = 0; k < CHAINS; k++) {
        __asm__ volatile("" : "+x"(chain[k])); /* or it would be left out as useless */
    }
    return 2.0 * 8 * CHAINS * (double)rounds;
}
#endif

#if SIMD_MOST == 512
__attribute__((target("avx512f"))) static double run_512(size_t rounds)
{
    __m512 chain[CHAINS], x = _mm512_set1_ps(0.5f);
    for (int k = 0; k < CHAINS; k++) {
        chain[k] = _mm512_set1_ps((float)k);
    }
    for (size_t i = 0; i < rounds; i++) {
        for (int k = 0; k < CHAINS; k++) {
            chain[k] = _mm512_fmadd_ps(chain[k], x, x);
        }
    }
    for (int k = 0; k < CHAINS; k++) {
        __asm__ volatile("" : "+v"(chain[k]));
    }
    return 2.0 * 16 * CHAINS * (double)rounds;
}
#endif

/* What every processor has: a multiplication and an addition apart. */
static double run_plain(size_t rounds)
{
    typedef float lanes __attribute__((vector_size(16)));
    lanes chain[CHAINS], x = {0.5f, 0.5f, 0.5f, 0.5f};
    for (int k = 0; k < CHAINS; k++) {
        chain[k] = x;
    }
    for (size_t i = 0; i < rounds; i++) {
        for (int k = 0; k < CHAINS; k++) {
            chain[k] = chain[k] * x + x;
        }
    }
    for (int k = 0; k < CHAINS; k++) {
        __asm__ volatile("" : : "m"(chain[k]));
    }
    return 2.0 * 4 * CHAINS * (double)rounds;
}

double peak_run(size_t rounds)
{
#if SIMD_MOST == 512
    if (__builtin_cpu_supports("avx512f")) {
        return run_512(rounds);
    }
#endif
#if SIMD_MOST >= 2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return run_256(rounds);
    }
#endif
    return run_plain(rounds);
}
