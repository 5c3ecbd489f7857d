/* The rule on harm that padding hides: what is a proof of it, and what is none. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "made_claim.h"

static const char hidden[] = "rule: hidden, results: r, method: q, protocol: text, against: paper, "
                             "finding: 3, models: [one]";

Test(claims_hidden, wants_harm_on_the_text_and_a_resolved_difference)
{
    struct made_claim m;
    made_claim(&m, hidden);
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
    made_claim_release(&m);
}

Test(claims_hidden, pairs_the_texts_of_both_protocols)
{
    struct made_claim m;
    made_claim(&m, hidden);
    struct record *text = made_row(&m, "one", "q", "text", 14.75, 11, 18);
    struct record *paper = made_row(&m, "one", "q", "paper", 13.725, 10, 17);
    expect_verdict(made_answer(&m, 0), VERDICT_UNRESOLVED); /* no tokens: their intervals overlap */
    made_pair(&m, text, paper);
    expect_paired(&m, text, VERDICT_REPRODUCED);
    made_claim_release(&m);
}
