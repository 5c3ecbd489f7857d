#include "run/scoring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stats/paired.h"
#include "stats/quantile.h"

/* Texts or tokens of an evaluation, made the first time that they are asked for. */
struct scored_texts {
    struct sequences sequences;      /* each text, cut */
    struct windows windows[PASSES];  /* of the joined texts; empty for PASS_TEXTS */
    struct kept_states kept[PASSES]; /* of the model, over these or the padded texts */
    bool filling[PASSES], padded;    /* padded: whether pads are among those of PASS_TEXTS */
};

/* What may be kept of a pass, bytes: states, and as much of logits. */
enum { KEPT_BYTES = 256 << 20 };

void scoring_forget(struct loaded_model *m)
{
    for (size_t i = 0; i < m->n_scored && m->scored; i++) {
        sequences_release(&m->scored[i].sequences);
        for (size_t k = 0; k < PASSES; k++) {
            windows_release(&m->scored[i].windows[k]);
            kept_states_release(&m->scored[i].kept[k]);
        }
    }
    free(m->scored);
    m->scored = NULL;
}

static int cut_stream(struct windows *out, const struct loaded_model *m, const struct texts *texts,
                      const struct spec_evaluation *x, enum pass pass, struct err *e)
{
    struct token_stream stream;
    if (texts_stream(texts, m->tokenizer, &stream, e)) {
        return -1;
    }
    int status = windows_of_stream(out, &stream, pass, (size_t)x->window, (size_t)x->stride,
                                   (size_t)m->gpt2.config.P, e);
    token_stream_release(&stream);
    return status;
}

static int read_scored(struct scored_texts *out, const struct loaded_model *m, const struct spec *s,
                       const struct cell *c, enum pass pass, struct err *e)
{
    const struct spec_evaluation *x = cell_evaluation(s, c);
    const struct spec_texts *scored = cell_texts(s, c);
    struct texts texts = {0};
    int status = texts_read(&texts, scored->path, scored->keep_line_ends, (size_t)x->samples, e);
    if (!status) {
        status = pass == PASS_TEXTS
                     ? texts_encode(&texts, m->tokenizer, (size_t)x->max_tokens, &out->sequences, e)
                     : cut_stream(&out->windows[pass], m, &texts, x, pass, e);
    }
    texts_release(&texts);
    return status;
}

/* What a pass of these cells goes through; borrowed. */
static int scored_windows(struct windows *out, struct loaded_model *m, const struct spec *s,
                          const struct cell *c, enum pass pass, bool padded, struct err *e)
{
    int status = 0;
    pthread_mutex_lock(&m->reading);
    if (!m->scored) {
        m->scored = mem_new(m->n_scored, sizeof *m->scored, e);
        status = m->scored ? 0 : -1;
    }
    struct scored_texts *kept = status ? NULL : &m->scored[c->evaluation];
    if (!status && !(pass == PASS_TEXTS ? kept->sequences.start : kept->windows[pass].s.start)) {
        status = read_scored(kept, m, s, c, pass, e);
    }
    pthread_mutex_unlock(&m->reading);
    if (!status) {
        *out = pass == PASS_TEXTS
                   ? windows_of_texts(&kept->sequences, (size_t)cell_evaluation(s, c)->max_tokens,
                                      padded)
                   : kept->windows[pass];
    }
    return status;
}

/* Targets of the windows. */
static size_t count_targets(const struct windows *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->s.n; i++) {
        n += windows_own_targets(w, i) + windows_pad_targets(w, i);
    }
    return n;
}

/*
 * The model's states in this pass: those that are kept; or `mine` when this caller is to fill them;
 * or NULL when they are too many, another is at it, or they were kept with other pads.
 */
static struct kept_states *take_kept(struct loaded_model *m, struct scored_texts *t, enum pass pass,
                                     const struct windows *w, struct kept_states *mine)
{
    size_t n = count_targets(w), bytes = n * (size_t)m->gpt2.config.C * sizeof(float);
    struct kept_states *kept = NULL;
    pthread_mutex_lock(&m->reading);
    if (t->kept[pass].full) {
        kept = pass != PASS_TEXTS || t->padded == w->padded ? &t->kept[pass] : NULL;
    } else if (bytes <= KEPT_BYTES && !t->filling[pass]) {
        t->filling[pass] = true;
        mine->with_logits = n <= KEPT_BYTES / sizeof(float) / (size_t)m->gpt2.config.V;
        kept = mine;
    }
    pthread_mutex_unlock(&m->reading);
    return kept;
}

