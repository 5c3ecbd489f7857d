#include "bench/random.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"

void random_weights(float *x, size_t n, uint32_t stream)
{
#pragma omp parallel for schedule(static)
    for (size_t c = 0; c < chunk_count(n); c++) {
        struct rng r = rng_stream(1 + c, stream, RNG_TEST);
        for (size_t i = chunk_begin(c), end = chunk_end(c, n); i < end; i++) {
            x[i] = (float)(rng_uniform(&r) + rng_uniform(&r) + rng_uniform(&r) - 1.5) * 0.1f;
        }
    }
}

int random_texts(struct sequences *s, size_t texts, size_t length, int n_vocab, struct err *e)
{
    struct rng r = rng_stream(2, 0, RNG_TEST);
    *s = (struct sequences){.n = texts};
    if (!(s->ids = mem_new(texts * length, sizeof *s->ids, e)) ||
        !(s->start = mem_new(texts + 1, sizeof *s->start, e))) {
        return -1;
    }
    for (size_t i = 0; i < texts * length; i++) {
        s->ids[i] = (int)rng_below(&r, (uint64_t)n_vocab);
    }
    for (size_t i = 0; i <= texts; i++) {
        s->start[i] = i * length;
    }
    return 0;
}
