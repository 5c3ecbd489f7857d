#include "evaluate/fisher.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/simd.h"
#include "model/backward.h"

/* The sums while they grow. Groups are at most a row; a tensor as one group is put together last.
 */
struct gathering {
    struct fisher *f;
    const struct gpt2 *m;
    size_t *width_t; /* of a group, along a row */
};

SIMD_CLONES static void add_squares(double *sum, const float *g, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum[i] += (double)g[i] * g[i];
    }
}

SIMD_CLONES static double sum_squares(const float *g, size_t n)
{
    double lanes[SIMD_LANES] = {0}, sum = 0;
    size_t even = n - n % SIMD_LANES;
    for (size_t i = 0; i < even; i += SIMD_LANES) {
        for (size_t j = 0; j < SIMD_LANES; j++) {
            lanes[j] += (double)g[i + j] * g[i + j];
        }
    }
    for (size_t i = even; i < n; i++) {
        lanes[i - even] += (double)g[i] * g[i];
    }
    for (int j = 0; j < SIMD_LANES; j++) {
        sum += lanes[j];
    }
    return sum;
}

static void take(void *context, int tensor, size_t row, size_t rows, size_t text, const float *g)
{
    (void)text; /* texts come in order, and all of them count alike */
    struct gathering *gathering = context;
    const struct fisher_tensor *of = &gathering->f->of[tensor];
    size_t cols = gathering->m->tensors[tensor].cols, width = gathering->width_t[tensor];
    double *sum = of->mean_square + row * of->per_row;
    if (width == 1) {
        add_squares(sum, g, rows * cols);
        return;
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < cols; c += width) {
            size_t n = cols - c < width ? cols - c : width;
            *sum++ += sum_squares(g + r * cols + c, n);
        }
    }
}

static int fisher_init(struct gathering *g, const size_t *group_t, bool *wanted_t, struct err *e)
{
    struct fisher *f = g->f;
    f->n_tensors = g->m->n_tensors;
    f->of = mem_new((size_t)f->n_tensors, sizeof *f->of, e);
    if (!f->of) {
        return -1;
    }
    for (int t = 0; t < f->n_tensors; t++) {
        const struct gpt2_tensor *tensor = &g->m->tensors[t];
        wanted_t[t] = group_t[t] != FISHER_NONE;
        if (wanted_t[t]) {
            size_t width = group_t[t] < tensor->cols ? group_t[t] : tensor->cols;
            g->width_t[t] = width;
            f->of[t].per_row = (tensor->cols + width - 1) / width;
            f->of[t].n = (tensor->rows ? tensor->rows : 1) * f->of[t].per_row;
            if (!(f->of[t].mean_square = mem_new(f->of[t].n, sizeof(double), e))) {
                return -1;
            }
        }
    }
    return 0;
}

/* The texts that predict something, as a batch's; their number, or 0 with `e` set. */
static size_t choose(struct batch_text *texts, const struct gpt2 *m, const struct sequences *s,
                     struct err *e)
{
    size_t chosen = 0;
    for (size_t i = 0; i < s->n; i++) {
        size_t n = s->start[i + 1] - s->start[i];
        if (n > (size_t)m->config.P) {
            err_set(e, "text %zu has %zu tokens, more than the context of %s, which is %d", i + 1,
                    n, m->path, m->config.P);
            return 0;
        }
        if (n > 1) {
            texts[chosen++] =
                (struct batch_text){.ids = s->ids + s->start[i], .n_text = n, .n_total = n};
        }
    }
    if (chosen == 0) {
        err_set(e, "none of the %zu texts has two tokens, so there is no loss to differentiate",
                s->n);
    }
    return chosen;
}

/* Sums become means; a tensor that is one group is put together from its rows. */
static void finish(struct gathering *g, const size_t *group_t)
{
    for (int t = 0; t < g->f->n_tensors; t++) {
        struct fisher_tensor *of = &g->f->of[t];
        size_t cols = g->m->tensors[t].cols, width = g->width_t[t];
        if (of->n > 0 && group_t[t] == FISHER_TENSOR) {
            double texts_weights = (double)g->f->texts * (double)g->m->tensors[t].n;
            of->mean_square[0] = sum_ordered(of->mean_square, of->n) / texts_weights;
            of->n = 1;
            continue;
        }
        for (size_t i = 0; i < of->n; i++) {
            size_t c = i % of->per_row * width, n = cols - c < width ? cols - c : width;
            of->mean_square[i] /= (double)g->f->texts * (double)n;
        }
    }
}

static int add_batch(struct gathering *g, struct batch *b, const struct gradient_sink *sink,
                     double *loss_nats, struct err *e)
{
    int status = batch_layout(b, e);
    if (!status) {
        status = backward(loss_nats, g->m, b, sink, e);
    }
    batch_release(b);
    return status;
}

/* All the texts, in batches; the sums and the mean loss. */
static int gather(struct gathering *g, struct batch_text *texts, double *loss_nats,
                  const bool *wanted_t, const struct progress *progress, struct err *e)
{
    struct gradient_sink sink = {.take = take, .context = g, .wanted_t = wanted_t};
    struct batch b;
    size_t tokens = 0;
    for (size_t i = 0; i < g->f->texts; i += b.n_texts) {
        size_t rows = 0;
        b = (struct batch){.texts = texts + i};
        do {
            rows += texts[i + b.n_texts].n_text;
            b.n_texts++;
        } while (i + b.n_texts < g->f->texts && rows + texts[i + b.n_texts].n_text <= FISHER_ROWS);
        if (add_batch(g, &b, &sink, loss_nats + i, e) ||
            progress_tell(progress, i + b.n_texts, g->f->texts, e)) {
            return -1;
        }
        tokens += rows - b.n_texts;
    }
    g->f->mean_nats = sum_ordered(loss_nats, g->f->texts) / (double)tokens;
    return 0;
}

int fisher_compute(struct fisher *out, const struct gpt2 *m, const struct sequences *s,
                   const size_t *group_t, const struct progress *progress, struct err *e)
{
    *out = (struct fisher){0};
    struct gathering g = {.f = out, .m = m};
    struct batch_text *texts = NULL;
    double *loss_nats = NULL;
    bool *wanted_t = mem_new((size_t)m->n_tensors, sizeof *wanted_t, e);
    int status = -1;
    if (!wanted_t || !(g.width_t = mem_new((size_t)m->n_tensors, sizeof *g.width_t, e)) ||
        !(texts = mem_new(s->n, sizeof *texts, e)) ||
        !(loss_nats = mem_new(s->n, sizeof *loss_nats, e))) {
        goto out;
    }
    out->texts = choose(texts, m, s, e);
    if (out->texts == 0 || fisher_init(&g, group_t, wanted_t, e)) {
        goto out;
    }
    status = gather(&g, texts, loss_nats, wanted_t, progress, e);
    if (!status) {
        finish(&g, group_t);
    }
out:
    free(wanted_t);
    free(g.width_t);
    free(texts);
    free(loss_nats);
    if (status) {
        fisher_release(out);
    }
    return status;
}

void fisher_release(struct fisher *f)
{
    for (int t = 0; f->of && t < f->n_tensors; t++) {
        free(f->of[t].mean_square);
    }
    free(f->of);
    *f = (struct fisher){0};
}
