#include "run/calibration.h"

#include <stdlib.h>

#include "base/mem.h"
#include "evaluate/evaluate.h"
#include "model/gpt2_tokenizer.h"
#include "model/overlap.h"

/* Refuses texts that the model is scored on, in whichever cell. */
static int check_apart(const struct texts *texts, const struct calibration_texts *t, struct err *e)
{
    int status = 0;
    for (size_t i = 0; i < t->n_evaluation && !status; i++) {
        const struct spec_texts *scored = &t->evaluation[i];
        struct texts evaluation = {0};
        status = texts_read(&evaluation, scored->path, scored->keep_line_ends, 0, e);
        if (!status) {
            status = texts_apart(texts, t->path, &evaluation, scored->path, e);
        }
        texts_release(&evaluation);
    }
    return status;
}

int calibration_open(struct calibration *c, const struct gpt2 *m, const struct calibration_texts *t,
                     struct err *e)
{
    struct texts texts = {0};
    struct tokenizer *tokenizer = NULL;
    *c = (struct calibration){.model = m};
    int status = texts_read(&texts, t->path, t->keep_line_ends, 0, e) ||
                         check_apart(&texts, t, e) || gpt2_tokenizer(&tokenizer, m, e) ||
                         texts_encode(&texts, tokenizer, t->max_tokens, &c->sequences, e)
                     ? -1
                     : 0;
    for (size_t i = 0; i < c->sequences.n && !status; i++) {
        size_t length = c->sequences.start[i + 1] - c->sequences.start[i];
        c->tokens += length > 1 ? length - 1 : 0;
    }
    texts_release(&texts);
    tokenizer_free(tokenizer);
    if (status) {
        calibration_close(c);
    }
    return status;
}

void calibration_close(struct calibration *c)
{
    sequences_release(&c->sequences);
    fisher_release(&c->fisher);
    moments_release(&c->channels);
    moments_release(&c->full);
    *c = (struct calibration){0};
}

static int check_there(const struct calibration *c, struct err *e)
{
    return c->model ? 0
                    : err_set(e, "this method learns from calibration texts, and none are given: "
                                 "name them with calibration: in a spec or --calibration");
}

int calibration_fisher(const struct fisher **out, struct calibration *c, size_t unit, struct err *e)
{
    *out = &c->fisher;
    if (check_there(c, e)) {
        return -1;
    }
    if (c->fisher_unit == unit) {
        return 0;
    }
    size_t *unit_t = mem_new((size_t)c->model->n_tensors, sizeof *unit_t, e);
    if (!unit_t) {
        return -1;
    }
    for (int i = 0; i < c->model->n_tensors; i++) {
        unit_t[i] = gpt2_in_scope(&c->model->tensors[i], SCOPE_ALL) ? unit : FISHER_NONE;
    }
    fisher_release(&c->fisher);
    c->fisher_unit = FISHER_NONE;
    progress_step(c->progress, "texts for gradients", false);
    int status = fisher_compute(&c->fisher, c->model, &c->sequences, unit_t, c->progress, e);
    if (!status) {
        c->fisher_unit = unit;
    }
    free(unit_t);
    return status;
}

/* Moments of tensors [first, end) of SCOPE_ALL. */
static int compute_moments(struct moments *out, const struct calibration *c, int first, int end,
                           enum moment_kind kind, struct err *e)
{
    enum moment_kind *kind_t = mem_new((size_t)c->model->n_tensors, sizeof *kind_t, e);
    if (!kind_t) {
        return -1;
    }
    for (int i = first; i < end; i++) {
        kind_t[i] = gpt2_in_scope(&c->model->tensors[i], SCOPE_ALL) ? kind : MOMENT_NONE;
    }
    moments_release(out);
    progress_step(c->progress, "texts for moments of inputs", false);
    int status = moments_compute(out, c->model, &c->sequences, kind_t, c->progress, e);
    free(kind_t);
    return status;
}

int calibration_channels(const struct moment **out, struct calibration *c, int t, struct err *e)
{
    if (check_there(c, e)) {
        return -1;
    }
    if (!c->has_channels &&
        compute_moments(&c->channels, c, 0, c->model->n_tensors, MOMENT_CHANNELS, e)) {
        return -1;
    }
    c->has_channels = true;
    *out = &c->channels.of[t];
    return 0;
}

/* The end of the run of tensors from `first` on whose moments fit. */
static int end_that_fits(const struct gpt2 *m, int first)
{
    size_t used = 0;
    int end = first;
    while (end < m->n_tensors) {
        const struct gpt2_tensor *t = &m->tensors[end];
        size_t k = t->scope == SCOPE_HEAD ? t->cols : t->rows;
        used += gpt2_in_scope(t, SCOPE_ALL) ? k * k * sizeof(double) : 0;
        if (used > CALIBRATION_MOMENTS && end > first) {
            break;
        }
        end++;
    }
    return end;
}

int calibration_full(const double **full_kk, struct calibration *c, int t, struct err *e)
{
    if (check_there(c, e)) {
        return -1;
    }
    if (t < c->full_first || t >= c->full_end) {
        int first = end_that_fits(c->model, 0) == c->model->n_tensors ? 0 : t;
        c->full_first = c->full_end = 0;
        int end = end_that_fits(c->model, first);
        if (compute_moments(&c->full, c, first, end, MOMENT_FULL, e)) {
            return -1;
        }
        c->full_first = first;
        c->full_end = end;
    }
    *full_kk = c->full.of[t].full_kk;
    return 0;
}

int calibration_loss(double *nats, const struct calibration *c, const struct gpt2 *m, struct err *e)
{
    struct sequences some = c->sequences;
    struct losses losses = {0};
    size_t length = 0;
    some.n = some.n < CALIBRATION_LOSS_TEXTS ? some.n : CALIBRATION_LOSS_TEXTS;
    for (size_t i = 0; i < some.n; i++) {
        size_t n = some.start[i + 1] - some.start[i];
        length = n > length ? n : length;
    }
    int status = losses_of_texts(&losses, m, &some, length, false, c->progress, e);
    if (!status) {
        *nats = protocol_score(protocol_named("text"), &losses).mean_nats;
    }
    losses_release(&losses);
    return status;
}
