#include "run/variant.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evaluate/evaluate.h"
#include "model/gpt2_tokenizer.h"
#include "run/methods.h"

int loaded_model_open(struct loaded_model *m, const struct spec *s, size_t model, struct err *e)
{
    struct tokenizer *tokenizer = NULL;
    struct texts texts = {0};
    *m = (struct loaded_model){0};
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
    if (status) {
        loaded_model_close(m);
    }
    return status;
}

void loaded_model_close(struct loaded_model *m)
{
    sequences_release(&m->sequences);
    gpt2_close(&m->gpt2);
    *m = (struct loaded_model){0};
}

/* Who the row is about. */
static void fill_identity(struct record *r, const struct gpt2 *m, const struct spec *s,
                          const struct cell *c)
{
    const struct spec_method *method = &s->methods[c->method];
    const struct params *p = &c->params;
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

/* What the method costs. A baseline touches nothing and only has the untouched line. */
static void fill_bill(struct record *r, const struct bill *b)
{
    r->untouched_bits = b->untouched.packed_bits;
    if (b->scope_weights == 0) {
        return;
    }
    double scope_bits = 32.0 * (double)b->scope_weights, model_bits = 32.0 * (double)r->parameters;
    double payload = (double)b->code_bits; /* the study's sizes are of plain codes */
    double packed = (double)(b->payload.packed_bits + b->map.packed_bits + b->grid.packed_bits);
    r->scope_weights = b->scope_weights;
    r->relative_mse = bill_relative_error(b);
    r->payload_packed_bits = b->payload.packed_bits;
    r->payload_ideal_bits = b->payload.ideal_bits;
    r->map_packed_bits = b->map.packed_bits;
    r->map_ideal_bits = b->map.ideal_bits;
    r->grid_bits = b->grid.packed_bits;
    r->bits_per_weight = bill_packed(b);
    r->bits_payload = bill_payload(b);
    r->bits_ideal_map = bill_ideal_map(b);
    r->bits_entropy = bill_entropy(b);
    r->compression_pct = 100 * (1 - payload / scope_bits);
    r->payload_mib = payload / 8 / (1 << 20);
    r->model_removed_pct = 100 * (scope_bits - payload) / model_bits;
    r->model_removed_stored_pct = 100 * (scope_bits - packed) / model_bits;
}

static void fill_score(struct record *r, const struct score *score)
{
    r->texts = (int64_t)score->texts;
    r->tokens = (int64_t)score->tokens;
    r->loss_nats = score->mean_nats;
    r->perplexity = score->perplexity;
}

/* The model to score: the base itself, or its quantized variant. */
static int make_variant(struct gpt2 *variant, struct bill *bill, const struct gpt2 *base,
                        const struct spec_method *method, const struct cell *c, struct err *e)
{
    if (run_is_baseline(method->kind)) {
        *bill = bill_of_baseline(base);
        return gpt2_share(variant, base, e);
    }
    return run_quantize(variant, bill, base, method->kind, &c->params, (uint64_t)c->seed, e);
}

int variant_run(struct record *rows, const struct loaded_model *m, const struct spec *s,
                const struct cell *cells, size_t n, const struct progress *progress, struct err *e)
{
    const struct spec_method *method = &s->methods[cells[0].method];
    struct gpt2 variant = {0};
    struct losses losses = {0};
    struct bill bill;
    bool padded = false;
    for (size_t i = 0; i < n; i++) {
        padded |= protocols[cells[i].protocol].padded;
    }
    int status = make_variant(&variant, &bill, &m->gpt2, method, &cells[0], e);
    if (!status) {
        status = losses_compute(&losses, &variant, &m->sequences, (size_t)s->max_tokens, padded,
                                progress, e);
    }
    for (size_t i = 0; i < n && !status; i++) {
        struct score score = protocol_score(&protocols[cells[i].protocol], &losses);
        fill_identity(&rows[i], &m->gpt2, s, &cells[i]);
        fill_bill(&rows[i], &bill);
        fill_score(&rows[i], &score);
    }
    losses_release(&losses);
    gpt2_close(&variant);
    return status;
}
