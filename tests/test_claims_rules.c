/* Rules on made rows: what each verdict needs, and what tips it over. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "claims/verdicts.h"
#include "scratch.h"

static const char head[] =
    "name: made\n"
    "study: {uniform_bits: 4, shares: [10, 20, 70], bits: [8, 4, 2], sample: 10000}\n"
    "results: {r: {spec: r.yaml, texts: 20}}\n"
    "models:\n"
    "  big: {shape: [50257, 1024, 768, 12, 12]}\n"
    "  one: {path: one.h5}\n"
    "  two: {path: two.h5}\n"
    "  three: {path: three.h5}\n"
    "published:\n"
    "  t: {base: {big: 5.0}, worse: {big: 6.5}, better: {big: 5.5}}\n"
    "claims:\n";

struct made {
    struct scratch scratch;
    struct ledger ledger;
    struct verdicts verdicts;
};

/* A ledger of one claim, its rows to be filled in. */
static void made_ledger(struct made *m, const char *claim)
{
    char text[4096];
    struct buf problems = BUF_INIT;
    struct err e;
    int n = snprintf(text, sizeof text, "%s  c: {claim: \"x\", %s}\n", head, claim);
    m->scratch = scratch_new();
    m->verdicts = (struct verdicts){0};
    const char *path = scratch_file(&m->scratch, "l.yaml", text, (size_t)n);
    cr_assert(ledger_read(&m->ledger, path, &problems, &e) == 0, "%s", buf_text(&problems));
    for (size_t i = 0; i < m->ledger.n_models; i++) {
        m->ledger.models[i].parameters = 124439808;
        m->ledger.models[i].head_weights = 50257.0 * 768;
    }
    m->ledger.results[0].rows = calloc(32, sizeof(struct record));
    buf_release(&problems);
}

/* A row of 20 texts; low is NaN when there is no interval. */
static struct record *made_row(struct made *m, const char *model, const char *method,
                               const char *protocol, double delta, double low, double high)
{
    struct ledger_results *x = &m->ledger.results[0];
    struct record *r = &x->rows[x->n++];
    *r = record_none();
    snprintf(r->model, sizeof r->model, "%s", model);
    snprintf(r->method, sizeof r->method, "%s", method);
    snprintf(r->protocol, sizeof r->protocol, "%s", protocol);
    r->texts = 20;
    r->delta_pct = delta;
    r->delta_pct_low = low;
    r->delta_pct_high = high;
    return r;
}

static const struct answer *made_answer(struct made *m, size_t i)
{
    struct err e;
    verdicts_release(&m->verdicts);
    cr_assert(verdicts_make(&m->verdicts, &m->ledger, &e) == 0, "%s", e.text);
    cr_assert(i < m->verdicts.n, "%zu rows", m->verdicts.n);
    return &m->verdicts.rows[i].answer;
}

static void made_release(struct made *m)
{
    verdicts_release(&m->verdicts);
    ledger_release(&m->ledger);
    scratch_remove(&m->scratch);
}

static void expect_verdict(const struct answer *a, enum verdict wanted)
{
    cr_expect(a->verdict == wanted, "%s, not %s: %s", verdict_names[a->verdict],
              verdict_names[wanted], a->why);
}

/* The verdict on one claim about sizes or printed numbers, without rows. */
static enum verdict verdict_on(const char *claim)
{
    struct made m;
    made_ledger(&m, claim);
    enum verdict v = made_answer(&m, 0)->verdict;
    made_release(&m);
    return v;
}

Test(claims_rules, shape_is_right_to_the_last_printed_digit)
{
    cr_expect(verdict_on("rule: shape, quantity: model_mb, published: 474.70, models: [big]") ==
              VERDICT_REPRODUCED);
    cr_expect(verdict_on("rule: shape, quantity: model_mb, published: 474.71, models: [big]") ==
              VERDICT_CONTRADICTED);
    cr_expect(verdict_on("rule: shape, quantity: model_mb, published: 474.7, models: [big]") ==
              VERDICT_REPRODUCED);
    cr_expect(verdict_on("rule: shape, quantity: map_bits, published: 1.157") ==
              VERDICT_REPRODUCED);
    cr_expect(verdict_on("rule: shape, quantity: packed_bits, published: 5.00") ==
              VERDICT_REPRODUCED);
    cr_expect(verdict_on("rule: shape, quantity: advantage_points, published: 3.2") ==
              VERDICT_CONTRADICTED);
}

