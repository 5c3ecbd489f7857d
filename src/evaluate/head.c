#include "evaluate/head.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"

enum { HEAD_ROWS = 64 };

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
    const struct gpt2 *m;
    const float *hidden_rc;
    float *target_logit_r;
    struct partial *partial_rb; /* rows × vocabulary blocks */
};

struct head {
    struct side own, base;  /* base.m is NULL when nothing is compared */
    struct row_tile *tiles; /* rows that have a target that is scored; text and pads apart */
    size_t n_tiles, n_blocks;
    int *target_r;
    struct difference *difference_rb;
    float *logits; /* for each thread HEAD_ROWS × HEAD_COLUMNS, of two models twice */
};

/* Cuts rows [from, to) of a text into head tiles. */
static void head_cut(struct head *h, const struct batch_text *t, size_t from, size_t to)
{
    for (size_t p = from; p < to; p += HEAD_ROWS) {
        size_t n = to - p < HEAD_ROWS ? to - p : HEAD_ROWS;
        h->tiles[h->n_tiles++] = (struct row_tile){.row = t->first_row + p, .n = n};
    }
}

/* The rows from which the text's own targets are predicted, then those of its pads. */
static void head_cut_text(struct head *h, const struct batch_text *t, size_t first, int pad_id)
{
    for (size_t p = first - 1; p + 1 < t->n_total; p++) {
        h->target_r[t->first_row + p] = p + 1 < t->n_text ? t->ids[p + 1] : pad_id;
    }
    head_cut(h, t, first - 1, t->n_text - 1);
    head_cut(h, t, t->n_text - 1, t->n_total - 1);
}

static bool side_init(struct side *s, const struct gpt2 *m, const float *hidden_rc, size_t rows,
                      size_t n_blocks, struct err *e)
{
    s->m = m;
    s->hidden_rc = hidden_rc;
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
    return h->base.m ? 2 : 1;
}

static size_t head_width(const struct head *h)
{
    return (size_t)h->own.m->config.V;
}

static int head_init(struct head *h, const struct batch *b, const size_t *first,
                     const struct gpt2 *m, const float *hidden_rc, const struct gpt2 *baseline,
                     const float *base_rc, struct err *e)
{
    size_t V = (size_t)m->config.V, threads = (size_t)omp_get_max_threads();
    *h = (struct head){.n_blocks = (V + HEAD_COLUMNS - 1) / HEAD_COLUMNS};
    bool ok = side_init(&h->own, m, hidden_rc, b->rows, h->n_blocks, e) &&
              (!baseline || side_init(&h->base, baseline, base_rc, b->rows, h->n_blocks, e)) &&
              (!baseline ||
               (h->difference_rb = mem_new(b->rows * h->n_blocks, sizeof *h->difference_rb, e))) &&
              (h->tiles = mem_new(b->rows, sizeof *h->tiles, e)) &&
              (h->target_r = mem_new(b->rows, sizeof *h->target_r, e)) &&
              (h->logits = mem_floats(n_models(h) * threads * HEAD_ROWS * HEAD_COLUMNS, e));
    for (size_t i = 0; i < b->n_texts && ok; i++) {
        head_cut_text(h, &b->texts[i], first[i], b->pad_id);
    }
    return ok ? 0 : -1;
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

/* Logits of one model for a tile of rows × a block, and what they leave. */
static void side_block(float *logits, const struct head *h, const struct side *s,
                       const struct row_tile *t, const struct block *b)
{
    size_t C = (size_t)s->m->config.C;
    const float *wte_vc = s->m->tensors[s->m->wte].f32;
    matmul_transposed(logits, b->width, s->hidden_rc + t->row * C, C, wte_vc + b->v * C, C, t->n, C,
                      b->width, 1.0f);
    for (size_t i = 0; i < t->n; i++) {
        const float *row = logits + i * b->width;
        size_t r = t->row + i, target = (size_t)h->target_r[r];
        struct partial *p = &s->partial_rb[r * h->n_blocks + b->index];
        max_and_exp_sum(row, b->width, &p->max, &p->exp_sum);
        if (h->base.m) {
            p->top = (int)(b->v + place_of(row, b->width, p->max));
        }
        if (target >= b->v && target < b->v + b->width) {
            s->target_logit_r[r] = row[target - b->v];
        }
    }
}

static void head_block(struct head *h, const struct row_tile *t, size_t block, float *logits)
{
    size_t V = head_width(h), v = block * HEAD_COLUMNS;
    struct block b = {block, v, V - v < HEAD_COLUMNS ? V - v : HEAD_COLUMNS};
    float *base_logits = logits + HEAD_ROWS * HEAD_COLUMNS;
    side_block(logits, h, &h->own, t, &b);
    if (!h->base.m) {
        return;
    }
    side_block(base_logits, h, &h->base, t, &b);
    for (size_t i = 0; i < t->n; i++) {
        size_t at = (t->row + i) * h->n_blocks + block;
        const float *base = base_logits + i * b.width, *own = logits + i * b.width;
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
 * than nothing, which is nothing.
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
    return kl > 0 ? kl : 0;
}

static struct token_score row_score(const struct head *h, size_t row)
{
    struct whole own = put_together(&h->own.partial_rb[row * h->n_blocks], h->n_blocks);
    struct token_score s = {.nll = nll_of(&own, h->own.target_logit_r[row])};
    if (h->base.m) {
        struct whole base = put_together(&h->base.partial_rb[row * h->n_blocks], h->n_blocks);
        s.baseline_nll = nll_of(&base, h->base.target_logit_r[row]);
        s.kl = divergence(h, row, &own, &base);
        s.top1_agrees = own.top == base.top;
    }
    return s;
}

int head_scores(struct token_score *out, const struct batch *b, const size_t *first,
                const struct gpt2 *m, const float *hidden_rc, const struct gpt2 *baseline,
                const float *base_rc, struct err *e)
{
    struct head h;
    int status = head_init(&h, b, first, m, hidden_rc, baseline, base_rc, e);
    if (status) {
        goto out;
    }
#pragma omp parallel
    {
        size_t each = n_models(&h) * HEAD_ROWS * HEAD_COLUMNS;
        float *logits = h.logits + (size_t)omp_get_thread_num() * each;
#pragma omp for schedule(dynamic, 1)
        for (size_t item = 0; item < h.n_tiles * h.n_blocks; item++) {
            head_block(&h, &h.tiles[item % h.n_tiles], item / h.n_tiles, logits);
        }
    }
    for (size_t i = 0; i < b->n_texts; i++) {
        const struct batch_text *t = &b->texts[i];
        for (size_t p = first[i] - 1; p + 1 < t->n_total; p++) {
            *out++ = row_score(&h, t->first_row + p);
        }
    }
out:
    head_release(&h);
    return status;
}
