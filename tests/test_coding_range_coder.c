/* range_coder: round trips, lengths against the entropy, damage, thread counts. */
#include <criterion/criterion.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "coding/range_coder.h"

/* A stream of symbols with its contexts. */
struct stream {
    struct range_contexts contexts;
    size_t n;
    uint8_t *symbol, *context; /* context is NULL with one context */
};

static void stream_release(struct stream *s)
{
    free(s->symbol);
    free(s->context);
}

/* A symbol below 2^bits: uniform, or the nearer to `centre` the likelier. */
static uint8_t draw(struct rng *r, int bits, double spread, int centre)
{
    uint32_t size = 1u << bits;
    if (spread == 0) {
        return (uint8_t)rng_below(r, size);
    }
    double u = rng_uniform(r) + rng_uniform(r) + rng_uniform(r) - 1.5;
    double x = (double)centre + spread * u * (double)size;
    return (uint8_t)fmin(fmax(0, rint(x)), (double)size - 1);
}

/* A random stream: contexts with widths, spreads and centres of their own. */
static struct stream random_stream(uint32_t number, size_t n, int n_contexts, int bits)
{
    struct stream s = {.contexts = {.n = n_contexts}, .n = n};
    struct rng r = rng_stream(12, number, RNG_TEST);
    double spread[RANGE_CONTEXTS_MAX];
    int centre[RANGE_CONTEXTS_MAX];
    for (int k = 0; k < n_contexts; k++) {
        s.contexts.bits[k] = (uint8_t)(bits >= 0 ? bits : (int)rng_below(&r, 9));
        spread[k] = rng_below(&r, 4) ? rng_uniform(&r) : 0;
        centre[k] = (int)rng_below(&r, 1u << s.contexts.bits[k]);
    }
    s.symbol = malloc(n + 1);
    s.context = n_contexts > 1 ? malloc(n + 1) : NULL;
    for (size_t i = 0; i < n; i++) {
        size_t k = n_contexts > 1 ? rng_below(&r, (uint64_t)n_contexts) : 0;
        if (s.context) {
            s.context[i] = (uint8_t)k;
        }
        s.symbol[i] = draw(&r, s.contexts.bits[k], spread[k], centre[k]);
    }
    return s;
}

static struct buf encoded(const struct stream *s)
{
    struct buf out = BUF_INIT;
    struct err e;
    cr_assert(range_encode(&out, s->symbol, s->context, s->n, &s->contexts, &e) == 0, "%s", e.text);
    return out;
}

static int decoded(uint8_t *symbol, const struct stream *s, const void *bytes, size_t n,
                   struct err *e)
{
    /* A copy of the exact size, so that a sanitizer sees a step beyond its end. */
    uint8_t *copy = malloc(n ? n : 1);
    if (n) {
        memcpy(copy, bytes, n);
    }
    int status = range_decode(symbol, s->context, s->n, &s->contexts, n ? copy : NULL, n, e);
    free(copy);
    return status;
}

static void round_trip(const struct stream *s, const char *what)
{
    struct err e;
    struct buf code = encoded(s);
    uint8_t *back = malloc(s->n + 1);
    back[s->n] = 0xA5;
    cr_assert(decoded(back, s, code.s, code.len, &e) == 0, "%s: %s", what, e.text);
    cr_assert(memcmp(back, s->symbol, s->n) == 0 && back[s->n] == 0xA5, "%s", what);
    free(back);
    buf_release(&code);
}

Test(coding_range_coder, what_goes_in_comes_out)
{
    struct rng r = rng_stream(13, 0, RNG_TEST);
    for (uint32_t i = 0; i < 300; i++) {
        char what[64];
        size_t n = rng_below(&r, i % 10 ? 2000 : 300000);
        int n_contexts = i % 3 == 0 ? 1 : 1 + (int)rng_below(&r, i % 7 ? 5 : RANGE_CONTEXTS_MAX);
        struct stream s = random_stream(i, n, n_contexts, -1);
        snprintf(what, sizeof what, "stream %u: %zu symbols, %d contexts", i, n, n_contexts);
        round_trip(&s, what);
        stream_release(&s);
    }
}

Test(coding_range_coder, lengths_around_a_chunk)
{
    static const size_t lengths[] = {0, 1, 2, RANGE_CHUNK - 1, RANGE_CHUNK, RANGE_CHUNK + 1};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct stream s = random_stream((uint32_t)i, lengths[i], 1, 8);
        round_trip(&s, "a length near that of a chunk");
        stream_release(&s);
    }
}

/* A stream of one symbol says nothing: under 1/150 of a bit each, whichever the symbol is. */
Test(coding_range_coder, one_symbol_costs_next_to_nothing)
{
    for (int bits = 0; bits <= 8; bits++) {
        for (int which = 0; which < 3; which++) {
            struct stream s = random_stream(0, 100000, 1, bits);
            int symbol = which == 0 ? 0 : which == 1 ? (1 << bits) - 1 : 1 << bits >> 1;
            memset(s.symbol, symbol & ((1 << bits) - 1), s.n);
            struct buf code = encoded(&s);
            cr_assert(code.len < 80, "%zu bytes at %d bits", code.len, bits);
            round_trip(&s, "one symbol");
            buf_release(&code);
            stream_release(&s);
        }
    }
}

