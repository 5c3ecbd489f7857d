#include "run/variant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/gpt2_file.h"
#include "model/gpt2_tokenizer.h"
#include "run/methods.h"
#include "run/outcome.h"
#include "run/scoring.h"

/* The digest of the weights' source, as the model file has it; honest marks come first. */
static int tell_weights(struct loaded_model *m, struct err *e)
{
    struct gpt2_source sources[GPT2_SOURCES_MAX];
    size_t n;
    if (gpt2_sources(&m->gpt2, sources, &n, e)) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(sources[i].name, "model.safetensors") == 0) {
            snprintf(m->weights, sizeof m->weights, "%s", sources[i].sha256);
        }
    }
    if (m->gpt2.synthetic || *m->gpt2.quantized) {
        snprintf(m->weights, sizeof m->weights, "%s",
                 m->gpt2.synthetic ? "synthetic" : "quantized");
    }
    return 0;
}

int loaded_model_open(struct loaded_model *m, const struct spec *s, size_t model, struct err *e)
{
    *m = (struct loaded_model){.n_scored = s->n_evaluations,
                               .reading = PTHREAD_MUTEX_INITIALIZER,
                               .learning = PTHREAD_MUTEX_INITIALIZER};
    int status = gpt2_open(&m->gpt2, s->models[model].path, e) || gpt2_load(&m->gpt2, e) ||
                         gpt2_tokenizer(&m->tokenizer, &m->gpt2, e) || tell_weights(m, e)
                     ? -1
                     : 0;
    m->workshop.base = &m->gpt2;
    if (status) {
        loaded_model_close(m);
    }
    return status;
}

void loaded_model_close(struct loaded_model *m)
{
    workshop_release(&m->workshop);
    scoring_forget(m);
    tokenizer_free(m->tokenizer);
    gpt2_close(&m->gpt2);
    *m = (struct loaded_model){0};
}

/*
 * Reads the calibration texts, cut where the cell's own are cut. For another cut all that was
 * learned is learned anew: a cell's result does not depend on what ran before it.
 */
static int prepare_calibration(struct loaded_model *m, const struct spec *s, const struct cell *c,
                               struct err *e)
{
    struct calibration_texts texts = {.path = s->calibration.path,
                                      .keep_line_ends = s->calibration.keep_line_ends,
                                      .max_tokens = (size_t)cell_evaluation(s, c)->max_tokens,
                                      .evaluation = s->texts,
                                      .n_evaluation = s->n_texts};
    if (m->calibration_tokens == texts.max_tokens || !cell_uses_calibration(s, c)) {
        return 0;
    }
    workshop_release(&m->workshop);
    m->calibration_tokens = 0;
    if (calibration_open(&m->workshop.calibration, &m->gpt2, &texts, e)) {
        return -1;
    }
    m->calibration_tokens = texts.max_tokens;
    return 0;
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
                          struct loaded_model *m, const struct spec *s, const struct cell *c,
                          const struct params *p, const struct progress *progress, struct err *e)
{
    const struct spec_method *method = &s->methods[c->method];
    int status = 0;
    bool learns = run_learns(method->kind, p);
    if (learns) {
        pthread_mutex_lock(&m->learning);
        status = prepare_calibration(m, s, c, e);
        m->workshop.calibration.progress = progress;
    }
    if (!status) {
        status = make_variant(q, m, method, c, p, e);
    }
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
    snprintf(r->weights, sizeof r->weights, "%s", m->weights);
    r->untouched_bits = q->bill.untouched.packed_bits;
    if (q->bill.scope_weights > 0) {
        outcome_fill_record(r, q, p);
        r->floor_mse = floor_mse;
    }
}

static void tell_made(const struct journal *journal, const struct quantized *q, double wall_s)
{
    if (q->bill.scope_weights == 0) {
        journal_add(journal, "nothing quantized: the model as it is");
    } else if (q->solved) {
        journal_add(journal, "quantized in %.3f s, of which %.3f s solving", wall_s, q->solve_s);
    } else {
        journal_add(journal, "quantized in %.3f s", wall_s);
    }
}

int variant_run(struct variant_result *out, struct loaded_model *m, const struct spec *s,
                const struct cell *cells, size_t n, const struct progress *progress,
                const struct journal *journal, struct err *e)
{
    struct params params;
    struct quantized q = {0};
    double floor_mse = (double)NAN;
    out->details = details_none();
    cell_params(s, &cells[0], &params);
    bool baseline = run_is_baseline(s->methods[cells[0].method].kind);
    double start = clock_s();
    int status = learn_and_make(&q, out, &floor_mse, m, s, &cells[0], &params, progress, e);
    for (size_t i = 0; i < n && !status; i++) {
        fill_row(&out->rows[i], m, s, &cells[i], &params, &q, floor_mse);
    }
    if (!status) {
        tell_made(journal, &q, clock_s() - start);
        start = clock_s();
        status = score_cells(out->rows, out->evidence, m, baseline ? &m->gpt2 : &q.variant, s,
                             cells, n, progress, e);
    }
    if (!status) {
        journal_add(journal, "scored: %lld texts in %.3f s", (long long)out->rows[0].texts,
                    clock_s() - start);
    }
    out->solve_s = q.solved ? q.solve_s : (double)NAN;
    quantized_release(&q);
    return status;
}
