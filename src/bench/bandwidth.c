#include "bench/bandwidth.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/simd.h"

enum { PASSES = 5 };
static const size_t words = (size_t)1 << 27; /* of 4 bytes */

/* All of them combined, so that none can be left out. */
SIMD_CLONES static uint32_t combined(const uint32_t *x, size_t n)
{
    uint32_t lane[4 * SIMD_LANES] = {0}, all = 0;
    for (size_t i = 0; i + 4 * SIMD_LANES <= n; i += 4 * SIMD_LANES) {
        for (size_t j = 0; j < 4 * SIMD_LANES; j++) {
            lane[j] ^= x[i + j];
        }
    }
    for (size_t j = 0; j < 4 * SIMD_LANES; j++) {
        all ^= lane[j];
    }
    return all;
}

int bandwidth_of_reading(double *bytes_per_s, struct err *e)
{
    size_t chunks = chunk_count(words);
    uint32_t *x = mem_new(words, sizeof *x, e), *slot = mem_new(chunks, sizeof *slot, e);
    int status = x && slot ? 0 : -1;
    double best_s = INFINITY;
    for (int pass = -1; pass < PASSES && !status; pass++) {
        double start = clock_s();
#pragma omp parallel for schedule(static)
        for (size_t c = 0; c < chunks; c++) {
            if (pass < 0) { /* every page by the thread that reads it */
                for (size_t i = chunk_begin(c); i < chunk_end(c, words); i++) {
                    x[i] = (uint32_t)i;
                }
            }
            slot[c] = combined(x + chunk_begin(c), chunk_end(c, words) - chunk_begin(c));
        }
        best_s = pass < 0 ? best_s : fmin(best_s, clock_s() - start);
    }
    *bytes_per_s = (double)(words * sizeof *x) / best_s;
    free(x);
    free(slot);
    return status;
}
