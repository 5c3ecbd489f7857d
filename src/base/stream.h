/*
 * stream: writing a long array that nobody reads soon, around the caches.
 *
 * An ordinary store first reads the cache line that it is going to replace. What is larger than the
 * caches is gone from them before anybody looks at it, so that read is for nothing: a third of the
 * traffic of a copy.
 */
#ifndef NS_BASE_STREAM_H
#define NS_BASE_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { STREAM_FROM = 1 << 22 }; /* floats of an array that is worth it: 16 MiB */

/* to[0..n) = from[0..n). */
static inline void stream_floats(float *restrict to, const float *restrict from, size_t n)
{
    size_t i = 0;
#if defined(__SSE2__)
    for (; (uintptr_t)to % 16 == 0 && i + 4 <= n; i += 4) {
        _mm_stream_ps(to + i, _mm_loadu_ps(from + i));
    }
#endif
    memcpy(to + i, from + i, (n - i) * sizeof *to);
}

/* Every thread that streamed, before another one reads what it wrote. */
static inline void stream_end(void)
{
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

#endif
