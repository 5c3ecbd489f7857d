/* Rules on made rows: what each verdict needs, and what tips it over. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_claim.h"

/* The verdict on one claim about sizes or printed numbers, without rows. */
static enum verdict verdict_on(const char *claim)
{
    struct made_claim m;
    made_claim(&m, claim);
    enum verdict v = made_answer(&m, 0)->verdict;
    made_claim_release(&m);
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
    struct made_claim m;
    made_claim(&m, "rule: shape, quantity: tiers_bits, cut: sampled, published: 3.00");
    const struct answer *a = made_answer(&m, 0);
    cr_expect_float_eq(a->high - a->value, 1.96 * sqrt(3.4 / 10000), 1e-9, "%g", a->high);
    cr_expect_float_eq(a->value - a->low, 1.96 * sqrt(3.4 / 10000), 1e-9, "%g", a->low);
    made_claim_release(&m);
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
    struct made_claim m;
    made_claim(&m, "rule: sign, results: r, method: q, protocol: text, direction: rises, "
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
    made_claim_release(&m);
}

Test(claims_rules, only_the_official_weights_decide_what_is_claimed_of_them)
{
    static const char other[] = "of other weights than the official ones of big";
    struct made_claim m;
    made_claim(&m, "rule: sign, results: r, method: q, protocol: text, direction: rises, "
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
    snprintf(r->weights, sizeof r->weights, "quantized");
    expect_verdict(made_answer(&m, 0), VERDICT_UNTESTABLE);
    cr_expect(strstr(made_answer(&m, 0)->why, "a quantized copy"), "%s", made_answer(&m, 0)->why);
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
    made_claim_release(&m);
}

Test(claims_rules, less_combines_two_intervals)
{
    struct made_claim m;
    made_claim(&m, "rule: less, results: r, method: q, other: u, protocol: text, models: [one]");
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
    made_claim_release(&m);
}

Test(claims_rules, less_pairs_the_texts_of_both_methods)
{
    struct made_claim m;
    made_claim(&m, "rule: less, results: r, method: q, other: u, protocol: text, models: [one]");
    struct record *u = made_row(&m, "one", "u", "text", 14.75, 11, 18);
    struct record *q = made_row(&m, "one", "q", "text", 13.725, 10, 17);
    expect_verdict(made_answer(&m, 0), VERDICT_UNRESOLVED);
    made_pair(&m, u, q);
    expect_paired(&m, u, VERDICT_DIRECTION);
    made_claim_release(&m);
}

Test(claims_rules, measured_has_a_number_a_direction_or_neither)
{
    struct made_claim m;
    made_claim(&m, "rule: measured, results: r, method: q, protocol: text, column: delta_pct, "
                   "published: 2.0, models: [one]");
    struct record *r = made_row(&m, "one", "q", "text", 2.04, (double)NAN, (double)NAN);
    expect_verdict(made_answer(&m, 0), VERDICT_DIRECTION); /* the number of another model */
    r->delta_pct = 2.06;
    expect_verdict(made_answer(&m, 0), VERDICT_DIRECTION);
    r->delta_pct = -2;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    r->delta_pct = (double)NAN;
    expect_verdict(made_answer(&m, 0), VERDICT_UNMEASURED);
    made_claim_release(&m);
    made_claim(&m, "rule: measured, results: r, method: q, protocol: text, column: bits_entropy, "
                   "published: 3.58, tolerance: 0.02, finding: 2, models: [one]");
    r = made_row(&m, "one", "q", "text", 0, 0, 0);
    r->bits_entropy = 3.599;
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    r->bits_entropy = 3.61;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    made_claim_release(&m);
}

Test(claims_rules, factor_and_range_and_constant)
{
    struct made_claim m;
    made_claim(&m, "rule: factor, results: r, method: q, other: u, protocol: text, "
                   "column: relative_mse, published: 9, finding: 5, models: [one]");
    struct record *q = made_row(&m, "one", "q", "text", 0, 0, 0);
    made_row(&m, "one", "u", "text", 0, 0, 0)->relative_mse = 0.01;
    q->relative_mse = 0.094;
    expect_verdict(made_answer(&m, 0), VERDICT_REPRODUCED);
    q->relative_mse = 0.05;
    expect_verdict(made_answer(&m, 0), VERDICT_DIRECTION);
    q->relative_mse = 0.005;
    expect_verdict(made_answer(&m, 0), VERDICT_CONTRADICTED);
    made_claim_release(&m);

    made_claim(&m, "rule: range, results: r, method: q, protocol: text, column: bits_payload, "
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
    made_claim_release(&m);

    made_claim(&m, "rule: constant, results: r, method: q, other: u, protocol: text, "
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
    made_claim_release(&m);
}

Test(claims_rules, decline_forgives_what_no_interval_resolves)
{
    struct made_claim m;
    made_claim(&m, "rule: decline, results: r, method: q, protocol: text, "
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
    made_claim_release(&m);
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
        struct made_claim m;
        struct buf published = BUF_INIT;
        made_claim(&m, cases[i].claim);
        made_row(&m, "one", "q", "text", 0, 0, 0)->relative_mse = 10.2;
        made_answer(&m, 0);
        const struct verdict_row *r = &m.verdicts.rows[0];
        verdict_published(r, &published);
        cr_expect_str_eq(verdict_published_as(r), cases[i].published_as);
        cr_expect_str_eq(verdict_ours_as(r), cases[i].ours_as);
        cr_expect_str_eq(buf_text(&published), cases[i].published);
        buf_release(&published);
        made_claim_release(&m);
    }
}
