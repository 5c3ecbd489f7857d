/*
 * results_fixture: an experiment with made-up results, for the tests of results and report.
 *
 * Two models, the baseline, uniform 4-bit and two methods in the role of Nash-Swarm under the
 * protocols paper and text. The numbers are chosen to be told apart in a printed table.
 */
#ifndef NS_TESTS_RESULTS_FIXTURE_H
#define NS_TESTS_RESULTS_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "results/record.h"
#include "scratch.h"

enum { FIXTURE_ROWS_MAX = 64 };

struct fixture {
    struct spec spec;
    struct record rows[FIXTURE_ROWS_MAX];
    size_t n;
    struct spec_known known;
    struct spec_model models[2];
    struct spec_texts texts;
    struct spec_evaluation evaluation;
    struct spec_method methods[4];
    struct method_kind kinds[3];
    long seeds[3];
    size_t tiers[2];
    char strings[16][64];
    size_t n_strings;
};

static inline char *fixture_string(struct fixture *f, const char *text)
{
    char *s = f->strings[f->n_strings++];
    snprintf(s, sizeof f->strings[0], "%s", text);
    return s;
}

static inline void fixture_method(struct fixture *f, size_t i, const char *name, size_t kind)
{
    f->methods[i] = (struct spec_method){.name = fixture_string(f, name), .kind = &f->kinds[kind]};
    params_init(&f->methods[i].params, &f->kinds[kind].schema);
    struct err e;
    if (params_complete(&f->methods[i].params, &e)) {
        abort();
    }
}

static inline void fixture_spec(struct fixture *f)
{
    static const char *const protocols[] = {"paper", "text"};
    static const unsigned keys[] = {PROTOCOL_MAX_TOKENS, PROTOCOL_MAX_TOKENS};
    static const char *const cuts[] = {"exact", "sampled", NULL};
    static const struct param bits[] = {
        {.name = "bits", .type = PARAM_INT, .fallback = "4", .min = 1, .max = 8, .help = "bits"}};
    static const struct param tiers[] = {
        {.name = "shares", .type = PARAM_REALS, .fallback = "10,20,70", .max = 100, .help = "%"},
        {.name = "bits", .type = PARAM_INTS, .fallback = "8,4,2", .min = 1, .max = 8, .help = "b"},
        {.name = "cut", .type = PARAM_CHOICE, .fallback = "sampled", .choices = cuts, .help = "c"},
        {.name = "sample", .type = PARAM_INT, .fallback = "10000", .max = 1e6, .help = "weights"}};
    memset(f, 0, sizeof *f);
    f->kinds[0] = (struct method_kind){.name = "baseline", .help = "32-bit"};
    f->kinds[1] = (struct method_kind){.name = "uniform", .help = "one width"};
    schema_add(&f->kinds[1].schema, bits, 1);
    f->kinds[2] = (struct method_kind){.name = "tiers", .help = "several widths"};
    schema_add(&f->kinds[2].schema, tiers, sizeof tiers / sizeof *tiers);
    f->known = (struct spec_known){.methods = f->kinds,
                                   .n_methods = 3,
                                   .protocols = protocols,
                                   .n_protocols = 2,
                                   .protocol_keys = keys};
    f->models[0].name = fixture_string(f, "small");
    f->models[0].path = fixture_string(f, "data/models/small.h5");
    f->models[1].name = fixture_string(f, "big_one");
    f->models[1].path = fixture_string(f, "data/models/big_one.h5");
    fixture_method(f, 0, "baseline", 0);
    fixture_method(f, 1, "uniform", 1);
    fixture_method(f, 2, "nash", 2);
    fixture_method(f, 3, "nash-exact", 2);
    f->seeds[0] = 1;
    f->seeds[1] = 2;
    f->seeds[2] = 3;
    f->tiers[0] = 2;
    f->tiers[1] = 3;
    f->spec = (struct spec){.path = fixture_string(f, "experiments/made-up.yaml"),
                            .name = fixture_string(f, "made-up"),
                            .title = fixture_string(f, "A study & its 4 bits"),
                            .models = f->models,
                            .n_models = 2,
                            .texts = &f->texts,
                            .n_texts = 1,
                            .evaluations = &f->evaluation,
                            .n_evaluations = 1,
                            .protocols = {0, 1},
                            .n_protocols = 2,
                            .seeds = f->seeds,
                            .n_seeds = 1,
                            .methods = f->methods,
                            .n_methods = 4,
                            .known = &f->known};
    f->texts = (struct spec_texts){.name = fixture_string(f, "books"),
                                   .path = fixture_string(f, "data/texts/books.txt")};
    f->evaluation = (struct spec_evaluation){.samples = 20, .max_tokens = 64};
    f->spec.report =
        (struct spec_report){.kind = REPORT_STUDY, .uniform = 1, .tiers = f->tiers, .n_tiers = 2};
}

