#include "evaluate/head.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"
#include "tensor/tiles.h"

enum {
    HEAD_ROWS = 64,          /* of a tile that is fixed by its text */
    HEAD_ROWS_SPANNING = 264 /* of one that spans texts (tensor/tiles.h) */
};

/* What a block of one model's logits leaves of a row. */
struct partial {
    float max, exp_sum;
    int top; /* entry of the vocabulary where the maximum is */
};

/* … and of two models': Σ exp(base − max)·(base − other) is weighted + shift·exp_sum. */
struct difference {
    float weighted, shift;
};

/* One model's part of a head. */
struct side {
    const struct head_input *in;
    float *target_logit_r;
    struct partial *partial_rb; /* rows × vocabulary blocks */
};

/* Rows [begin, begin + n) of the states. */
struct head_tile {
    size_t begin, n;
};

struct head {
    const struct head_layout *layout;
    struct side own, base; /* base.in is NULL when nothing is compared */
    struct head_tile *tiles;
    size_t n_tiles, n_blocks;
    int *target_r; /* −1: an empty row */
    struct difference *difference_rb;
    size_t most;   /* rows of a tile */
    float *logits; /* for each thread most × HEAD_COLUMNS, of two models twice */
};

int head_layout_init(struct head_layout *l, const struct batch *b, const size_t *first,
                     struct err *e)
{
    size_t before[2] = {0};
    *l = (struct head_layout){.is_spread = b->is_spread};
    for (size_t i = 0; i < b->n_texts; i++) {
        l->n += b->texts[i].n_total - first[i];
    }
    l->rows = l->n;
    if (!(l->row_t = mem_new(l->n, sizeof *l->row_t, e))) {
        return -1;
    }
    size_t t = 0;
    for (size_t i = 0; i < b->n_texts; i++) {
        for (size_t p = first[i]; p < b->texts[i].n_total; p++, t++) {
            l->row_t[t] = l->is_spread ? tile_place(before[p % 2]++, p % 2) : t;
        }
    }
    if (l->is_spread) {
        l->rows = tile_places(before[0], before[1]);
    }
    return 0;
}

void head_layout_release(struct head_layout *l)
{
    free(l->row_t);
    *l = (struct head_layout){0};
}

/* Cuts n targets into tiles. */
static void cut_targets(struct head *h, size_t begin, size_t n)
{
    for (size_t done = 0; done < n; done += HEAD_ROWS) {
        size_t left = n - done;
        h->tiles[h->n_tiles++] =
            (struct head_tile){begin + done, left < HEAD_ROWS ? left : HEAD_ROWS};
    }
}

/* Tiles that are fixed by each text: its own targets, then those that are its pads. */
static void cut_texts(struct head *h, const struct batch *b, const size_t *first)
{
    size_t begin = 0;
    for (size_t i = 0; i < b->n_texts; i++) {
        const struct batch_text *t = &b->texts[i];
        size_t own = t->n_text > first[i] ? t->n_text - first[i] : 0, n = t->n_total - first[i];
        cut_targets(h, begin, own);
        cut_targets(h, begin + own, n - own);
        begin += n;
    }
}

/* Tiles that span texts. */
static void cut_rows(struct head *h, int threads)
{
    size_t rows = h->layout->rows;
    h->n_tiles = rows ? tile_rows_choose(rows, h->n_blocks, threads, h->most) : 0;
    for (size_t i = 0; i < h->n_tiles; i++) {
        size_t begin = tile_begin(i, h->n_tiles, rows, TILE_ROW_UNIT);
        size_t end = tile_begin(i + 1, h->n_tiles, rows, TILE_ROW_UNIT);
        h->tiles[i] = (struct head_tile){begin, end - begin};
    }
}

static bool side_init(struct side *s, const struct head_input *in, size_t rows, size_t n_blocks,
                      struct err *e)
{
    s->in = in;
    return (s->target_logit_r = mem_new(rows, sizeof *s->target_logit_r, e)) &&
           (s->partial_rb = mem_new(rows * n_blocks, sizeof *s->partial_rb, e));
}

static void side_release(struct side *s)
{
    free(s->target_logit_r);
    free(s->partial_rb);
}

static size_t n_models(const struct head *h)
{
    return h->base.in ? 2 : 1;
}

