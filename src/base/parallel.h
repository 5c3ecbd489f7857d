/*
 * parallel: the two rules that make results independent of the number of threads.
 *
 * Work over a long array is cut into chunks whose bounds depend on its length alone; each chunk
 * leaves its partial result in its own slot, and slots are combined in index order in double.
 * OpenMP's `reduction(+)` is not used: it combines in the order in which threads arrive.
 */
#ifndef NS_BASE_PARALLEL_H
#define NS_BASE_PARALLEL_H

#include <stddef.h>

/*
 * Elements; 256 KiB of floats, about an L2 cache. A loop over one chunk is not worth a team: its
 * barriers cost microseconds where every thread has a core, but a slice of the scheduler each,
 * milliseconds, where another program has taken it. Products are made in a team whatever their
 * size: outside of one, an OpenBLAS that was not told to use one thread (compute_init()) shares
 * them out itself, in other bytes.
 */
enum { PARALLEL_CHUNK = 65536 };

static inline size_t chunk_count(size_t n)
{
    return (n + PARALLEL_CHUNK - 1) / PARALLEL_CHUNK;
}

static inline size_t chunk_begin(size_t chunk)
{
    return chunk * PARALLEL_CHUNK;
}

static inline size_t chunk_end(size_t chunk, size_t n)
{
    size_t end = (chunk + 1) * PARALLEL_CHUNK;
    return end < n ? end : n;
}

/* Sum in index order. */
static inline double sum_ordered(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum;
}

#endif
