#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "model/forward.h"

/* Rows of a batch: enough to share the weights among, few enough for the activations to stay small.
 */
enum { BATCH_ROWS = 4096 };

/* A batch while it is put together: windows and their first targets. */
struct batching {
    struct batch batch;
    size_t *first;
    size_t index; /* batches before it */
};

/* The states of the rows from which the targets are predicted. */
static void gather_states(float *states_rc, const float *hidden_rc, const struct batch *b,
                          const size_t *first, const struct head_layout *l, size_t C)
{
    size_t n = 0;
    memset(states_rc, 0, l->rows * C * sizeof *states_rc);
    for (size_t i = 0; i < b->n_texts; i++) {
        const struct batch_text *t = &b->texts[i];
        for (size_t p = first[i]; p < t->n_total; p++) {
            memcpy(states_rc + l->row_t[n++] * C, hidden_rc + batch_row(b, t, p - 1) * C,
                   C * sizeof *states_rc);
        }
    }
}

/* One batch, with the layout of its targets and room for what the blocks give. */
struct scored_batch {
    struct batch *batch;
    const size_t *first;
    struct head_layout layout;
    float *hidden_rc;
    size_t index; /* of the batch */
};

static float *states_new(const struct scored_batch *s, const struct gpt2 *m, struct err *e)
{
    return mem_floats(s->layout.rows * (size_t)m->config.C, e);
}

static int run_blocks(float *states_rc, const struct scored_batch *s, const struct gpt2 *m,
                      struct err *e)
{
    if (forward(s->hidden_rc, m, s->batch, e)) {
        return -1;
    }
    gather_states(states_rc, s->hidden_rc, s->batch, s->first, &s->layout, (size_t)m->config.C);
    return 0;
}

/* What was kept of this batch, or is to be; NULL in `to` when nothing is. */
static int keep_batch(struct kept_batch **to, struct kept_states *k, const struct scored_batch *s,
                      const struct gpt2 *baseline, struct err *e)
{
    *to = NULL;
    if (!k) {
        return 0;
    }
    *to = &k->batches[s->index];
    if (k->full) {
        return 0;
    }
    (*to)->states_rc = states_new(s, baseline, e);
    if ((*to)->states_rc && k->with_logits) {
        (*to)->logits_rv = mem_floats(s->layout.rows * (size_t)baseline->config.V, e);
    }
    return (*to)->states_rc && (!k->with_logits || (*to)->logits_rv) ? 0 : -1;
}

/* The scores of a batch's targets, under both models if there are two. */
static int score_states(struct token_score *out, const struct scored_batch *s, const struct gpt2 *m,
                        const struct gpt2 *baseline, const struct kept_batch *kept, bool full,
                        struct err *e)
{
    bool itself = kept && baseline == m && !full; /* it is its own baseline */
    bool beside = baseline && baseline != m;
    float *own_rc = itself ? kept->states_rc : states_new(s, m, e);
    float *base_rc = kept || !beside ? NULL : states_new(s, baseline, e);
    struct head_input own = {.m = m, .states_rc = own_rc};
    struct head_input base = {.m = baseline, .states_rc = kept ? kept->states_rc : base_rc};
    int status = own_rc && (kept || !beside || base_rc) ? run_blocks(own_rc, s, m, e) : -1;
    if (itself) {
        own.logits_rv = kept->logits_rv;
    }
    if (kept && beside) {
        base.logits_rv = kept->logits_rv;
        base.logits_full = full && kept->logits_rv;
    }
    if (!status && beside && !full) {
        status = run_blocks(kept ? kept->states_rc : base_rc, s, baseline, e);
    }
    if (!status) {
        status = head_scores(out, s->batch, s->first, &s->layout, &own, beside ? &base : NULL, e);
    }
    free(itself ? NULL : own_rc);
    free(base_rc);
    return status;
}