static size_t head_width(const struct head *h)
{
    return (size_t)h->own.in->m->config.V;
}

static void place_targets(struct head *h, const struct batch *b, const size_t *first)
{
    size_t n = 0;
    for (size_t r = 0; r < h->layout->rows; r++) {
        h->target_r[r] = -1;
    }
    for (size_t i = 0; i < b->n_texts; i++) {
        const struct batch_text *t = &b->texts[i];
        for (size_t p = first[i]; p < t->n_total; p++) {
            h->target_r[h->layout->row_t[n++]] = p < t->n_text ? t->ids[p] : b->pad_id;
        }
    }
}

static int head_init(struct head *h, const struct batch *b, const size_t *first,
                     const struct head_layout *l, const struct head_input *own,
                     const struct head_input *base, struct err *e)
{
    size_t V = (size_t)own->m->config.V, threads = (size_t)omp_get_max_threads();
    *h = (struct head){.layout = l,
                       .n_blocks = tile_count(V, HEAD_COLUMNS, TILE_COLUMN_UNIT),
                       .most = l->is_spread ? HEAD_ROWS_SPANNING : HEAD_ROWS};
    bool ok = side_init(&h->own, own, l->rows, h->n_blocks, e) &&
              (!base || side_init(&h->base, base, l->rows, h->n_blocks, e)) &&
              (!base ||
               (h->difference_rb = mem_new(l->rows * h->n_blocks, sizeof *h->difference_rb, e))) &&
              (h->tiles = mem_new(l->rows, sizeof *h->tiles, e)) &&
              (h->target_r = mem_new(l->rows, sizeof *h->target_r, e)) &&
              (h->logits = mem_floats(n_models(h) * threads * h->most * HEAD_COLUMNS, e));
    if (!ok) {
        return -1;
    }
    place_targets(h, b, first);
    if (l->is_spread) {
        cut_rows(h, (int)threads);
    } else {
        cut_texts(h, b, first);
    }
    return 0;
}

static void head_release(struct head *h)
{
    side_release(&h->own);
    side_release(&h->base);
    free(h->difference_rb);
    free(h->tiles);
    free(h->target_r);
    free(h->logits);
}

/* A block of the vocabulary: entries [v, v + width). */
struct block {
    size_t index, v, width;
};

/* Logits of one model for a tile of rows × a block, kept or in `scratch`; *ld between rows. */
static const float *logits_of(float *scratch, size_t *ld, const struct head_input *in,
                              const struct head_tile *t, const struct block *b)
{
    size_t C = (size_t)in->m->config.C, V = (size_t)in->m->config.V;
    const float *wte_vc = in->m->tensors[in->m->wte].f32;
    float *logits = in->logits_rv ? in->logits_rv + t->begin * V + b->v : scratch;
    *ld = in->logits_rv ? V : b->width;
    if (!in->logits_full) {
        matmul_transposed(logits, *ld, in->states_rc + t->begin * C, C, wte_vc + b->v * C, C, t->n,
                          C, b->width, 1.0f);
    }
    return logits;
}

/* What they leave. */
static void side_block(const float *logits, size_t ld, const struct head *h, const struct side *s,
                       const struct head_tile *tile, const struct block *b)
{
    for (size_t i = 0; i < tile->n; i++) {
        const float *row = logits + i * ld;
        size_t r = tile->begin + i, target = (size_t)h->target_r[r];
        struct partial *p = &s->partial_rb[r * h->n_blocks + b->index];
        if (h->target_r[r] < 0) {
            continue;
        }
        max_and_exp_sum(row, b->width, &p->max, &p->exp_sum);
        if (h->base.in) {
            p->top = (int)(b->v + place_of(row, b->width, p->max));
        }
        if (target >= b->v && target < b->v + b->width) {
            s->target_logit_r[r] = row[target - b->v];
        }
    }
}