/* Hands over what was filled. */
static void give_kept(struct loaded_model *m, struct scored_texts *t, enum pass pass, bool padded,
                      struct kept_states *mine)
{
    pthread_mutex_lock(&m->reading);
    t->filling[pass] = false;
    if (mine->full) {
        t->kept[pass] = *mine;
        t->padded = pass == PASS_TEXTS ? padded : t->padded;
    } else {
        kept_states_release(mine);
    }
    pthread_mutex_unlock(&m->reading);
}

/* Token by token what the protocol scores; texts come in order, and so do their tokens. */
static int fill_evidence(struct evidence *v, const struct protocol *p, const struct losses *l,
                         struct err *e)
{
    size_t begin, end, n = 0, n_tokens = 0;
    for (size_t i = 0; i < l->n; i++) {
        protocol_targets(p, l, i, &begin, &end);
        n_tokens += end - begin;
    }
    if (evidence_new(v, l->n_texts, n_tokens, e)) {
        return -1;
    }
    v->mean_of_texts = p->mean_of_texts;
    for (size_t i = 0; i < l->n; i++) {
        protocol_targets(p, l, i, &begin, &end);
        for (size_t t = begin; t < end; t++, n++) {
            const struct token_score *score = &l->tokens[t];
            v->nll[n] = (float)score->nll;
            v->baseline_nll[n] = (float)score->baseline_nll;
            v->kl[n] = (float)score->kl;
            v->probability_change[n] = (float)(exp(-score->nll) - exp(-score->baseline_nll));
            v->top1_agrees[n] = score->top1_agrees;
            v->start[(l->text ? l->text[t] : i) + 1]++;
        }
    }
    for (size_t i = 0; i < v->n_texts; i++) {
        v->start[i + 1] += v->start[i];
    }
    return 0;
}

/* How far the distributions are from the baseline's. */
static int fill_divergence(struct record *r, const struct evidence *v, struct err *e)
{
    size_t n = v->n_tokens, agree = 0;
    double sum = 0, squares = 0, *kl = mem_new(n, sizeof *kl, e);
    if (!kl) {
        return -1;
    }
    for (size_t t = 0; t < n; t++) {
        double change = v->probability_change[t];
        kl[t] = v->kl[t];
        sum += kl[t];
        squares += change * change;
        agree += v->top1_agrees[t];
    }
    quantile_sort(kl, n);
    r->kl_mean_nats = sum / (double)n;
    r->kl_p50_nats = quantile_of_sorted(kl, n, 0.5);
    r->kl_p90_nats = quantile_of_sorted(kl, n, 0.9);
    r->kl_p99_nats = quantile_of_sorted(kl, n, 0.99);
    r->kl_max_nats = kl[n - 1];
    r->top1_agreement_pct = 100 * (double)agree / (double)n;
    r->probability_change_rms = sqrt(squares / (double)n);
    free(kl);
    return 0;
}

/* The interval of the difference, over texts. */
static int fill_interval(struct record *r, const struct protocol *p, const struct losses *l,
                         struct err *e)
{
    size_t n = l->n_texts;
    struct text_score *score = mem_new(n, sizeof *score, e);
    double *values = mem_new(3 * n, sizeof *values, e);
    double *a = values, *b = a + n, *w = b + n;
    struct paired paired;
    int status = score && values ? 0 : -1;
    if (!status) {
        protocol_texts(p, l, score);
        for (size_t i = 0; i < n; i++) {
            double tokens = (double)score[i].tokens;
            double unit = p->mean_of_texts && tokens > 0 ? tokens : 1;
            a[i] = score[i].baseline_sum_nats / unit;
            b[i] = score[i].sum_nats / unit;
            w[i] = p->mean_of_texts && tokens > 0 ? 1 : tokens;
        }
        struct paired_data data = {.n = n, .a = a, .b = b, .w = w};
        status = paired_compare(&paired, &data, 0, e);
    }
    if (!status) {
        r->delta_se_nats = paired.se;
        r->delta_low_nats = paired.delta_ci.low;
        r->delta_high_nats = paired.delta_ci.high;
        r->delta_pct_low = paired.pct_ci.low;
        r->delta_pct_high = paired.pct_ci.high;
        r->delta_se_unpaired_nats = paired.se_unpaired;
        r->delta_p = paired.p;
    }
    free(score);
    free(values);
    return status;
}

