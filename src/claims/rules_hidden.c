/* The rule on harm that one protocol shows and another hides: two changes of one model, paired. */
#include <math.h>

#include "claims/by_text.h"

/*
 * The change under `against` less that under `protocol`. Without tokens as wide as it can be, since
 * nobody knows how the two go together. −1: the answer says why not.
 */
static int difference(struct estimate *out, struct answer *a, const char **how,
                      const struct question *q, const struct cells *against,
                      const struct cells *shown)
{
    bool paired;
    if (by_text_difference(out, &paired, a, q, against, shown)) {
        return -1;
    }
    if (!paired) {
        struct estimate p = deciding_delta(against), t = deciding_delta(shown);
        *out = (struct estimate){p.value - t.value, p.low - t.high, p.high - t.low};
    }
    *how = paired ? "paired by text" : "from end to end, without tokens of one cell each";
    return 0;
}

void rule_hidden(struct answer *out, const struct question *q)
{
    const struct claim *c = q->claim;
    const char *method = c->values[KEY_METHOD].text, *how;
    struct cells shown, against;
    struct estimate x;
    if (!deciding_cells(&shown, out, q, method, KEY_PROTOCOL) ||
        !deciding_cells(&against, out, q, method, KEY_AGAINST) ||
        difference(&x, out, &how, q, &against, &shown)) {
        return;
    }
    struct estimate harm = deciding_delta(&shown), other = deciding_delta(&against);
    bool resolved = !isnan(x.low) && !isnan(harm.low) && deciding_sign(x) && deciding_sign(harm);
    deciding_answer(out, x, 2);
    out->verdict = !resolved                                         ? VERDICT_UNRESOLVED
                   : deciding_sign(harm) > 0 && deciding_sign(x) < 0 ? deciding_held(q, NULL)
                                                                     : VERDICT_CONTRADICTED;
    deciding_why(out, "Δ %s %% under %s, %s %% under %s; their difference is %s",
                 deciding_estimate(other, 2, true).text, c->values[KEY_AGAINST].text,
                 deciding_estimate(harm, 2, true).text, c->values[KEY_PROTOCOL].text, how);
}