static void head_block(struct head *h, const struct head_tile *tile, size_t block, float *scratch)
{
    size_t V = head_width(h), v = tile_begin(block, h->n_blocks, V, TILE_COLUMN_UNIT);
    size_t end = tile_begin(block + 1, h->n_blocks, V, TILE_COLUMN_UNIT), own_ld, base_ld;
    struct block b = {block, v, end - v};
    const float *own_logits = logits_of(scratch, &own_ld, h->own.in, tile, &b);
    side_block(own_logits, own_ld, h, &h->own, tile, &b);
    if (!h->base.in) {
        return;
    }
    const float *base_logits =
        logits_of(scratch + h->most * HEAD_COLUMNS, &base_ld, h->base.in, tile, &b);
    side_block(base_logits, base_ld, h, &h->base, tile, &b);
    for (size_t i = 0; i < tile->n; i++) {
        size_t r = tile->begin + i, at = r * h->n_blocks + block;
        if (h->target_r[r] < 0) {
            continue;
        }
        const float *base = base_logits + i * base_ld, *own = own_logits + i * own_ld;
        const struct partial *p = &h->base.partial_rb[at];
        size_t top = (size_t)p->top - v;
        struct difference *d = &h->difference_rb[at];
        d->shift = base[top] - own[top];
        d->weighted = divergence_sum(base, own, b.width, p->max, d->shift);
    }
}

/* A row's blocks put together, in their order. */
struct whole {
    double max, exp_sum, log_sum; /* log Σ exp(x) = max + log_sum */
    int top;
};

static struct whole put_together(const struct partial *p, size_t n)
{
    struct whole w = {.max = p[0].max, .top = p[0].top};
    for (size_t i = 1; i < n; i++) {
        if (p[i].max > w.max) {
            w.max = p[i].max;
            w.top = p[i].top;
        }
    }
    w.exp_sum = p[0].exp_sum * exp((double)p[0].max - w.max);
    for (size_t i = 1; i < n; i++) {
        w.exp_sum += p[i].exp_sum * exp((double)p[i].max - w.max);
    }
    w.log_sum = log(w.exp_sum);
    return w;
}

/* −log softmax(logits)[target]. */
static double nll_of(const struct whole *w, double target_logit)
{
    return w->log_sum + (w->max - target_logit);
}

/*
 * KL = E_base[base − own] − (log Σ exp(base) − log Σ exp(own)). Rounding may leave a little less
 * than nothing, which is nothing; what overflows is no number and stays none.
 */
static double divergence(const struct head *h, size_t row, const struct whole *own,
                         const struct whole *base)
{
    const struct partial *p = &h->base.partial_rb[row * h->n_blocks];
    const struct difference *d = &h->difference_rb[row * h->n_blocks];
    double sum = 0;
    for (size_t i = 0; i < h->n_blocks; i++) {
        double in_block = d[i].weighted + (double)d[i].shift * p[i].exp_sum;
        sum += in_block * exp((double)p[i].max - base->max);
    }
    double kl = sum / base->exp_sum - (base->max - own->max) - (base->log_sum - own->log_sum);
    return kl < 0 ? 0 : kl;
}

static struct token_score row_score(const struct head *h, size_t row)
{
    struct whole own = put_together(&h->own.partial_rb[row * h->n_blocks], h->n_blocks);
    struct token_score s = {.nll = nll_of(&own, h->own.target_logit_r[row])};
    if (h->base.in) {
        struct whole base = put_together(&h->base.partial_rb[row * h->n_blocks], h->n_blocks);
        s.baseline_nll = nll_of(&base, h->base.target_logit_r[row]);
        s.kl = divergence(h, row, &own, &base);
        s.top1_agrees = own.top == base.top;
    }
    return s;
}

int head_scores(struct token_score *out, const struct batch *b, const size_t *first,
                const struct head_layout *layout, const struct head_input *own,
                const struct head_input *base, struct err *e)
{
    struct head h;
    int status = head_init(&h, b, first, layout, own, base, e);
    if (status) {
        goto out;
    }
#pragma omp parallel
    {
        size_t each = n_models(&h) * h.most * HEAD_COLUMNS;
        float *logits = h.logits + (size_t)omp_get_thread_num() * each;
#pragma omp for schedule(dynamic, 1)
        for (size_t item = 0; item < h.n_tiles * h.n_blocks; item++) {
            head_block(&h, &h.tiles[item % h.n_tiles], item / h.n_tiles, logits);
        }
#pragma omp for schedule(static)
        for (size_t t = 0; t < layout->n; t++) {
            out[t] = row_score(&h, layout->row_t[t]);
        }
    }
out:
    head_release(&h);
    return status;
}
