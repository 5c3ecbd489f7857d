#include "claims/deciding.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct number deciding_number(double x, int decimals, bool plus)
{
    return plus ? number_signed(summary_one(x), decimals, "")
                : number_plain(summary_one(x), decimals, "");
}

struct estimate_text deciding_estimate(struct estimate x, int decimals, bool plus)
{
    struct estimate_text out;
    struct number value = deciding_number(x.value, decimals, plus);
    struct interval ends = {x.low, x.high};
    bool has_ends = !isnan(x.low) && !isnan(x.high);
    snprintf(out.text, sizeof out.text, "%s%s%s", value.text, has_ends ? " " : "",
             has_ends ? number_interval(ends, decimals, plus).text : "");
    return out;
}

const struct published_value *deciding_published(const struct question *q, enum claim_key key)
{
    return published_of(q->claim->values[key].published, q->model);
}

bool deciding_agrees(struct estimate x, const struct published_value *p, const struct claim *c)
{
    const struct claim_value *given = &c->values[KEY_TOLERANCE];
    double reach = given->present ? given->number : p->half;
    double slack = 1e-9 * fmax(1, fabs(p->value)); /* 0.05 is none of the numbers of this machine */
    double low = isnan(x.low) ? x.value : x.low, high = isnan(x.high) ? x.value : x.high;
    return low <= p->value + reach + slack && high >= p->value - reach - slack;
}

enum verdict deciding_held(const struct question *q, const struct published_value *p)
{
    bool own = (p && p->model != LEDGER_ANY) ||
               (q->model != LEDGER_ANY && !q->ledger->models[q->model].path);
    return own || q->claim->finding ? VERDICT_REPRODUCED : VERDICT_DIRECTION;
}

void deciding_why(struct answer *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(a->why, sizeof a->why, format, args);
    va_end(args);
}

static void say_nothing_stored(struct answer *a, const struct question *q,
                               const struct ledger_results *x, const char *method,
                               const char *protocol)
{
    const struct ledger_model *m = &q->ledger->models[q->model];
    char texts[48] = "";
    if (!m->path) {
        a->verdict = VERDICT_UNTESTABLE;
        deciding_why(a, "weights absent: no results of %s", m->name);
        return;
    }
    if (x->texts) {
        snprintf(texts, sizeof texts, " on %ld texts", x->texts);
    }
    a->verdict = VERDICT_UNMEASURED;
    deciding_why(a, "no %s of %s under %s%s: `nashswarm run %s` measures it", method, m->name,
                 protocol, texts, x->spec);
}

/*
 * Why the row is not about the model of its name, or NULL. Synthetic weights are never, nor is
 * a quantized copy, unless the ledger has nothing but the path of its file; a model whose digest
 * the ledger has is the one with it, and with its size; one of which it has the shape alone is the
 * official one, imported at least.
 */
static const char *foreign(const struct record *r, const struct ledger_model *m)
{
    if (strcmp(r->weights, "synthetic") == 0) {
        return "the stored results are of synthetic weights, which decide nothing about";
    }
    if (m->path && !m->weights) {
        return NULL;
    }
    if (strcmp(r->weights, "quantized") == 0) {
        return "the stored results are of a quantized copy, which decides nothing about";
    }
    bool same = m->weights ? strcmp(r->weights, m->weights) == 0 : r->weights[0] != '\0';
    return same && (double)r->parameters == m->parameters ? NULL
           : m->path ? "the stored results are of other weights than those of"
                     : "the stored results are of other weights than the official ones of";
}

bool deciding_cells(struct cells *out, struct answer *a, const struct question *q,
                    const char *method, enum claim_key protocol)
{
    const struct ledger_results *x = &q->ledger->results[q->claim->values[KEY_RESULTS].index];
    const char *under = q->claim->values[protocol].text;
    const struct ledger_model *m = &q->ledger->models[q->model];
    const char *refused = NULL;
    out->n = 0;
    for (size_t i = 0; i < x->n && !refused; i++) {
        const struct record *r = &x->rows[i];
        if (strcmp(r->model, m->name) == 0 && strcmp(r->method, method) == 0 &&
            strcmp(r->protocol, under) == 0 && (!x->texts || r->texts == x->texts) &&
            out->n < sizeof out->rows / sizeof *out->rows) {
            out->rows[out->n++] = r;
            refused = foreign(r, m);
        }
    }
    if (refused) {
        a->verdict = VERDICT_UNTESTABLE;
        deciding_why(a, "%s %s", refused, m->name);
    } else if (!out->n) {
        say_nothing_stored(a, q, x, method, under);
    }
    return out->n && !refused;
}

/* Columns with the two that hold the ends of their interval. */
static const char *const intervals[][3] = {
    {"delta_pct", "delta_pct_low", "delta_pct_high"},
    {"delta_nats", "delta_low_nats", "delta_high_nats"},
};

struct estimate deciding_column(const struct cells *c, const struct column *column)
{
    struct estimate x = {0, NAN, NAN};
    for (size_t i = 0; i < c->n; i++) {
        x.value += column_number(column, c->rows[i]) / (double)c->n;
        for (size_t k = 0; k < sizeof intervals / sizeof *intervals; k++) {
            if (strcmp(column->name, intervals[k][0]) == 0) {
                x.low = fmin(x.low, record_number(c->rows[i], intervals[k][1]));
                x.high = fmax(x.high, record_number(c->rows[i], intervals[k][2]));
            }
        }
    }
    return x;
}

struct estimate deciding_delta(const struct cells *c)
{
    return deciding_column(c, columns_find(&record_table, "delta_pct"));
}

struct estimate deciding_difference(struct estimate a, struct estimate b)
{
    double d = a.value - b.value;
    return (struct estimate){d, d - hypot(a.value - a.low, b.high - b.value),
                             d + hypot(a.high - a.value, b.value - b.low)};
}

int deciding_sign(struct estimate x)
{
    double low = isnan(x.low) ? x.value : x.low, high = isnan(x.high) ? x.value : x.high;
    return low > 0 ? 1 : high < 0 ? -1 : 0;
}

void deciding_answer(struct answer *a, struct estimate x, int decimals)
{
    a->value = x.value;
    a->low = x.low;
    a->high = x.high;
    a->decimals = decimals;
}
