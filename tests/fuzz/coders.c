/* The entropy coders: any bytes as a stream, and any symbols there and back. */
#include "fuzz/fuzz.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "coding/range_coder.h"
#include "coding/step_coder.h"

static void decode_symbols(struct fuzz_input in)
{
    struct range_contexts contexts = {.n = 1 + (int)fuzz_number(&in, 7)};
    struct err e;
    for (int i = 0; i < contexts.n; i++) {
        contexts.bits[i] = (uint8_t)fuzz_number(&in, RANGE_BITS_MAX);
    }
    size_t n = fuzz_number(&in, 3 * RANGE_CHUNK);
    uint8_t *symbol = mem_new(n, 1, &e), *context = mem_new(n, 1, &e);
    fuzz_require(symbol && context, "no memory");
    for (size_t i = 0; i < n && in.n; i++) {
        context[i] = in.bytes[i % in.n] % contexts.n;
    }
    int status = range_decode(symbol, context, n, &contexts, in.bytes, in.n, &e);
    fuzz_check_error(status, &e);
    for (size_t i = 0; !status && i < n; i++) {
        fuzz_require(symbol[i] >> contexts.bits[context[i]] == 0, "a symbol is too wide");
    }
    free(symbol);
    free(context);
}

static void code_symbols(struct fuzz_input in)
{
    struct range_contexts contexts = {.n = 1, .bits = {1 + (uint8_t)fuzz_number(&in, 7)}};
    struct buf coded = BUF_INIT;
    struct err e;
    uint8_t *back = mem_new(in.n, 1, &e);
    fuzz_require(back && range_encode(&coded, in.bytes, NULL, in.n, &contexts, &e) == 0,
                 "symbols cannot be encoded");
    fuzz_require(
        range_decode(back, NULL, in.n, &contexts, (const uint8_t *)coded.s, coded.len, &e) == 0,
        "what was encoded cannot be decoded");
    for (size_t i = 0; i < in.n; i++) {
        fuzz_require(back[i] == (in.bytes[i] & ((1 << contexts.bits[0]) - 1)), "a symbol changes");
    }
    free(back);
    buf_release(&coded);
}

/* A tensor of steps whose options come from the input. */
static void make_steps(struct coded_tensor *c, struct fuzz_input *in)
{
    struct err e;
    *c = (struct coded_tensor){.rows = 1 + fuzz_number(in, 63), .kind = GRID_STEP};
    c->cols = 1 + fuzz_number(in, 63);
    c->unit = 1 + fuzz_number(in, c->cols - 1);
    c->n_options = 1 + (int)fuzz_number(in, 3);
    fuzz_require(coded_allocate(c, &e) == 0, "no memory");
    for (int k = 0; k < c->n_options; k++) {
        c->grid[k].scale = 0x1p-8f * (float)(1 + fuzz_number(in, 65535));
    }
    for (size_t u = 0; c->option && u < coded_units(c); u++) {
        c->option[u] = (uint8_t)fuzz_number(in, (uint64_t)c->n_options - 1);
    }
}

static void code_levels(struct fuzz_input in, bool given)
{
    struct coded_tensor c;
    struct buf coded = BUF_INIT;
    struct err e;
    make_steps(&c, &in);
    size_t n = c.rows * c.cols;
    int16_t *levels = mem_new(n, sizeof *levels, &e);
    int status = given ? step_decode(&c, in.bytes, in.n, &e) : 0;
    fuzz_check_error(status, &e);
    for (size_t i = 0; i < n; i++) {
        c.level[i] =
            given ? c.level[i] : (int16_t)((int)fuzz_number(&in, 2 * LEVEL_MAX) - LEVEL_MAX);
        fuzz_require(status || abs(c.level[i]) <= LEVEL_MAX, "a level is out of bounds");
    }
    if (!status && levels) {
        memcpy(levels, c.level, n * sizeof *levels);
        fuzz_require(step_encode(&coded, &c, &e) == 0 &&
                         step_decode(&c, (const uint8_t *)coded.s, coded.len, &e) == 0 &&
                         memcmp(levels, c.level, n * sizeof *levels) == 0,
                     "levels change as they are coded");
    }
    free(levels);
    buf_release(&coded);
    coded_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz_input in = {bytes, n};
    omp_set_num_threads(1);
    switch (fuzz_number(&in, 3)) {
    case 0:
        decode_symbols(in);
        break;
    case 1:
        code_symbols(in);
        break;
    case 2:
        code_levels(in, true);
        break;
    default:
        code_levels(in, false);
    }
    return 0;
}
