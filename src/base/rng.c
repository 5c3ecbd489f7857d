#include "base/rng.h"

#include <stdbool.h>
#include <stdlib.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#endif
#include <Random123/philox.h>
#if defined(__clang__)
#pragma clang diagnostic pop
#else
#pragma GCC diagnostic pop
#endif

#include "base/mem.h"

struct rng rng_stream(uint64_t seed, uint32_t stream, enum rng_purpose purpose)
{
    return (struct rng){.seed = seed, .stream = stream, .purpose = (uint32_t)purpose};
}

uint32_t rng_u32(struct rng *r)
{
    if (r->n_ready == 0) {
        philox4x32_ctr_t counter = {
            {(uint32_t)r->counter, (uint32_t)(r->counter >> 32), r->stream, r->purpose}};
        philox4x32_key_t key = {{(uint32_t)r->seed, (uint32_t)(r->seed >> 32)}};
        philox4x32_ctr_t block = philox4x32(counter, key);
        for (int i = 0; i < 4; i++) {
            r->ready[3 - i] = block.v[i];
        }
        r->n_ready = 4;
        r->counter++;
    }
    return r->ready[--r->n_ready];
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t high = rng_u32(r);
    return high << 32 | rng_u32(r);
}

double rng_uniform(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    uint64_t reject = -n % n;
    for (;;) {
        unsigned __int128 product = (unsigned __int128)rng_u64(r) * n;
        if ((uint64_t)product >= reject) {
            return (uint64_t)(product >> 64);
        }
    }
}

static int ascending(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

/* Open addressing over index + 1; true when `value` was not there yet. */
static bool insert(size_t *table, size_t mask, size_t value)
{
    size_t slot = (value * 0x9E3779B97F4A7C15u) & mask;
    while (table[slot]) {
        if (table[slot] == value + 1) {
            return false;
        }
        slot = (slot + 1) & mask;
    }
    table[slot] = value + 1;
    return true;
}

int rng_sample(struct rng *r, size_t *out, size_t k, size_t n, struct err *e)
{
    if (k > n) {
        BUG("a sample of %zu from %zu", k, n);
    }
    size_t size = 16;
    while (size < 2 * k) {
        size *= 2;
    }
    size_t *table = mem_new(size, sizeof *table, e);
    if (!table) {
        return -1;
    }
    for (size_t i = 0, top = n - k; i < k; i++, top++) {
        size_t candidate = (size_t)rng_below(r, top + 1);
        if (!insert(table, size - 1, candidate)) {
            candidate = top;
            insert(table, size - 1, top);
        }
        out[i] = candidate;
    }
    qsort(out, k, sizeof *out, ascending);
    free(table);
    return 0;
}