Test(claims_rules, random_cut_points_widen_the_tiers_as_drawing_them_does)
{
    /* 3.4 / n is the variance of 2 + 2 S4 + 4 S8 by hand: 4·0.3·0.7 + 16·0.1·0.9 + 16·0.1·0.7. */
    struct made m;
    made_ledger(&m, "rule: shape, quantity: tiers_bits, cut: sampled, published: 3.00");
    const struct answer *a = made_answer(&m, 0);
    cr_expect_float_eq(a->high - a->value, 1.96 * sqrt(3.4 / 10000), 1e-9, "%g", a->high);
    cr_expect_float_eq(a->value - a->low, 1.96 * sqrt(3.4 / 10000), 1e-9, "%g", a->low);
    made_release(&m);
    cr_expect(verdict_on("rule: shape, quantity: tiers_bits, published: 2.99") ==
              VERDICT_CONTRADICTED);
    cr_expect(verdict_on("rule: shape, quantity: tiers_bits, cut: sampled, published: 2.99") ==
              VERDICT_REPRODUCED);
}

Test(claims_rules, ratio_allows_for_the_rounding_of_the_losses)
{
    /* (6.5 − 5.0) / (5.5 − 5.0) is 3, and anything from 2.5 to 3.75 with losses to a tenth. */
    static const char losses[] =
        "baseline: t.base, worse: t.worse, better: t.better, models: [big]";
    static const struct {
        const char *published;
        enum verdict verdict;
    } cases[] = {{"3.0", VERDICT_REPRODUCED}, {"2.5", VERDICT_REPRODUCED},
                 {"3.8", VERDICT_REPRODUCED}, {"3.9", VERDICT_DIRECTION},
                 {"2.4", VERDICT_DIRECTION},  {"0.9", VERDICT_CONTRADICTED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char claim[256];
        snprintf(claim, sizeof claim, "rule: ratio, published: %s, %s", cases[i].published, losses);
        cr_expect(verdict_on(claim) == cases[i].verdict, "%s", cases[i].published);
    }
    cr_expect(verdict_on("rule: ratio, published: 10.0, printed_worse: 20, printed_better: 2, "
                         "baseline: t.base, worse: t.worse, better: t.better, models: [big]") ==
              VERDICT_REPRODUCED);
}

Test(claims_rules, change_allows_for_the_rounding_of_the_losses)
{
    static const char at[] = "baseline: t.base, quantized: t.better, models: [big]";
    char claim[256];
    snprintf(claim, sizeof claim, "rule: change, published: 10, %s", at);
    cr_expect(verdict_on(claim) == VERDICT_REPRODUCED);
    snprintf(claim, sizeof claim, "rule: change, published: 15, %s", at);
    cr_expect(verdict_on(claim) == VERDICT_DIRECTION);
    snprintf(claim, sizeof claim, "rule: change, published: -10, %s", at);
    cr_expect(verdict_on(claim) == VERDICT_CONTRADICTED);
}

Test(claims_rules, sign_is_decided_by_the_interval)
{
    struct made m;
    made_ledger(&m, "rule: sign, results: r, method: q, protocol: text, direction: rises, "
                    "models: [big, one, two]");
    expect_verdict(made_answer(&m, 0), VERDICT_UNTESTABLE);
    cr_expect(strstr(made_answer(&m, 0)->why, "weights absent"), "%s", made_answer(&m, 0)->why);
    expect_verdict(made_answer(&m, 1), VERDICT_UNMEASURED);
    cr_expect(strstr(made_answer(&m, 1)->why, "nashswarm run"), "%s", made_answer(&m, 1)->why);
    struct record *r = made_row(&m, "one", "q", "text", 2, 1, 3);
    made_row(&m, "two", "q", "paper", 2, 1, 3); /* another protocol */
    expect_verdict(made_answer(&m, 1), VERDICT_DIRECTION);
    expect_verdict(made_answer(&m, 2), VERDICT_UNMEASURED);
    r->delta_pct_low = -0.1;
    expect_verdict(made_answer(&m, 1), VERDICT_UNRESOLVED);
    r->delta_pct_high = -0.05;
    expect_verdict(made_answer(&m, 1), VERDICT_CONTRADICTED);
    r->delta_pct_low = r->delta_pct_high = (double)NAN;
    expect_verdict(made_answer(&m, 1), VERDICT_DIRECTION);
    cr_expect(strstr(made_answer(&m, 1)->why, "no interval"), "%s", made_answer(&m, 1)->why);
    r->delta_pct = (double)NAN;
    expect_verdict(made_answer(&m, 1), VERDICT_UNMEASURED);
    r->delta_pct = 2;
    r->texts = 19; /* not the texts of these results */
    expect_verdict(made_answer(&m, 1), VERDICT_UNMEASURED);
    snprintf(r->model, sizeof r->model, "big"); /* once its weights are there, a claim in full */
    snprintf(r->weights, sizeof r->weights, "%064d", 1);
    r->parameters = 124439808;
    r->texts = 20;
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    made_release(&m);
}

Test(claims_rules, only_the_official_weights_decide_what_is_claimed_of_them)
{
    static const char other[] = "of other weights than the official ones of big";
    struct made m;
    made_ledger(&m, "rule: sign, results: r, method: q, protocol: text, direction: rises, "
                    "models: [big, one]");
    struct record *r = made_row(&m, "big", "q", "text", 2, 1, 3);
    struct record *own = made_row(&m, "one", "q", "text", 2, 1, 3);
    m.ledger.models[0].weights = "digest";
    r->parameters = 124439808;
    expect_verdict(made_answer(&m, 0), VERDICT_UNTESTABLE); /* says nothing of its weights */
    cr_expect(strstr(made_answer(&m, 0)->why, other), "%s", made_answer(&m, 0)->why);
    snprintf(r->weights, sizeof r->weights, "another");
    expect_verdict(made_answer(&m, 0), VERDICT_UNTESTABLE);
    snprintf(r->weights, sizeof r->weights, "digest");
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    r->parameters++;
    expect_verdict(made_answer(&m, 0), VERDICT_UNTESTABLE);
    r->parameters--;
    m.ledger.models[0].weights = NULL; /* none was published: any that were imported */
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    snprintf(r->weights, sizeof r->weights, "synthetic");
    expect_verdict(made_answer(&m, 0), VERDICT_UNTESTABLE);
    cr_expect(strstr(made_answer(&m, 0)->why, "synthetic"), "%s", made_answer(&m, 0)->why);
    cr_expect(isnan(made_answer(&m, 0)->value), "a number of synthetic weights is shown");
    expect_verdict(made_answer(&m, 1), VERDICT_DIRECTION); /* a model with a file, of any weights */
    m.ledger.models[1].weights = "digest";                 /* unless the ledger knows them */
    snprintf(own->weights, sizeof own->weights, "another");
    own->parameters = 124439808;
    expect_verdict(made_answer(&m, 1), VERDICT_UNTESTABLE);
    cr_expect(strstr(made_answer(&m, 1)->why, "of other weights than those of one"), "%s",
              made_answer(&m, 1)->why);
    snprintf(own->weights, sizeof own->weights, "digest");
    expect_verdict(made_answer(&m, 1), VERDICT_DIRECTION);
    snprintf(own->weights, sizeof own->weights, "synthetic");
    expect_verdict(made_answer(&m, 1), VERDICT_UNTESTABLE);
    made_release(&m);
}

static const char hidden[] = "rule: hidden, results: r, method: q, protocol: text, against: paper, "
                             "finding: 3, models: [one]";

Test(claims_rules, hidden_wants_harm_on_the_text_and_a_resolved_difference)
{
    struct made m;
    made_ledger(&m, hidden);
    struct record *text = made_row(&m, "one", "q", "text", 2, 1, 3);
    struct record *paper = made_row(&m, "one", "q", "paper", 0.1, -1, 0.9);
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    cr_expect_float_eq(made_answer(&m, 0)->value, -1.9, 1e-12);
    cr_expect(strstr(made_answer(&m, 0)->why, "from end to end"));
    paper->delta_pct_low = -4.91; /* includes 0, and whatever the text does: no proof of anything */
    paper->delta_pct_high = 2.63;
    expect_verdict(made_answer(&m, 0), VERDICT_UNRESOLVED);
    paper->delta_pct = 9; /* the padding exaggerates */
    paper->delta_pct_low = 8;
    paper->delta_pct_high = 10;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    paper->delta_pct = paper->delta_pct_low = paper->delta_pct_high = -9;
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    text->delta_pct_low = -1;
    expect_verdict(made_answer(&m, 0), VERDICT_UNRESOLVED);
    text->delta_pct_low = text->delta_pct_high = (double)NAN;
    expect_verdict(made_answer(&m, 0), VERDICT_UNRESOLVED);
    made_release(&m);
}

/* The tokens of a row: one a text, of 4 nats before; what each text gains after is given. */
static void made_tokens(struct made *m, const struct record *row, const double gain[20])
{
    struct ledger_results *x = &m->ledger.results[0];
    size_t i = (size_t)(row - x->rows);
    char name[512];
    struct evidence v;
    struct err e;
    snprintf(x->cells[i].id, sizeof x->cells[i].id, "cell%zu", i);
    cr_assert(evidence_new(&v, 20, 20, &e) == 0, "%s", e.text);
    for (size_t t = 0; t < 20; t++) {
        v.start[t + 1] = t + 1;
        v.baseline_nll[t] = 4;
        v.nll[t] = (float)(4 + gain[t]);
    }
    snprintf(name, sizeof name, "%s/cells/cell%zu", x->store.results.s, i);
    cr_assert(file_make_dirs(name, &e) == 0, "%s", e.text);
    snprintf(name + strlen(name), sizeof name - strlen(name), "/%s", EVIDENCE_FILE);
    cr_assert(evidence_write(&v, name, &e) == 0, "%s", e.text);
    evidence_release(&v);
}

Test(claims_rules, hidden_pairs_the_texts_of_both_protocols)
{
    struct made m;
    struct err e;
    double hard[20], less[20];
    made_ledger(&m, hidden);
    struct ledger_results *x = &m.ledger.results[0];
    x->cells = calloc(32, sizeof *x->cells);
    cr_assert(store_init(&x->store, m.scratch.folder, "r", &e) == 0, "%s", e.text);
    for (size_t t = 0; t < 20; t++) { /* both vary from text to text, and alike */
        hard[t] = 0.4 + 0.02 * (double)((7 * t) % 20);
        less[t] = hard[t] - 0.04 - 0.002 * (double)(t % 2);
    }
    struct record *text = made_row(&m, "one", "q", "text", 14.75, 11, 18);
    struct record *paper = made_row(&m, "one", "q", "paper", 13.725, 10, 17);
    expect_verdict(made_answer(&m, 0), VERDICT_UNRESOLVED); /* no tokens: their intervals overlap */
    made_tokens(&m, text, hard);
    made_tokens(&m, paper, less);
    const struct answer *a = made_answer(&m, 0);
    expect_verdict(a, VERDICT_REPRODUCED);
    cr_expect_float_eq(a->value, -1.025, 1e-4, "%g", a->value);
    cr_expect(a->low > -1.05 && a->high < -1, "%g to %g", a->low, a->high);
    cr_expect(strstr(a->why, "paired by text"), "%s", a->why);
    text->delta_pct = 15; /* not what the tokens give: the row is of something else */
    expect_verdict(made_answer(&m, 0), VERDICT_UNMEASURED);
    cr_expect(strstr(made_answer(&m, 0)->why, "run the experiment again"));
    made_release(&m);
}

Test(claims_rules, less_combines_two_intervals)
{
    struct made m;
    made_ledger(&m, "rule: less, results: r, method: q, other: u, protocol: text, models: [one]");
    made_row(&m, "one", "q", "text", 2, 1, 5);
    struct record *u = made_row(&m, "one", "u", "text", 8, 4, 9);
    const struct answer *a = made_answer(&m, 0);
    expect_verdict(a, VERDICT_DIRECTION);
    cr_expect_float_eq(a->value, -6, 1e-12, "%g", a->value);
    cr_expect_float_eq(a->low, -6 - hypot(1, 1), 1e-12, "%g", a->low);
    cr_expect_float_eq(a->high, -6 + hypot(3, 4), 1e-12, "%g", a->high);
    u->delta_pct_low = 2;
    expect_verdict(made_answer(&m, 0), VERDICT_UNRESOLVED);
    u->delta_pct = u->delta_pct_low = u->delta_pct_high = -3;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    made_release(&m);
}

Test(claims_rules, measured_has_a_number_a_direction_or_neither)
{
    struct made m;
    made_ledger(&m, "rule: measured, results: r, method: q, protocol: text, column: delta_pct, "
                    "published: 2.0, models: [one]");
    struct record *r = made_row(&m, "one", "q", "text", 2.04, (double)NAN, (double)NAN);
    expect_verdict(made_answer(&m, 0), VERDICT_DIRECTION); /* the number of another model */
    r->delta_pct = 2.06;
    expect_verdict(made_answer(&m, 0), VERDICT_DIRECTION);
    r->delta_pct = -2;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    r->delta_pct = (double)NAN;
    expect_verdict(made_answer(&m, 0), VERDICT_UNMEASURED);
    made_release(&m);
    made_ledger(&m, "rule: measured, results: r, method: q, protocol: text, column: bits_entropy, "
                    "published: 3.58, tolerance: 0.02, finding: 2, models: [one]");
    r = made_row(&m, "one", "q", "text", 0, 0, 0);
    r->bits_entropy = 3.599;
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    r->bits_entropy = 3.61;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    made_release(&m);
}

Test(claims_rules, factor_and_range_and_constant)
{
    struct made m;
    made_ledger(&m, "rule: factor, results: r, method: q, other: u, protocol: text, "
                    "column: relative_mse, published: 9, finding: 5, models: [one]");
    struct record *q = made_row(&m, "one", "q", "text", 0, 0, 0);
    made_row(&m, "one", "u", "text", 0, 0, 0)->relative_mse = 0.01;
    q->relative_mse = 0.094;
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    q->relative_mse = 0.05;
    expect_verdict(made_answer(&m, 0), VERDICT_DIRECTION);
    q->relative_mse = 0.005;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    made_release(&m);

    made_ledger(&m, "rule: range, results: r, method: q, protocol: text, column: bits_payload, "
                    "from: 2.96, to: 3.06, seeds: 2, finding: 4, models: [one]");
    made_row(&m, "one", "q", "text", 0, 0, 0)->bits_payload = 2.97;
    expect_verdict(made_answer(&m, 0), VERDICT_UNMEASURED);
    q = made_row(&m, "one", "q", "text", 0, 0, 0); /* the same seed once more */
    q->bits_payload = 3.05;
    expect_verdict(made_answer(&m, 0), VERDICT_UNMEASURED);
    q->seed = 1;
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    q->bits_payload = 3.07;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    q->bits_payload = 2.97; /* no noise at all */
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    cr_expect(strstr(made_answer(&m, 0)->why, "all alike"), "%s", made_answer(&m, 0)->why);
    made_release(&m);

    made_ledger(&m, "rule: constant, results: r, method: q, other: u, protocol: text, "
                    "column: compression_pct, published: 3.1, models: [one, two]");
    for (size_t i = 0; i < 2; i++) {
        const char *model = i ? "two" : "one";
        made_row(&m, model, "u", "text", 0, 0, 0)->compression_pct = 87.5;
        q = made_row(&m, model, "q", "text", 0, 0, 0);
        q->compression_pct = 90.6;
    }
    expect_verdict(made_answer(&m, 0), VERDICT_DIRECTION);
    q->compression_pct = 90.7;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    made_release(&m);
}

Test(claims_rules, decline_forgives_what_no_interval_resolves)
{
    struct made m;
    made_ledger(&m, "rule: decline, results: r, method: q, protocol: text, "
                    "models: [one, two, three]");
    made_row(&m, "one", "q", "text", 10, 9, 11);
    struct record *two = made_row(&m, "two", "q", "text", 3, 2, 4);
    made_row(&m, "three", "q", "text", 3.2, 2.2, 4.2);
    expect_verdict(made_answer(&m, 0), VERDICT_DIRECTION);
    cr_expect_str_eq(made_answer(&m, 0)->why,
                     "Δ +10.00, +3.00, +3.20 %, but it rises at three (not resolved)");
    two->delta_pct = 1;
    two->delta_pct_low = 0.9;
    two->delta_pct_high = 1.1;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    cr_expect(strstr(made_answer(&m, 0)->why, "rises at three"), "%s", made_answer(&m, 0)->why);
    made_release(&m);
}

/* What is said beside the number, as verify and the tables print it. */
Test(claims_rules, a_line_says_what_its_numbers_are_and_how_far_they_may_be_off)
{
    static const struct {
        const char *claim, *published_as, *ours_as, *published;
    } cases[] = {
        {"rule: shape, quantity: map_bits, published: 1.157, finding: 2", "expected", "recomputed",
         "1.157"},
        {"rule: change, published: 10, unit: \"%\", baseline: t.base, quantized: t.better, "
         "models: [big]",
         "published", "recomputed", "10 %"},
        {"rule: measured, results: r, method: q, protocol: text, column: relative_mse, "
         "published: 9, tolerance: 1.5, unit: ×, finding: 5, models: [one]",
         "expected", "ours", "9× (within 1.5)"},
        {"rule: absent, because: none, published: 3, models: [one]", "published", "ours", "3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m;
        struct buf published = BUF_INIT;
        made_ledger(&m, cases[i].claim);
        made_row(&m, "one", "q", "text", 0, 0, 0)->relative_mse = 10.2;
        made_answer(&m, 0);
        const struct verdict_row *r = &m.verdicts.rows[0];
        verdict_published(r, &published);
        cr_expect_str_eq(verdict_published_as(r), cases[i].published_as);
        cr_expect_str_eq(verdict_ours_as(r), cases[i].ours_as);
        cr_expect_str_eq(buf_text(&published), cases[i].published);
        buf_release(&published);
        made_release(&m);
    }
}
