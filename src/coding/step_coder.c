#include "coding/step_coder.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "coding/range_chunks.h"
#include "coding/step_model.h"

/* What is done with the decisions; a constant wherever the functions below are inlined. */
enum mode { ENCODE, DECODE, PRICE };

enum { PRICE_BITS = 11 };

/* −log2 of (1 + i/2^11), between which is drawn straight. */
struct prices {
    float of[(1 << PRICE_BITS) + 1];
};

/* A thread's workplace: one chunk on its way, rows [first, last). */
struct job {
    const struct coded_tensor *c; /* its levels are written by DECODE */
    const float *step;            /* of each option, in units of the first one */
    size_t first, last;
    struct step_model m;
    struct range_encoder to;
    struct range_decoder from;
    const struct prices *prices;
    float *bits_u; /* [units], or [1] to be forgotten when a unit is the tensor */
    float bits;    /* of the present unit */
    double total;
};

/* −log2(p / 2^22), p from 1 to 2^22 − 1. */
static inline float price(const struct prices *prices, uint32_t p)
{
    int shift = __builtin_clz(p);
    uint32_t fraction = p << shift & 0x7FFFFFFF, i = fraction >> (31 - PRICE_BITS);
    float rest = (float)(fraction & ((1u << (31 - PRICE_BITS)) - 1)) *
                 (1 / (float)(1u << (31 - PRICE_BITS)));
    float low = prices->of[i], high = prices->of[i + 1];
    return (float)(shift - (31 - RANGE_P_BITS)) + (low + (high - low) * rest);
}

static inline __attribute__((always_inline)) bool decide(struct job *j, uint32_t *node, bool bit,
                                                         enum mode mode)
{
    uint32_t p = range_probability(*node);
    if (mode == ENCODE) {
        range_encode_bit(&j->to, bit, p);
    } else if (mode == DECODE) {
        bit = range_decode_bit(&j->from, p);
    } else {
        j->bits += price(j->prices, bit ? (1u << RANGE_P_BITS) - p : p);
    }
    *node = range_learned(*node, bit, &j->m.rates, RANGE_MEMORY);
    return bit;
}

/* x ≥ 0 by the exponent of x + 1, then the bits below its leading 1, from the highest. */
static inline __attribute__((always_inline)) uint32_t golomb(struct job *j, uint32_t *exponent,
                                                             uint32_t x, enum mode mode)
{
    uint32_t value = 1;
    int length = mode == DECODE ? 0 : 31 - __builtin_clz(x + 1), n = 0;
    while (n < STEP_GOLOMB && decide(j, &exponent[n], n < length, mode)) {
        n++;
    }
    for (int b = n - 1; b >= 0; b--) {
        uint32_t even = RANGE_NODE_NEW;
        value =
            value << 1 | decide(j, b == n - 1 ? &j->m.mantissa[n] : &even, (x + 1) >> b & 1, mode);
    }
    return value - 1;
}

/* A level; DECODE takes none and returns what it finds, beyond LEVEL_MAX perhaps. */
static inline __attribute__((always_inline)) int
code_level(struct job *j, int level, int k, const struct step_guess *g, enum mode mode)
{
    uint32_t size = (uint32_t)(level < 0 ? -level : level), n = 0;
    if (!decide(j, step_zero(&j->m, k, g), size > 0, mode)) {
        return 0;
    }
    bool minus = decide(j, g->sign, (level < 0) != g->minus, mode) != g->minus;
    uint32_t *node = step_size(&j->m, k, g, minus);
    while (n < STEP_UNARY && decide(j, &node[n], size > n + 1, mode)) {
        n++;
    }
    uint32_t found = n + 1;
    if (n == STEP_UNARY) {
        found += golomb(j, &node[STEP_UNARY], size - found, mode);
    }
    return minus ? -(int)found : (int)found;
}

/* The weights [begin, end) of row r, all of one step. False when a level is too large. */
static inline __attribute__((always_inline)) bool code_run(struct job *j, size_t r, size_t begin,
                                                           size_t end, float step, enum mode mode)
{
    struct step_model *m = &j->m;
    int16_t *level = j->c->level + r * m->cols;
    float per_step = 1 / step;
    for (size_t c = begin; c < end; c++) {
        struct step_guess g = step_guess(m, c);
        int k = step_class(g.magnitude * per_step);
        int found = mode == DECODE ? 0 : level[c];
        found = code_level(j, found, k, &g, mode);
        if (mode == DECODE) {
            if (found < -LEVEL_MAX || found > LEVEL_MAX) {
                return false;
            }
            level[c] = (int16_t)found;
        }
        step_seen(m, c, found, step, &g);
    }
    return true;
}

/* Row r, unit by unit, in stretches that the encoder has room for. */
static inline __attribute__((always_inline)) int code_row(struct job *j, size_t r, enum mode mode,
                                                          struct err *e)
{
    enum { STRETCH = 256, LEVEL_BYTES = 128 }; /* 46 decisions of at most 22 bits */
    const struct coded_tensor *c = j->c;
    size_t unit = c->unit < c->cols ? c->unit : c->cols;
    size_t u = c->unit == UNIT_TENSOR ? 0 : r * allocation_units(1, c->cols, unit);
    for (size_t begin = 0, end; begin < c->cols; begin = end, u++) {
        float step = j->step[c->option ? c->option[u] : 0];
        end = c->cols - begin < unit ? c->cols : begin + unit;
        for (size_t at = begin, stop; at < end; at = stop) {
            stop = end - at < STRETCH ? end : at + STRETCH;
            if (mode == ENCODE && range_room(&j->to, STRETCH * LEVEL_BYTES, e)) {
                return -1;
            }
            if (!code_run(j, r, at, stop, step, mode)) {
                return err_set(e, "a level is above %d", LEVEL_MAX);
            }
        }
        if (mode == PRICE) {
            j->bits_u[u] = j->bits;
            j->total += (double)j->bits;
            j->bits = 0;
        }
    }
    return 0;
}