/* After long runs of what is likely, the unlikely has to survive too. */
Test(coding_range_coder, rare_symbols_and_carries_survive)
{
    for (uint32_t i = 0; i < 40; i++) {
        struct stream s = random_stream(i, 50000, 1, 1 + (int)(i % 8));
        struct rng r = rng_stream(14, i, RNG_TEST);
        memset(s.symbol, i % 2 ? 0xFF & ((1 << s.contexts.bits[0]) - 1) : 0, s.n);
        for (size_t k = 0; k < i; k++) {
            s.symbol[rng_below(&r, s.n)] ^= 1;
        }
        round_trip(&s, "rare symbols");
        stream_release(&s);
    }
}

static double entropy(const struct stream *s)
{
    size_t n_cells = (size_t)s->contexts.n * 256;
    double *count = calloc(n_cells, sizeof *count), *total = calloc(n_cells, sizeof *total);
    double bits = 0;
    for (size_t i = 0; i < s->n; i++) {
        size_t k = s->context ? s->context[i] : 0;
        count[k * 256 + s->symbol[i]]++;
        total[k]++;
    }
    for (size_t c = 0; c < n_cells; c++) {
        bits += count[c] > 0 ? count[c] * log2(total[c / 256] / count[c]) : 0;
    }
    free(count);
    free(total);
    return bits;
}

/* The study's tiers and plain codes, two million of them, headers counted. */
Test(coding_range_coder, comes_within_half_a_percent_of_the_entropy)
{
    enum { N = 2000000 };
    static const struct {
        int n_contexts, bits;
    } streams[] = {{1, 2}, {1, 4}, {1, 8}, {3, -1}};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        struct stream s =
            random_stream(70 + (uint32_t)i, N, streams[i].n_contexts, streams[i].bits);
        struct buf code = encoded(&s);
        double ideal = entropy(&s), bits = 8 * (double)code.len;
        cr_assert(bits < 1.005 * ideal, "stream %zu: %.0f bits, entropy %.0f", i, bits, ideal);
        cr_assert(bits > 0.995 * ideal, "stream %zu: %.0f bits, entropy %.0f", i, bits, ideal);
        buf_release(&code);
        stream_release(&s);
    }
}

/* Cut anywhere, the code is refused: the sizes of the chunks no longer add up. */
Test(coding_range_coder, a_cut_code_is_refused)
{
    struct err e;
    struct stream s = random_stream(5, RANGE_CHUNK + 300, 3, 3);
    struct buf code = encoded(&s);
    uint8_t *back = malloc(s.n);
    for (size_t n = 0; n < code.len; n += n < 40 || n + 40 > code.len ? 1 : 997) {
        cr_assert(decoded(back, &s, code.s, n, &e) == -1, "%zu of %zu bytes", n, code.len);
    }
    buf_addc(&code, 0);
    cr_assert(decoded(back, &s, code.s, code.len, &e) == -1 && strstr(e.text, "1 bytes follow"));
    free(back);
    buf_release(&code);
    stream_release(&s);
}

/* Whatever the bytes are, there is an error or a full set of symbols within their widths. */
static void takes_anything(const struct stream *s, const void *bytes, size_t n)
{
    struct err e;
    uint8_t *back = malloc(s->n + 1);
    memset(back, 0xA5, s->n + 1);
    if (decoded(back, s, bytes, n, &e) == 0) {
        for (size_t i = 0; i < s->n; i++) {
            size_t k = s->context ? s->context[i] : 0;
            cr_assert(back[i] >> s->contexts.bits[k] == 0, "symbol %zu is too wide", i);
        }
    } else {
        cr_assert(strlen(e.text) > 10, "an error without a sentence");
    }
    cr_assert(back[s->n] == 0xA5, "written behind the end");
    free(back);
}

Test(coding_range_coder, any_bytes_are_symbols_or_an_error)
{
    struct rng r = rng_stream(15, 0, RNG_TEST);
    for (uint32_t i = 0; i < 400; i++) {
        struct stream s = random_stream(i, rng_below(&r, 3000), 1 + (int)(i % 4), -1);
        struct buf code = encoded(&s);
        for (uint32_t k = 0; k <= i % 5 && code.len; k++) {
            code.s[rng_below(&r, code.len)] = (char)rng_below(&r, 256);
        }
        takes_anything(&s, code.s, code.len);
        for (size_t k = 4; k < code.len; k++) { /* noise behind a header that adds up */
            code.s[k] = (char)(i % 3 ? rng_below(&r, 256) : 0xFF);
        }
        takes_anything(&s, code.s, code.len);
        buf_release(&code);
        stream_release(&s);
    }
}

Test(coding_range_coder, sizes_that_overflow_are_refused)
{
    struct err e;
    struct stream s = random_stream(6, RANGE_CHUNK + 10, 1, 2);
    uint8_t *back = malloc(s.n), bytes[32];
    memset(bytes, 0xFF, sizeof bytes);
    cr_assert(decoded(back, &s, bytes, sizeof bytes, &e) == -1);
    cr_assert(strstr(e.text, "chunk 1 of 2 reaches beyond the end"), "%s", e.text);
    free(back);
    stream_release(&s);
}

Test(coding_range_coder, no_thread_count_changes_a_byte)
{
    struct stream s = random_stream(7, 5 * RANGE_CHUNK + 77, 3, -1);
    omp_set_num_threads(1);
    struct buf first = encoded(&s);
    for (int threads = 2; threads <= 16; threads += 7) {
        omp_set_num_threads(threads);
        struct buf code = encoded(&s);
        cr_assert(code.len == first.len && memcmp(code.s, first.s, first.len) == 0, "%d threads",
                  threads);
        round_trip(&s, "threads");
        buf_release(&code);
    }
    buf_release(&first);
    stream_release(&s);
}
