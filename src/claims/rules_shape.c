/* Rules on numbers that follow from the shapes of models and from the study's tiers alone. */
#include <math.h>
#include <stdio.h>

#include "claims/deciding.h"

static const double mib = 8.0 * 1024 * 1024; /* bits */

/* Payload bits a weight of the tiers. */
static double tiers_bits(const struct ledger *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->n_tiers; i++) {
        sum += l->shares[i] / 100 * l->bits[i];
    }
    return sum;
}

/*
 * Its standard deviation when the cut points are quantiles of a random sample of n weights. The
 * share of the weights above the i-th cut is S_i = p_i on average, with Cov(S_i, S_j) = p_i (1 −
 * p_j) / n for p_i ≤ p_j, and bits = b_last + Σ (b_i − b_{i+1}) S_i.
 */
static double tiers_deviation(const struct ledger *l)
{
    double variance = 0, p_i = 0;
    for (size_t i = 0; i + 1 < l->n_tiers; i++) {
        p_i += l->shares[i] / 100;
        double p_j = p_i;
        for (size_t j = i; j + 1 < l->n_tiers; j++) {
            p_j += j > i ? l->shares[j] / 100 : 0;
            variance += (i == j ? 1 : 2) * (l->bits[i] - l->bits[i + 1]) *
                        (l->bits[j] - l->bits[j + 1]) * p_i * (1 - p_j) / l->sample;
        }
    }
    return sqrt(variance);
}

/* Entropy of the tiers, bits a weight. */
static double map_bits(const struct ledger *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->n_tiers; i++) {
        double p = l->shares[i] / 100;
        sum -= p > 0 ? p * log2(p) : 0;
    }
    return sum;
}

/* The quantity when the tiers cost `tiers` bits a weight. */
static double quantity_at(const struct question *q, enum quantity what, double tiers)
{
    const struct ledger *l = q->ledger;
    double head = NAN, whole = NAN;
    if (q->model != LEDGER_ANY) {
        head = l->models[q->model].head_weights;
        whole = l->models[q->model].parameters;
    }
    switch (what) {
    case QUANTITY_PARAMETERS:
        return whole;
    case QUANTITY_MODEL_MB:
        return whole * 32 / mib;
    case QUANTITY_UNIFORM_MB:
        return head * l->uniform_bits / mib;
    case QUANTITY_TIERS_MB:
        return head * tiers / mib;
    case QUANTITY_UNIFORM_REMOVED:
        return 100 * head * (32 - l->uniform_bits) / (32 * whole);
    case QUANTITY_TIERS_REMOVED:
        return 100 * head * (32 - tiers) / (32 * whole);
    case QUANTITY_UNIFORM_COMPRESSION:
        return 100 * (1 - l->uniform_bits / 32.0);
    case QUANTITY_TIERS_COMPRESSION:
        return 100 * (1 - tiers / 32);
    case QUANTITY_ADVANTAGE:
        return 100 * (l->uniform_bits - tiers) / 32;
    case QUANTITY_TIERS_BITS:
        return tiers;
    case QUANTITY_MAP_BITS:
        return map_bits(l);
    case QUANTITY_STORED_BITS:
        return tiers + map_bits(l);
    case QUANTITY_PACKED_BITS:
        return tiers + ceil(log2((double)l->n_tiers));
    }
    return NAN;
}

static struct estimate quantity_of(const struct question *q)
{
    const struct claim *c = q->claim;
    enum quantity what = (enum quantity)c->values[KEY_QUANTITY].index;
    double tiers = tiers_bits(q->ledger), reach = 1.96 * tiers_deviation(q->ledger);
    struct estimate x = {quantity_at(q, what, tiers), NAN, NAN};
    if (c->values[KEY_CUT].present && c->values[KEY_CUT].index == CUT_SAMPLED) {
        double a = quantity_at(q, what, tiers - reach), b = quantity_at(q, what, tiers + reach);
        x.low = fmin(a, b);
        x.high = fmax(a, b);
    }
    return x;
}

