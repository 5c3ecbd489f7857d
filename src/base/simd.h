/*
 * simd: one source, several instruction sets.
 *
 * A function marked SIMD_CLONES is compiled for AVX-512, AVX2 and the baseline, and the processor
 * chooses when the program starts. The results are the same bytes on all of them: contraction to
 * fused multiply-adds is off (Makefile), and sums are written over a fixed number of lanes
 * (SIMD_LANES) that are combined in index order, so vectors of any width add in the same order.
 *
 * The choice is made while the program is being relocated, before there is an environment to ask,
 * so which sets are left out is said when it is built: `make SIMD=avx2` is what a processor without
 * AVX-512 runs, `make SIMD=baseline` what one without AVX2 runs. Code that asks for instructions by
 * itself honours SIMD_MOST too.
 */
#ifndef NS_BASE_SIMD_H
#define NS_BASE_SIMD_H

enum { SIMD_LANES = 16 };

/*
 * The widest set that is compiled for: 0 the baseline, 2 AVX2, 512 AVX-512. clang 14 gives the
 * clones a name by which no other file can call them, so its programs have the baseline alone.
 */
#ifndef SIMD_MOST
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) &&                        \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SIMD_MOST 512
#else
#define SIMD_MOST 0
#endif
#endif

#if SIMD_MOST == 512
#define SIMD_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#elif SIMD_MOST == 2
#define SIMD_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define SIMD_CLONES
#endif

#endif