static void fill_score(struct record *r, const struct score *s)
{
    r->texts = (int64_t)s->texts;
    r->tokens = (int64_t)s->tokens;
    r->loss_nats = s->mean_nats;
    r->perplexity = s->perplexity;
    r->baseline_loss_nats = s->baseline_nats;
    r->delta_nats = s->mean_nats - s->baseline_nats;
    r->delta_pct = s->baseline_nats > 0 ? 100 * r->delta_nats / s->baseline_nats : (double)NAN;
}

int score_fill(struct record *r, struct evidence *v, const struct protocol *p,
               const struct losses *l, bool is_base, struct err *e)
{
    struct score score = protocol_score(p, l);
    fill_score(r, &score);
    int status = fill_evidence(v, p, l, e);
    if (!status && v->n_tokens > 0) {
        status = fill_divergence(r, v, e) || (!is_base && fill_interval(r, p, l, e)) ? -1 : 0;
    }
    return status;
}

/* Several passes as one. */
struct share {
    const struct progress *whole;
    size_t before, total; /* windows */
};

static bool tell_share(void *context, size_t done, size_t total)
{
    const struct share *s = context;
    (void)total;
    return s->whole->report(s->whole->context, s->before + done, s->total);
}

/* The cells of one pass. */
static int score_pass(struct record *rows, struct evidence *evidence, const struct gpt2 *variant,
                      struct loaded_model *m, const struct windows *w, enum pass pass,
                      const struct cell *cells, size_t n, const struct progress *progress,
                      struct err *e)
{
    struct losses losses = {0};
    struct scored_texts *texts = &m->scored[cells[0].evaluation];
    struct kept_states mine = {0}, *kept = take_kept(m, texts, pass, w, &mine);
    int status = losses_compute(&losses, variant, &m->gpt2, kept, w, progress, e);
    if (kept == &mine) {
        give_kept(m, texts, pass, w->padded, &mine);
    }
    for (size_t i = 0; i < n && !status; i++) {
        const struct protocol *p = &protocols[cells[i].protocol];
        if (p->pass == pass) {
            status = score_fill(&rows[i], &evidence[i], p, &losses, variant == &m->gpt2, e);
        }
    }
    losses_release(&losses);
    return status;
}

int score_cells(struct record *rows, struct evidence *evidence, struct loaded_model *m,
                const struct gpt2 *variant, const struct spec *s, const struct cell *cells,
                size_t n, const struct progress *progress, struct err *e)
{
    struct windows windows[PASSES];
    bool wanted[PASSES] = {false}, padded = false;
    struct share share = {.whole = progress};
    struct progress part = {.report = tell_share, .context = &share};
    int status = 0;
    memset(windows, 0, sizeof windows);
    for (size_t i = 0; i < n; i++) {
        wanted[protocols[cells[i].protocol].pass] = true;
        padded |= protocols[cells[i].protocol].padded;
    }
    for (size_t k = 0; k < PASSES && !status; k++) {
        status =
            wanted[k] ? scored_windows(&windows[k], m, s, &cells[0], (enum pass)k, padded, e) : 0;
        share.total += windows[k].s.n;
    }
    progress_step(progress, "texts", true);
    for (size_t k = 0; k < PASSES && !status; k++) {
        if (wanted[k]) {
            status = score_pass(rows, evidence, variant, m, &windows[k], (enum pass)k, cells, n,
                                progress && progress->report ? &part : NULL, e);
            share.before += windows[k].s.n;
        }
    }
    return status;
}
