#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "model/forward.h"

/* Rows of a batch: enough to share the weights among, few enough for the activations to stay small.
 */
enum { BATCH_ROWS = 4096 };

/* The states of both models for one batch, and the scores of its targets. */
static int score_batch(struct token_score *out, const struct gpt2 *m, const struct gpt2 *baseline,
                       struct batch *b, const size_t *first, struct err *e)
{
    float *hidden_rc = NULL, *base_rc = NULL;
    int status = batch_layout(b, e);
    size_t C = (size_t)m->config.C;
    if (!status && (!(hidden_rc = mem_floats(b->rows * C, e)) ||
                    (baseline && !(base_rc = mem_floats(b->rows * C, e))))) {
        status = -1;
    }
    if (!status) {
        status = forward(hidden_rc, m, b, e);
    }
    if (!status && baseline) {
        status = forward(base_rc, baseline, b, e);
    }
    if (!status) {
        status = head_scores(out, b, first, m, hidden_rc, baseline, base_rc, e);
    }
    free(hidden_rc);
    free(base_rc);
    batch_release(b);
    return status;
}

static int losses_init(struct losses *l, const struct windows *w, struct err *e)
{
    *l = (struct losses){.n = w->s.n, .n_texts = w->n_texts, .padded = w->padded};
    if (!(l->start = mem_new(w->s.n + 1, sizeof *l->start, e)) ||
        !(l->n_own = mem_new(w->s.n, sizeof *l->n_own, e))) {
        return -1;
    }
    for (size_t i = 0; i < w->s.n; i++) {
        size_t n = w->s.start[i + 1] - w->s.start[i], first = windows_first(w, i);
        if (n == 0 || n > w->length) {
            return err_set(e, "text %zu has %zu tokens, but 1 to %zu can be scored", i + 1, n,
                           w->length);
        }
        l->n_own[i] = n - first;
        l->start[i + 1] = l->start[i] + (w->padded ? w->length : n) - first;
    }
    size_t targets = l->start[w->s.n];
    if (!(l->tokens = mem_new(targets, sizeof *l->tokens, e)) ||
        (w->text && !(l->text = mem_new(targets, sizeof *l->text, e)))) {
        return -1;
    }
    if (w->text) {
        memcpy(l->text, w->text, targets * sizeof *l->text);
    }
    return 0;
}

/* What the model can score at all. */
static int check_model(const struct gpt2 *m, const struct windows *w, struct err *e)
{
    if (w->length > (size_t)m->config.P) {
        return err_set(e,
                       "%zu tokens are more than the context of %s, which is %d: lower the limit",
                       w->length, m->path, m->config.P);
    }
    if (w->padded && m->config.eos_token_id < 0) {
        return err_set(e,
                       "%s has no eos_token_id, and padding needs the end-of-text token: score "
                       "with the protocol text",
                       m->path);
    }
    return 0;
}

/* A batch while it is put together: windows and their first targets. */
struct batching {
    struct batch batch;
    size_t *first;
};

/* The windows from `begin` on that are worth one batch. */
static void fill_batch(struct batching *g, const struct windows *w, size_t begin)
{
    struct batch *b = &g->batch;
    size_t rows = 0;
    for (b->n_texts = 0; begin + b->n_texts < w->s.n && (rows < BATCH_ROWS || b->n_texts == 0);) {
        size_t i = begin + b->n_texts, n = w->s.start[i + 1] - w->s.start[i];
        g->first[b->n_texts] = windows_first(w, i);
        b->texts[b->n_texts] = (struct batch_text){
            .ids = w->s.ids + w->s.start[i], .n_text = n, .n_total = w->padded ? w->length : n};
        rows += b->texts[b->n_texts++].n_total;
    }
}

/* A model is no further from itself than this. */
static void compare_with_itself(struct losses *l)
{
    for (size_t t = 0; t < l->start[l->n]; t++) {
        l->tokens[t].baseline_nll = l->tokens[t].nll;
        l->tokens[t].top1_agrees = true;
    }
}

int losses_compute(struct losses *l, const struct gpt2 *m, const struct gpt2 *baseline,
                   const struct windows *w, const struct progress *progress, struct err *e)
{
    struct batching g = {.batch = {.pad_id = m->config.eos_token_id}};
    const struct gpt2 *other = baseline == m ? NULL : baseline;
    *l = (struct losses){0};
    int status = check_model(m, w, e) || losses_init(l, w, e) ? -1 : 0;
    if (!status && (!(g.batch.texts = mem_new(w->s.n, sizeof *g.batch.texts, e)) ||
                    !(g.first = mem_new(w->s.n, sizeof *g.first, e)))) {
        status = -1;
    }
    for (size_t i = 0; i < w->s.n && !status; i += g.batch.n_texts) {
        fill_batch(&g, w, i);
        status = score_batch(l->tokens + l->start[i], m, other, &g.batch, g.first, e);
        if (!status) {
            status = progress_tell(progress, i + g.batch.n_texts, w->s.n, e);
        }
    }
    l->compared = baseline != NULL;
    if (!status && l->compared && !other) {
        compare_with_itself(l);
    }
    free(g.batch.texts);
    free(g.first);
    if (status) {
        losses_release(l);
    }
    return status;
}

int losses_of_texts(struct losses *l, const struct gpt2 *m, const struct sequences *s,
                    size_t length, bool padded, const struct progress *progress, struct err *e)
{
    struct windows w = windows_of_texts(s, length, padded);
    return losses_compute(l, m, NULL, &w, progress, e);
}

void losses_release(struct losses *l)
{
    free(l->tokens);
    free(l->start);
    free(l->n_own);
    free(l->text);
    *l = (struct losses){0};
}
