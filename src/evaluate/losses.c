#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "model/forward.h"

/* Rows of a batch: enough to share the weights among, few enough for the activations to stay small.
 */
enum { BATCH_ROWS = 4096 };

/* Copies the states of the rows from which targets are predicted: out of a batch, or back. */
static void copy_states(float *states_tc, float *batch_rc, const struct batch *b,
                        const size_t *first, size_t C, bool back)
{
    for (size_t i = 0; i < b->n_texts; i++) {
        const struct batch_text *t = &b->texts[i];
        size_t n = (t->n_total - first[i]) * C;
        float *rows = batch_rc + (t->first_row + first[i] - 1) * C;
        memcpy(back ? rows : states_tc, back ? states_tc : rows, n * sizeof *rows);
        states_tc += n;
    }
}

/* Whom a model is compared with in one batch. */
struct reference {
    const struct gpt2 *model; /* NULL: nobody, or itself */
    float *kept_tc;           /* of the batch's first target on; NULL: nothing is kept */
    bool full;
};

/* The reference's states, from its blocks or as they were kept. */
static int reference_states(float *base_rc, const struct reference *r, const struct batch *b,
                            const size_t *first, struct err *e)
{
    size_t C = (size_t)r->model->config.C;
    if (r->full) {
        copy_states(r->kept_tc, base_rc, b, first, C, true);
        return 0;
    }
    if (forward(base_rc, r->model, b, e)) {
        return -1;
    }
    if (r->kept_tc) {
        copy_states(r->kept_tc, base_rc, b, first, C, false);
    }
    return 0;
}

/* The states of both models for one batch, and the scores of its targets. */
static int score_batch(struct token_score *out, const struct gpt2 *m, const struct reference *r,
                       struct batch *b, const size_t *first, struct err *e)
{
    float *hidden_rc = NULL, *base_rc = NULL;
    int status = batch_layout(b, e);
    size_t C = (size_t)m->config.C;
    if (!status &&
        (!(hidden_rc = mem_floats(b->rows * C, e)) ||
         (r->model && !(base_rc = mem_floats(b->rows * (size_t)r->model->config.C, e))))) {
        status = -1;
    }
    if (!status) {
        status = forward(hidden_rc, m, b, e);
    }
    if (!status && r->model) {
        status = reference_states(base_rc, r, b, first, e);
    } else if (!status && r->kept_tc && !r->full) {
        copy_states(r->kept_tc, hidden_rc, b, first, C, false); /* its own reference */
    }
    if (!status) {
        status = head_scores(out, b, first, m, hidden_rc, r->model, base_rc, e);
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

static int kept_init(struct kept_states *k, const struct losses *l, const struct gpt2 *baseline,
                     struct err *e)
{
    if (!k || k->full) {
        return 0;
    }
    kept_states_release(k);
    k->states_tc = mem_floats(l->start[l->n] * (size_t)baseline->config.C, e);
    return k->states_tc ? 0 : -1;
}

void kept_states_release(struct kept_states *k)
{
    free(k->states_tc);
    *k = (struct kept_states){0};
}

int losses_compute(struct losses *l, const struct gpt2 *m, const struct gpt2 *baseline,
                   struct kept_states *kept, const struct windows *w,
                   const struct progress *progress, struct err *e)
{
    struct batching g = {.batch = {.pad_id = m->config.eos_token_id}};
    struct reference r = {.model = baseline == m ? NULL : baseline, .full = kept && kept->full};
    *l = (struct losses){0};
    int status =
        check_model(m, w, e) || losses_init(l, w, e) || kept_init(kept, l, baseline, e) ? -1 : 0;
    if (!status && (!(g.batch.texts = mem_new(w->s.n, sizeof *g.batch.texts, e)) ||
                    !(g.first = mem_new(w->s.n, sizeof *g.first, e)))) {
        status = -1;
    }
    for (size_t i = 0; i < w->s.n && !status; i += g.batch.n_texts) {
        fill_batch(&g, w, i);
        r.kept_tc = kept ? kept->states_tc + l->start[i] * (size_t)baseline->config.C : NULL;
        status = score_batch(l->tokens + l->start[i], m, &r, &g.batch, g.first, e);
        if (!status) {
            status = progress_tell(progress, i + g.batch.n_texts, w->s.n, e);
        }
    }
    l->compared = baseline != NULL;
    if (!status && l->compared && !r.model) {
        compare_with_itself(l);
    }
    if (kept) {
        kept->full = kept->full || !status;
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