static inline __attribute__((always_inline)) int code_rows(struct job *j, enum mode mode,
                                                           struct err *e)
{
    step_model_restart(&j->m);
    for (size_t r = j->first; r < j->last; r++) {
        step_model_begin_row(&j->m);
        if (code_row(j, r, mode, e)) {
            return -1;
        }
        step_model_end_row(&j->m);
    }
    return 0;
}

static int encode_rows(struct job *j, struct err *e)
{
    j->to = (struct range_encoder){.range = UINT64_MAX};
    if (code_rows(j, ENCODE, e) || range_room(&j->to, 0, e)) {
        return -1;
    }
    range_encode_end(&j->to);
    return 0;
}

static int decode_rows(struct job *j, struct err *e)
{
    return code_rows(j, DECODE, e) ? -1
           : range_decode_ended(&j->from)
               ? 0
               : err_set(e, "they are no code of %zu rows", j->last - j->first);
}

/* What the chunks of a tensor share. */
struct plan {
    const struct coded_tensor *c;
    size_t rows_per_chunk, n_chunks;
    float step[TIERS_MAX];
    struct prices prices;
    struct chunk_errors errors;
};

/* Steps are taken in units of the first, within bounds that keep all sums finite. */
static void plan_init(struct plan *p, const struct coded_tensor *c, struct err *e)
{
    p->c = c;
    p->rows_per_chunk = (STEP_CHUNK + c->cols - 1) / c->cols;
    p->n_chunks = (c->rows + p->rows_per_chunk - 1) / p->rows_per_chunk;
    p->errors = (struct chunk_errors){.failed = p->n_chunks, .e = e};
    for (int k = 0; k < c->n_options; k++) {
        float x = c->grid[k].scale / c->grid[0].scale;
        x = x < 0x1p12f ? x : 0x1p12f;
        p->step[k] = x > 0x1p-12f ? x : 0x1p-12f;
    }
    for (int i = 0; i <= 1 << PRICE_BITS; i++) {
        p->prices.of[i] = (float)-log2(1 + i / (double)(1 << PRICE_BITS));
    }
}

/* A thread's workplace; false when there is no memory for it. */
static bool job_init(struct job *j, const struct plan *p)
{
    struct err e;
    *j = (struct job){.c = p->c, .step = p->step, .prices = &p->prices};
    return step_model_new(&j->m, p->c->cols, &e) == 0;
}

static void job_chunk(struct job *j, const struct plan *p, size_t chunk)
{
    j->first = chunk * p->rows_per_chunk;
    j->last = p->c->rows - j->first < p->rows_per_chunk ? p->c->rows : j->first + p->rows_per_chunk;
}

static const char no_memory[] = "out of memory: no room for the models of the levels";

int step_encode(struct buf *out, const struct coded_tensor *c, struct err *e)
{
    struct plan p;
    plan_init(&p, c, e);
    struct range_encoder *chunk = mem_new(p.n_chunks, sizeof *chunk, e);
    if (!chunk) {
        return -1;
    }
#pragma omp parallel
    {
        struct job j;
        struct err own;
        bool ready = job_init(&j, &p);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < p.n_chunks; i++) {
            job_chunk(&j, &p, i);
            if (!ready ? err_set(&own, no_memory) : encode_rows(&j, &own)) {
                chunk_failed(&p.errors, i, &own);
            }
            chunk[i] = j.to;
        }
        step_model_free(&j.m);
    }
    chunks_add(out, chunk, p.n_chunks);
    free(chunk);
    return p.errors.failed < p.n_chunks ? -1 : buf_check(out, e);
}

int step_decode(struct coded_tensor *c, const uint8_t *bytes, size_t n, struct err *e)
{
    struct plan p;
    plan_init(&p, c, e);
    size_t *begin = chunks_find(p.n_chunks, bytes, n, e);
    if (!begin) {
        return -1;
    }
#pragma omp parallel
    {
        struct job j;
        struct err own;
        bool ready = job_init(&j, &p);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < p.n_chunks; i++) {
            job_chunk(&j, &p, i);
            j.from = range_decode_begin(bytes + begin[i], begin[i + 1] - begin[i]);
            if (!ready ? err_set(&own, no_memory) : decode_rows(&j, &own)) {
                err_prefix(&own, "chunk %zu of %zu is damaged", i + 1, p.n_chunks);
                chunk_failed(&p.errors, i, &own);
            }
        }
        step_model_free(&j.m);
    }
    free(begin);
    return p.errors.failed < p.n_chunks ? -1 : 0;
}

int step_price(float *bits_u, const struct coded_tensor *c, struct err *e)
{
    struct plan p;
    plan_init(&p, c, e);
    bool whole = c->unit == UNIT_TENSOR;
    double *total = mem_new(p.n_chunks, sizeof *total, e);
    if (!total) {
        return -1;
    }
#pragma omp parallel
    {
        struct job j;
        struct err own;
        float of_row = 0;
        bool ready = job_init(&j, &p);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < p.n_chunks; i++) {
            job_chunk(&j, &p, i);
            j.bits_u = whole ? &of_row : bits_u;
            j.total = 0;
            if (!ready ? err_set(&own, no_memory) : code_rows(&j, PRICE, &own)) {
                chunk_failed(&p.errors, i, &own);
            }
            total[i] = j.total;
        }
        step_model_free(&j.m);
    }
    if (whole) {
        *bits_u = (float)sum_ordered(total, p.n_chunks);
    }
    free(total);
    return p.errors.failed < p.n_chunks ? -1 : 0;
}