static const char *check_quantity(const struct claim *c)
{
    return c->values[KEY_QUANTITY].index < QUANTITY_UNIFORM_COMPRESSION && !c->n_models
               ? "this quantity is of a model: the key \"models\" is missing"
               : NULL;
}

const char *rule_shape_check(const struct claim *c)
{
    return check_quantity(c);
}

void rule_shape(struct answer *out, const struct question *q)
{
    const struct published_value *p = deciding_published(q, KEY_PUBLISHED);
    struct estimate x = quantity_of(q);
    deciding_answer(out, x, p->decimals);
    out->verdict = deciding_agrees(x, p, q->claim) ? VERDICT_REPRODUCED : VERDICT_CONTRADICTED;
    if (isnan(x.low)) {
        deciding_why(out, "follows from the %s alone",
                     q->claim->values[KEY_QUANTITY].index < QUANTITY_UNIFORM_COMPRESSION
                         ? "shapes"
                         : "bit widths");
    } else {
        deciding_why(out, "exact cut %s; cut points from %.0f random weights move it so far",
                     deciding_number(x.value, p->decimals + 1, false).text, q->ledger->sample);
    }
}

const char *rule_constant_check(const struct claim *c)
{
    bool shapes = c->values[KEY_QUANTITY].present, measured = c->values[KEY_RESULTS].present;
    if (shapes == measured) {
        return "either \"quantity\" or \"results\" is wanted";
    }
    if (measured && !(c->values[KEY_METHOD].present && c->values[KEY_COLUMN].present &&
                      c->values[KEY_PROTOCOL].present)) {
        return "with \"results\", the keys \"method\", \"column\" and \"protocol\" are wanted";
    }
    return NULL;
}

/* The column of the method, less that of the other if there is one. False: not stored. */
static bool column_of(struct estimate *x, struct answer *out, const struct question *q)
{
    const struct claim *c = q->claim;
    const struct column *column = c->values[KEY_COLUMN].column;
    struct cells cells;
    if (!deciding_cells(&cells, out, q, c->values[KEY_METHOD].text, KEY_PROTOCOL)) {
        return false;
    }
    *x = deciding_column(&cells, column);
    if (c->values[KEY_OTHER].present) {
        if (!deciding_cells(&cells, out, q, c->values[KEY_OTHER].text, KEY_PROTOCOL)) {
            return false;
        }
        *x = deciding_difference(*x, deciding_column(&cells, column));
    }
    return true;
}

void rule_constant(struct answer *out, const struct question *q)
{
    const struct claim *c = q->claim;
    const struct published_value *p = NULL;
    double least = INFINITY, most = -INFINITY, sum = 0;
    bool agree = true;
    for (size_t i = 0; i < c->n_models; i++) {
        struct question one = {q->ledger, c, c->models[i]};
        struct estimate x;
        p = deciding_published(&one, KEY_PUBLISHED);
        if (c->values[KEY_QUANTITY].present) {
            x = quantity_of(&one);
        } else if (!column_of(&x, out, &one)) {
            return;
        }
        agree = agree && deciding_agrees(x, p, c);
        least = fmin(least, x.value);
        most = fmax(most, x.value);
        sum += x.value / (double)c->n_models;
    }
    if (!p) {
        BUG("the claim %s is about no model", c->name);
    }
    deciding_answer(out, (struct estimate){sum, least, most}, p->decimals + 1);
    out->verdict = !agree                            ? VERDICT_CONTRADICTED
                   : c->values[KEY_QUANTITY].present ? VERDICT_REPRODUCED
                                                     : deciding_held(q, p);
    deciding_why(out, "between %s and %s over %zu models%s",
                 deciding_number(least, p->decimals + 1, false).text,
                 deciding_number(most, p->decimals + 1, false).text, c->n_models,
                 agree ? "" : ", further apart than what was printed allows");
}
