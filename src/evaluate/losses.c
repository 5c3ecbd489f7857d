#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "model/forward.h"
#include "tensor/matmul.h"
#include "tensor/tensor.h"

/* Rows of a batch: enough to share the weights among, few enough for the activations to stay small.
 */
enum { BATCH_ROWS = 4096, HEAD_ROWS = 64 };

/* What a block of logits leaves of a row: enough to put a log-sum-exp together. */
struct partial {
    float max, exp_sum;
};

/* Buffers of one batch at the output head. */
struct head {
    float *hidden_rc;
    struct row_tile *tiles; /* rows that have a target; text and pads apart */
    size_t n_tiles, n_blocks;
    int *target_r;
    float *target_logit_r;
    struct partial *partial_rb; /* rows × vocabulary blocks */
    float *logits;              /* HEAD_ROWS × HEAD_COLUMNS a thread */
};

static size_t targets_of(const struct batch_text *t)
{
    return t->n_total - 1;
}

/* Cuts rows [from, to) of a text into head tiles. */
static void head_cut(struct head *h, const struct batch_text *t, size_t from, size_t to)
{
    for (size_t p = from; p < to; p += HEAD_ROWS) {
        size_t n = to - p < HEAD_ROWS ? to - p : HEAD_ROWS;
        h->tiles[h->n_tiles++] = (struct row_tile){.row = t->first_row + p, .n = n};
    }
}

static int head_init(struct head *h, const struct gpt2 *m, const struct batch *b, struct err *e)
{
    size_t V = (size_t)m->config.V, C = (size_t)m->config.C;
    *h = (struct head){.n_blocks = (V + HEAD_COLUMNS - 1) / HEAD_COLUMNS};
    size_t threads = (size_t)omp_get_max_threads();
    bool ok = (h->hidden_rc = mem_floats(b->rows * C, e)) &&
              (h->tiles = mem_new(b->rows, sizeof *h->tiles, e)) &&
              (h->target_r = mem_new(b->rows, sizeof *h->target_r, e)) &&
              (h->target_logit_r = mem_new(b->rows, sizeof *h->target_logit_r, e)) &&
              (h->partial_rb = mem_new(b->rows * h->n_blocks, sizeof *h->partial_rb, e)) &&
              (h->logits = mem_floats(threads * HEAD_ROWS * HEAD_COLUMNS, e));
    if (!ok) {
        return -1;
    }
    for (size_t i = 0; i < b->n_texts; i++) {
        const struct batch_text *t = &b->texts[i];
        for (size_t p = 0; p < targets_of(t); p++) {
            h->target_r[t->first_row + p] = p + 1 < t->n_text ? t->ids[p + 1] : b->pad_id;
        }
        head_cut(h, t, 0, t->n_text - 1);
        head_cut(h, t, t->n_text - 1, targets_of(t));
    }
    return 0;
}

static void head_release(struct head *h)
{
    free(h->hidden_rc);
    free(h->tiles);
    free(h->target_r);
    free(h->target_logit_r);
    free(h->partial_rb);
    free(h->logits);
}

/* Logits of one tile of rows × one block of the vocabulary, reduced while they are in cache. */
static void head_block(struct head *h, const struct gpt2 *m, const struct row_tile *t, size_t block,
                       float *logits)
{
    size_t V = (size_t)m->config.V, C = (size_t)m->config.C;
    size_t v = block * HEAD_COLUMNS, width = V - v < HEAD_COLUMNS ? V - v : HEAD_COLUMNS;
    const float *wte_vc = m->tensors[m->wte].f32;
    matmul_transposed(logits, width, h->hidden_rc + t->row * C, C, wte_vc + v * C, C, t->n, C,
                      width, 1.0f);
    for (size_t i = 0; i < t->n; i++) {
        size_t row = t->row + i, target = (size_t)h->target_r[row];
        struct partial *p = &h->partial_rb[row * h->n_blocks + block];
        max_and_exp_sum(logits + i * width, width, &p->max, &p->exp_sum);
        if (target >= v && target < v + width) {
            h->target_logit_r[row] = logits[i * width + target - v];
        }
    }
}

