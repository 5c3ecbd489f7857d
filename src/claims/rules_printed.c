/* Rules on the arithmetic of published numbers, whose rounding is allowed for. */
#include <math.h>

#include "claims/deciding.h"

/* What a printed number may have been before it was rounded. */
static struct estimate printed(const struct published_value *p)
{
    return (struct estimate){p->value, p->value - p->half, p->value + p->half};
}

/* (quantized − baseline) / baseline in %, as far as the rounding of both leaves it open. */
static struct estimate change(struct estimate baseline, struct estimate quantized)
{
    return (struct estimate){100 * (quantized.value / baseline.value - 1),
                             100 * (quantized.low / baseline.high - 1),
                             100 * (quantized.high / baseline.low - 1)};
}

void rule_change(struct answer *out, const struct question *q)
{
    const struct published_value *p = deciding_published(q, KEY_PUBLISHED);
    struct estimate x = change(printed(deciding_published(q, KEY_BASELINE)),
                               printed(deciding_published(q, KEY_QUANTIZED)));
    deciding_answer(out, x, p->decimals + 1);
    if (deciding_agrees(x, p, q->claim)) {
        out->verdict = VERDICT_REPRODUCED;
        deciding_why(out, "the losses as printed give it; the interval is their rounding");
        return;
    }
    out->verdict = signbit(x.value) == signbit(p->value) ? VERDICT_DIRECTION : VERDICT_CONTRADICTED;
    deciding_why(out, "the losses as printed give %s",
                 deciding_estimate(x, p->decimals + 1, true).text);
}

/* a / b of positive ranges; from 0 up, the ratio has no upper end. */
static struct estimate ratio(struct estimate a, struct estimate b)
{
    return (struct estimate){a.value / b.value, a.low / b.high,
                             b.low > 0 ? a.high / b.low : INFINITY};
}

/* (worse − baseline) / (better − baseline): the ratio falls in the baseline that both share. */
static struct estimate advantage(struct estimate baseline, struct estimate worse,
                                 struct estimate better)
{
    struct estimate x = {(worse.value - baseline.value) / (better.value - baseline.value), INFINITY,
                         -INFINITY};
    double ends[2] = {baseline.low, baseline.high};
    for (size_t i = 0; i < 2; i++) {
        double low = (worse.low - ends[i]) / (better.high - ends[i]);
        double high =
            better.low > ends[i] ? (worse.high - ends[i]) / (better.low - ends[i]) : INFINITY;
        x.low = fmin(x.low, low);
        x.high = fmax(x.high, high);
    }
    return x;
}

void rule_ratio(struct answer *out, const struct question *q)
{
    const struct published_value *p = deciding_published(q, KEY_PUBLISHED),
                                 *worse = deciding_published(q, KEY_PRINTED_WORSE),
                                 *better = deciding_published(q, KEY_PRINTED_BETTER);
    struct estimate x = advantage(printed(deciding_published(q, KEY_BASELINE)),
                                  printed(deciding_published(q, KEY_WORSE)),
                                  printed(deciding_published(q, KEY_BETTER)));
    deciding_answer(out, x, p->decimals + 1);
    if (deciding_agrees(x, p, q->claim)) {
        out->verdict = VERDICT_REPRODUCED;
        deciding_why(out, "the losses as printed give it; the interval is their rounding");
        return;
    }
    if (worse && better) {
        struct estimate y = ratio(printed(worse), printed(better));
        if (deciding_agrees(y, p, q->claim)) {
            out->verdict = VERDICT_REPRODUCED;
            deciding_why(out,
                         "ratio of the printed %s %% and %s %%, whose rounding allows %s to "
                         "%s; the losses themselves give %s",
                         worse->text, better->text, deciding_number(y.low, 1, false).text,
                         deciding_number(y.high, 1, false).text,
                         deciding_number(x.value, 1, false).text);
            return;
        }
    }
    out->verdict = (x.value > 1) == (p->value > 1) ? VERDICT_DIRECTION : VERDICT_CONTRADICTED;
    deciding_why(out, "the losses as printed give %s",
                 deciding_estimate(x, p->decimals + 1, false).text);
}