static int score_batch(struct token_score *out, const struct gpt2 *m, const struct gpt2 *baseline,
                       struct kept_states *k, struct batching *g, struct err *e)
{
    struct batch *b = &g->batch;
    struct scored_batch s = {.batch = b, .first = g->first, .index = g->index++};
    struct kept_batch *kept = NULL;
    int status = batch_spread(b, m, e) || head_layout_init(&s.layout, b, g->first, e) ||
                         !(s.hidden_rc = mem_floats(b->rows * (size_t)m->config.C, e)) ||
                         keep_batch(&kept, k, &s, baseline, e)
                     ? -1
                     : 0;
    if (!status) {
        status = score_states(out, &s, m, baseline, kept, k && k->full, e);
    }
    free(s.hidden_rc);
    head_layout_release(&s.layout);
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
        size_t n = w->s.start[i + 1] - w->s.start[i];
        if (n == 0 || n > w->length) {
            return err_set(e, "text %zu has %zu tokens, but 1 to %zu can be scored", i + 1, n,
                           w->length);
        }
        l->n_own[i] = windows_own_targets(w, i);
        l->start[i + 1] = l->start[i] + l->n_own[i] + windows_pad_targets(w, i);
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

/* Weights that are finite may be so large that sums of them are not; such losses are no result. */
static int check_finite(const struct losses *l, size_t window, size_t end, const struct gpt2 *m,
                        const struct gpt2 *baseline, struct err *e)
{
    for (size_t t = l->start[window]; t < l->start[end]; t++) {
        const struct token_score *s = &l->tokens[t];
        if (isfinite(s->nll) && isfinite(s->baseline_nll) && isfinite(s->kl)) {
            continue;
        }
        while (l->start[window + 1] <= t) {
            window++;
        }
        return err_set(e,
                       "%s gives text %zu a loss that is not finite: its weights are too large for "
                       "32-bit arithmetic",
                       isfinite(s->nll) && baseline ? baseline->path : m->path,
                       (l->text ? l->text[t] : window) + 1);
    }
    return 0;
}

/* A model is no further from itself than this. */
static void compare_with_itself(struct losses *l)
{
    for (size_t t = 0; t < l->start[l->n]; t++) {
        l->tokens[t].baseline_nll = l->tokens[t].nll;
        l->tokens[t].top1_agrees = true;
    }
}

static int kept_init(struct kept_states *k, const struct losses *l, struct err *e)
{
    if (!k) {
        return 0;
    }
    if (!k->full) {
        k->n = l->n; /* a batch has a window or more */
        k->batches = mem_new(k->n, sizeof *k->batches, e);
    }
    return k->batches ? 0 : -1;
}

void kept_states_release(struct kept_states *k)
{
    for (size_t i = 0; i < k->n && k->batches; i++) {
        free(k->batches[i].states_rc);
        free(k->batches[i].logits_rv);
    }
    free(k->batches);
    *k = (struct kept_states){0};
}

int losses_compute(struct losses *l, const struct gpt2 *m, const struct gpt2 *baseline,
                   struct kept_states *kept, const struct windows *w,
                   const struct progress *progress, struct err *e)
{
    struct batching g = {.batch = {.pad_id = m->config.eos_token_id}};
    *l = (struct losses){0};
    int status = check_model(m, w, e) || losses_init(l, w, e) || kept_init(kept, l, e) ? -1 : 0;
    if (!status && (!(g.batch.texts = mem_new(w->s.n, sizeof *g.batch.texts, e)) ||
                    !(g.first = mem_new(w->s.n, sizeof *g.first, e)))) {
        status = -1;
    }
    for (size_t i = 0; i < w->s.n && !status; i += g.batch.n_texts) {
        fill_batch(&g, w, i);
        status = score_batch(l->tokens + l->start[i], m, baseline, kept, &g, e) ||
                         check_finite(l, i, i + g.batch.n_texts, m, baseline, e)
                     ? -1
                     : 0;
        if (!status) {
            status = progress_tell(progress, i + g.batch.n_texts, w->s.n, e);
        }
    }
    l->compared = baseline != NULL;
    if (!status && baseline == m) {
        compare_with_itself(l);
    }
    if (kept && !kept->full) { /* full ones are read by others at the same time */
        kept->full = !status;
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
    return losses_compute(l, m, NULL, NULL, &w, progress, e);
}

void losses_release(struct losses *l)
{
    free(l->tokens);
    free(l->start);
    free(l->n_own);
    free(l->text);
    *l = (struct losses){0};
}
