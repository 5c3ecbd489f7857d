/*
 * simd: one source, several instruction sets.
 *
 * A function marked SIMD_CLONES is compiled for AVX-512, AVX2 and the baseline, and the processor
 * chooses when the program starts. The results are the same bytes on all of them: contraction to
 * fused multiply-adds is off (Makefile), and sums are written over a fixed number of lanes
 * (SIMD_LANES) that are combined in index order, so vectors of any width add in the same order.
 */
#ifndef NS_BASE_SIMD_H
#define NS_BASE_SIMD_H

enum { SIMD_LANES = 16 };

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) &&             \
    !defined(__SANITIZE_THREAD__)
#define SIMD_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SIMD_CLONES
#endif

#endif
