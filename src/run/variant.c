#include "run/variant.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluate/evaluate.h"
#include "model/gpt2_tokenizer.h"
#include "run/methods.h"
#include "run/outcome.h"

int loaded_model_open(struct loaded_model *m, const struct spec *s, size_t model, struct err *e)
{
    struct tokenizer *tokenizer = NULL;
    struct texts texts = {0};
    *m = (struct loaded_model){.learning = PTHREAD_MUTEX_INITIALIZER};
    int status = gpt2_open(&m->gpt2, s->models[model].path, e);
    if (!status) {
        status = gpt2_load(&m->gpt2, e);
    }
    if (!status) {
        status = gpt2_tokenizer(&tokenizer, &m->gpt2, e);
    }
    if (!status) {
        status = texts_read(&texts, s->texts.path, s->texts.keep_line_ends, (size_t)s->samples, e);
    }
    if (!status) {
        status = texts_encode(&texts, tokenizer, (size_t)s->max_tokens, &m->sequences, e);
    }
    texts_release(&texts);
    tokenizer_free(tokenizer);
    m->workshop.base = &m->gpt2;
    if (!status && s->calibration.path) {
        struct calibration_texts calibration = {.path = s->calibration.path,
                                                .keep_line_ends = s->calibration.keep_line_ends,
                                                .max_tokens = (size_t)s->max_tokens,
                                                .evaluation_path = s->texts.path,
                                                .evaluation_keeps_line_ends =
                                                    s->texts.keep_line_ends};
        status = calibration_open(&m->workshop.calibration, &m->gpt2, &calibration, e);
    }
    if (status) {
        loaded_model_close(m);
    }
    return status;
}

void loaded_model_close(struct loaded_model *m)
{
    workshop_release(&m->workshop);
    sequences_release(&m->sequences);
    gpt2_close(&m->gpt2);
    *m = (struct loaded_model){0};
}

/* Who the row is about. */
static void fill_identity(struct record *r, const struct gpt2 *m, const struct spec *s,
                          const struct cell *c, const struct params *p)
{
    const struct spec_method *method = &s->methods[c->method];
    *r = record_none();
    snprintf(r->model, sizeof r->model, "%s", s->models[c->model].name);
    snprintf(r->method, sizeof r->method, "%s", method->name);
    snprintf(r->variant, sizeof r->variant, "%s", c->variant);
    snprintf(r->protocol, sizeof r->protocol, "%s", s->known->protocols[c->protocol]);
    snprintf(r->allocator, sizeof r->allocator, "%s", method->kind->name);
    snprintf(r->scope, sizeof r->scope, "%s",
             run_is_baseline(method->kind) ? "" : params_choice(p, "scope"));
    r->seed = c->has_seed ? c->seed : RECORD_NONE;
    r->parameters = (int64_t)gpt2_parameters(m);
    r->model_mib = (double)gpt2_parameters(m) * 4 / (1 << 20);
}

static void fill_score(struct record *r, const struct score *score)
{
    r->texts = (int64_t)score->texts;
    r->tokens = (int64_t)score->tokens;
    r->loss_nats = score->mean_nats;
    r->perplexity = score->perplexity;
}

/* The model to score: the base itself, or its quantized variant. */
static int make_variant(struct quantized *q, struct loaded_model *m,
                        const struct spec_method *method, const struct cell *c,
                        const struct params *p, struct err *e)
{
    if (run_is_baseline(method->kind)) {
        *q = (struct quantized){.bill = bill_of_baseline(&m->gpt2)};
        return gpt2_share(&q->variant, &m->gpt2, e);
    }
    return run_quantize(q, &m->workshop, method->kind, p, (uint64_t)c->seed, e);
}

/* The variant and its details; alone in the workshop where it uses that. */
static int learn_and_make(struct quantized *q, struct variant_result *out, double *floor_mse,
                          struct loaded_model *m, const struct spec_method *method,
                          const struct cell *c, const struct params *p,
                          const struct progress *progress, struct err *e)
{
    bool learns = run_learns(method->kind, p);
    if (learns) {
        pthread_mutex_lock(&m->learning);
        m->workshop.calibration.progress = progress;
    }
    int status = make_variant(q, m, method, c, p, e);
    if (!status && q->bill.scope_weights > 0) {
        status = outcome_details(&out->details, floor_mse, q, &m->workshop, e);
    }
    if (learns) {
        m->workshop.calibration.progress = NULL; /* the caller's, which may be gone later */
        pthread_mutex_unlock(&m->learning);
    }
    return status;
}

/* Everything of a row but its score. */
static void fill_row(struct record *r, const struct loaded_model *m, const struct spec *s,
                     const struct cell *c, const struct params *p, const struct quantized *q,
                     double floor_mse)
{
    fill_identity(r, &m->gpt2, s, c, p);
    r->untouched_bits = q->bill.untouched.packed_bits;
    if (q->bill.scope_weights > 0) {
        outcome_fill_record(r, q, p);
        r->floor_mse = floor_mse;
    }
}

int variant_run(struct variant_result *out, struct loaded_model *m, const struct spec *s,
                const struct cell *cells, size_t n, const struct progress *progress, struct err *e)
{
    const struct spec_method *method = &s->methods[cells[0].method];
    struct params params;
    struct quantized q = {0};
    struct losses losses = {0};
    bool padded = false;
    double floor_mse = (double)NAN;
    out->details = details_none();
    cell_params(s, &cells[0], &params);
    for (size_t i = 0; i < n; i++) {
        padded |= protocols[cells[i].protocol].padded;
    }
    int status = learn_and_make(&q, out, &floor_mse, m, method, &cells[0], &params, progress, e);
    if (!status) {
        status = losses_compute(&losses, &q.variant, &m->sequences, (size_t)s->max_tokens, padded,
                                progress, e);
    }
    for (size_t i = 0; i < n && !status; i++) {
        struct score score = protocol_score(&protocols[cells[i].protocol], &losses);
        fill_row(&out->rows[i], m, s, &cells[i], &params, &q, floor_mse);
        fill_score(&out->rows[i], &score);
    }
    out->solve_s = q.solved ? q.solve_s : (double)NAN;
    losses_release(&losses);
    quantized_release(&q);
    return status;
}