/* −log softmax(logits)[target] of a row, from its blocks in order. */
static double row_nll(const struct head *h, size_t row)
{
    const struct partial *p = h->partial_rb + row * h->n_blocks;
    float max = p[0].max;
    for (size_t i = 1; i < h->n_blocks; i++) {
        max = p[i].max > max ? p[i].max : max;
    }
    double sum = p[0].exp_sum * exp((double)p[0].max - max);
    for (size_t i = 1; i < h->n_blocks; i++) {
        sum += p[i].exp_sum * exp((double)p[i].max - max);
    }
    return log(sum) + ((double)max - h->target_logit_r[row]);
}

/* nll: the targets of the batch's texts, one after the other. */
static int score_batch(double *nll, const struct gpt2 *m, struct batch *b, struct err *e)
{
    struct head h = {0};
    int status = batch_layout(b, e);
    if (!status) {
        status = head_init(&h, m, b, e);
    }
    if (!status) {
        status = forward(h.hidden_rc, m, b, e);
    }
    if (status) {
        goto out;
    }
#pragma omp parallel
    {
        float *logits = h.logits + (size_t)omp_get_thread_num() * HEAD_ROWS * HEAD_COLUMNS;
#pragma omp for schedule(dynamic, 1)
        for (size_t item = 0; item < h.n_tiles * h.n_blocks; item++) {
            head_block(&h, m, &h.tiles[item % h.n_tiles], item / h.n_tiles, logits);
        }
    }
    for (size_t i = 0; i < b->n_texts; i++) {
        for (size_t p = 0; p < targets_of(&b->texts[i]); p++) {
            *nll++ = row_nll(&h, b->texts[i].first_row + p);
        }
    }
out:
    head_release(&h);
    batch_release(b);
    return status;
}

static int losses_init(struct losses *l, const struct sequences *s, size_t length, bool padded,
                       struct err *e)
{
    *l = (struct losses){.n = s->n, .padded = padded};
    if (!(l->start = mem_new(s->n + 1, sizeof *l->start, e)) ||
        !(l->n_text = mem_new(s->n, sizeof *l->n_text, e))) {
        return -1;
    }
    for (size_t i = 0; i < s->n; i++) {
        l->n_text[i] = s->start[i + 1] - s->start[i];
        if (l->n_text[i] == 0 || l->n_text[i] > length) {
            return err_set(e, "text %zu has %zu tokens, but 1 to %zu can be scored", i + 1,
                           l->n_text[i], length);
        }
        l->start[i + 1] = l->start[i] + (padded ? length : l->n_text[i]) - 1;
    }
    l->nll = mem_new(l->start[s->n], sizeof *l->nll, e);
    return l->nll ? 0 : -1;
}

/* What the model can score at all. */
static int check_model(const struct gpt2 *m, size_t length, bool padded, struct err *e)
{
    if (length > (size_t)m->config.P) {
        return err_set(e,
                       "%zu tokens are more than the context of %s, which is %d: lower the limit",
                       length, m->path, m->config.P);
    }
    if (padded && m->config.eos_token_id < 0) {
        return err_set(e,
                       "%s has no eos_token_id, and padding needs the end-of-text token: score "
                       "with the protocol text",
                       m->path);
    }
    return 0;
}

int losses_compute(struct losses *l, const struct gpt2 *m, const struct sequences *s, size_t length,
                   bool padded, const struct progress *progress, struct err *e)
{
    struct batch b = {.pad_id = m->config.eos_token_id};
    *l = (struct losses){0};
    int status = check_model(m, length, padded, e);
    if (!status) {
        status = losses_init(l, s, length, padded, e);
    }
    if (!status && !(b.texts = mem_new(s->n, sizeof *b.texts, e))) {
        status = -1;
    }
    for (size_t i = 0; i < s->n && !status; i += b.n_texts) {
        size_t rows = 0;
        for (b.n_texts = 0; i + b.n_texts < s->n && (rows < BATCH_ROWS || b.n_texts == 0);) {
            size_t text = i + b.n_texts, n = l->n_text[text];
            b.texts[b.n_texts] = (struct batch_text){
                .ids = s->ids + s->start[text], .n_text = n, .n_total = padded ? length : n};
            rows += b.texts[b.n_texts++].n_total;
        }
        status = score_batch(l->nll + l->start[i], m, &b, e);
        if (!status) {
            status = progress_tell(progress, i + b.n_texts, s->n, e);
        }
    }
    free(b.texts);
    if (status) {
        losses_release(l);
    }
    return status;
}

void losses_release(struct losses *l)
{
    free(l->nll);
    free(l->start);
    free(l->n_text);
    *l = (struct losses){0};
}