static inline struct record *fixture_row(struct fixture *f, size_t model, size_t method,
                                         const char *protocol, double delta_pct)
{
    struct record *r = &f->rows[f->n++];
    double scale = model ? 10 : 1;
    *r = record_none();
    snprintf(r->model, sizeof r->model, "%s", f->models[model].name);
    snprintf(r->method, sizeof r->method, "%s", f->methods[method].name);
    snprintf(r->protocol, sizeof r->protocol, "%s", protocol);
    snprintf(r->allocator, sizeof r->allocator, "%s",
             method == 0   ? "baseline"
             : method == 1 ? "uniform"
                           : "tiers");
    r->parameters = model ? 12424320 : 1146720;
    r->model_mib = 4.4 * scale;
    r->texts = 20;
    r->baseline_loss_nats = 5;
    r->loss_nats = 5 * (1 + delta_pct / 100);
    r->delta_pct = delta_pct;
    r->delta_nats = r->loss_nats - 5;
    if (method > 0) {
        r->scope_weights = 1000000 * (int64_t)scale;
        r->payload_packed_bits = (method == 1 ? 4 : 3) * r->scope_weights;
        r->payload_ideal_bits = (double)r->payload_packed_bits * 0.8;
        r->map_packed_bits = method == 1 ? 0 : 2 * r->scope_weights;
        r->map_ideal_bits = method == 1 ? 0 : 1.157 * (double)r->scope_weights;
        r->grid_bits = 192;
        r->untouched_bits = 8388608;
        r->bits_payload = method == 1 ? 4 : 3;
        r->bits_per_weight = method == 1 ? 4 : 5;
        r->bits_ideal_map = method == 1 ? 4 : 4.157;
        r->bits_entropy = method == 1 ? 3.2 : 3.557;
        r->compression_pct = method == 1 ? 87.5 : 90.625;
        r->payload_mib = (double)r->payload_packed_bits / 8388608;
        r->model_removed_pct = method == 1 ? 28.5 : 31.5;
        r->model_removed_stored_pct = method == 1 ? 28.25 : 24.75;
        r->relative_mse = 0.0625;
    }
    return r;
}

/* Every model, method and protocol once. */
static inline void fixture_study(struct fixture *f)
{
    static const double paper[4] = {0, 12, 3, 6}, text[4] = {0, 8, 5, 2.5};
    fixture_spec(f);
    for (size_t m = 0; m < 2; m++) {
        for (size_t k = 0; k < 4; k++) {
            fixture_row(f, m, k, "paper", paper[k] - (m && k ? 2.5 : 0));
            fixture_row(f, m, k, "text", text[k]);
        }
    }
}

/* A fresh folder for one test, as a path that lives until the process ends. */
static inline const char *fixture_folder(void)
{
    static struct scratch s;
    s = scratch_new();
    return s.folder;
}

static inline void fixture_remove(const char *folder)
{
    struct scratch s;
    snprintf(s.folder, sizeof s.folder, "%s", folder);
    scratch_remove(&s);
}

#endif
