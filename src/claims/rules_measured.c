/* Rules on stored results. */
#include <math.h>
#include <string.h>

#include "claims/by_text.h"
#include "claims/deciding.h"

static const char no_interval[] = "; no interval is stored: judged by the value";

static const char *without_interval(struct estimate x)
{
    return isnan(x.low) ? no_interval : "";
}

static const char *method_of(const struct question *q)
{
    return q->claim->values[KEY_METHOD].text;
}

/* What no interval decides. */
static void not_resolved(struct answer *out, const struct cells *c)
{
    if (c->n == 0) {
        BUG("a verdict without a row");
    }
    if (isnan(out->value)) {
        out->verdict = VERDICT_UNMEASURED;
        deciding_why(out, "the stored rows of %s have no such number", c->rows[0]->model);
        return;
    }
    out->verdict = VERDICT_UNRESOLVED;
    deciding_why(out, "the interval over %lld texts includes 0", (long long)c->rows[0]->texts);
}

void rule_measured(struct answer *out, const struct question *q)
{
    const struct published_value *p = deciding_published(q, KEY_PUBLISHED);
    const struct column *column = q->claim->values[KEY_COLUMN].column;
    struct cells cells = {0};
    if (!deciding_cells(&cells, out, q, method_of(q), KEY_PROTOCOL)) {
        return;
    }
    struct estimate x = deciding_column(&cells, column);
    if (isnan(x.value)) {
        out->verdict = VERDICT_UNMEASURED;
        deciding_why(out, "%s is empty in the stored rows", column->name);
        return;
    }
    deciding_answer(out, x, p->decimals);
    if (deciding_agrees(x, p, q->claim)) {
        const struct claim_value *tolerance = &q->claim->values[KEY_TOLERANCE];
        out->verdict = deciding_held(q, p);
        deciding_why(out, "%s of %s is %s%s%swhat was %s", column->name, method_of(q),
                     tolerance->present ? "within " : "", tolerance->present ? tolerance->text : "",
                     tolerance->present ? " of " : "",
                     q->claim->finding ? "expected" : "published");
    } else {
        bool same_side = strncmp(column->name, "delta_", 6) == 0 && x.value * p->value > 0;
        out->verdict = same_side ? VERDICT_DIRECTION : VERDICT_CONTRADICTED;
        deciding_why(out, "%s of %s is another number%s: %s %s", column->name, method_of(q),
                     same_side ? " of the same sign" : "",
                     number_significant(fabs(x.value - p->value)).text,
                     x.value > p->value ? "more" : "less");
    }
}

void rule_sign(struct answer *out, const struct question *q)
{
    int wanted = q->claim->values[KEY_DIRECTION].index == DIRECTION_RISES ? 1 : -1;
    struct cells cells = {0};
    if (!deciding_cells(&cells, out, q, method_of(q), KEY_PROTOCOL)) {
        return;
    }
    struct estimate x = deciding_delta(&cells);
    int sign = deciding_sign(x);
    deciding_answer(out, x, 2);
    if (sign == 0) {
        not_resolved(out, &cells);
        return;
    }
    out->verdict = sign == wanted ? deciding_held(q, NULL) : VERDICT_CONTRADICTED;
    deciding_why(out, "the loss %s on %lld texts (Δ in %%)%s", sign > 0 ? "rises" : "falls",
                 (long long)cells.rows[0]->texts, without_interval(x));
}

void rule_less(struct answer *out, const struct question *q)
{
    const struct claim *c = q->claim;
    const char *other = c->values[KEY_OTHER].text;
    bool given = c->values[KEY_COLUMN].present;
    const struct column *column =
        given ? c->values[KEY_COLUMN].column : columns_find(&record_table, "delta_pct");
    struct cells mine, others;
    if (!deciding_cells(&mine, out, q, method_of(q), KEY_PROTOCOL) ||
        !deciding_cells(&others, out, q, other, KEY_PROTOCOL)) {
        return;
    }
    struct estimate a = deciding_column(&mine, column), b = deciding_column(&others, column);
    struct estimate x = deciding_difference(a, b);
    bool paired = false;
    if (!given && by_text_difference(&x, &paired, out, q, &mine, &others)) {
        return;
    }
    int sign = deciding_sign(x);
    deciding_answer(out, x, given ? 4 : 2);
    if (sign == 0) {
        not_resolved(out, &mine);
        return;
    }
    out->verdict = sign < 0 ? deciding_held(q, NULL) : VERDICT_CONTRADICTED;
    if (given) {
        deciding_why(out, "%s: %s of %s, %s of %s", column->name, number_significant(a.value).text,
                     method_of(q), number_significant(b.value).text, other);
    } else {
        deciding_why(out, "Δ %s %% of %s, %s %% of %s%s%s", deciding_number(a.value, 2, true).text,
                     method_of(q), deciding_number(b.value, 2, true).text, other,
                     paired ? "; paired by text" : "", without_interval(x));
    }
}

void rule_factor(struct answer *out, const struct question *q)
{
    const struct claim *c = q->claim;
    const struct published_value *p = deciding_published(q, KEY_PUBLISHED);
    const struct column *column = c->values[KEY_COLUMN].column;
    struct cells mine, others;
    if (!deciding_cells(&mine, out, q, method_of(q), KEY_PROTOCOL) ||
        !deciding_cells(&others, out, q, c->values[KEY_OTHER].text, KEY_PROTOCOL)) {
        return;
    }
    double a = deciding_column(&mine, column).value, b = deciding_column(&others, column).value;
    struct estimate x = {a / b, NAN, NAN};
    deciding_answer(out, x, p->decimals + 1);
    out->verdict = deciding_agrees(x, p, c)          ? deciding_held(q, p)
                   : (x.value > 1) == (p->value > 1) ? VERDICT_DIRECTION
                                                     : VERDICT_CONTRADICTED;
    deciding_why(out, "%s: %s of %s over %s of %s", column->name, number_significant(a).text,
                 method_of(q), number_significant(b).text, c->values[KEY_OTHER].text);
}

/* The changes from model to model, and where they rise, for a line. */
struct course {
    struct estimate first, last;
    bool risen; /* somewhere, and resolved */
    struct buf changes, rises;
};

static void course_release(struct course *c)
{
    buf_release(&c->changes);
    buf_release(&c->rises);
}

static void course_add(struct course *c, struct estimate x, const char *model)
{
    bool begun = c->changes.len > 0;
    if (begun && x.value > c->last.value) {
        bool resolved = deciding_sign(deciding_difference(x, c->last)) > 0;
        buf_addf(&c->rises, "%s at %s%s", c->rises.len ? "," : ", but it rises", model,
                 resolved ? "" : " (not resolved)");
        c->risen = c->risen || resolved;
    }
    buf_addf(&c->changes, "%s%s", begun ? ", " : "", deciding_number(x.value, 2, true).text);
    c->first = begun ? c->first : x;
    c->last = x;
}

void rule_decline(struct answer *out, const struct question *q)
{
    const struct claim *c = q->claim;
    struct cells cells = {0};
    struct course course = {.first = {NAN, NAN, NAN}, .last = {NAN, NAN, NAN}};
    for (size_t i = 0; i < c->n_models; i++) {
        struct question one = {q->ledger, c, c->models[i]};
        if (!deciding_cells(&cells, out, &one, method_of(q), KEY_PROTOCOL)) {
            course_release(&course);
            return;
        }
        course_add(&course, deciding_delta(&cells), q->ledger->models[c->models[i]].name);
    }
    struct estimate x = deciding_difference(course.last, course.first);
    int sign = deciding_sign(x);
    deciding_answer(out, x, 2);
    if (sign == 0) {
        not_resolved(out, &cells);
    } else {
        out->verdict = sign < 0 && !course.risen ? deciding_held(q, NULL) : VERDICT_CONTRADICTED;
        deciding_why(out, "Δ %s %%%s%s", buf_text(&course.changes), buf_text(&course.rises),
                     without_interval(x));
    }
    course_release(&course);
}

/* Digits after the point of a number of the ledger. */
static int decimals_of(const struct claim_value *v)
{
    const char *point = strchr(v->text, '.');
    return point ? (int)strlen(point + 1) : 0;
}

/* How many different seeds the rows have; rows without one count as one. */
static size_t count_seeds(const struct cells *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        size_t before = 0;
        while (before < i && c->rows[before]->seed != c->rows[i]->seed) {
            before++;
        }
        n += before == i;
    }
    return n;
}

/* The mean of the column, and its least and largest value. */
static struct estimate spread(const struct cells *c, const struct column *column)
{
    struct estimate x = {0, INFINITY, -INFINITY};
    for (size_t i = 0; i < c->n; i++) {
        double one = column_number(column, c->rows[i]);
        x.value += one / (double)c->n;
        x.low = fmin(x.low, one);
        x.high = fmax(x.high, one);
    }
    return x;
}

const char *rule_range_check(const struct claim *c)
{
    return c->values[KEY_FROM].number > c->values[KEY_TO].number
               ? "no value is between \"from\" and \"to\": the first is the larger one"
               : NULL;
}

void rule_range(struct answer *out, const struct question *q)
{
    const struct claim_value *v = q->claim->values;
    const struct column *column = v[KEY_COLUMN].column;
    double tolerance = v[KEY_TOLERANCE].present ? v[KEY_TOLERANCE].number
                                                : 0.5 * pow(10, -decimals_of(&v[KEY_FROM]));
    struct cells cells = {0};
    if (!deciding_cells(&cells, out, q, method_of(q), KEY_PROTOCOL)) {
        return;
    }
    size_t seeds = count_seeds(&cells);
    bool noise = v[KEY_SEEDS].present;
    if (noise && (double)seeds < v[KEY_SEEDS].number) {
        out->verdict = VERDICT_UNMEASURED;
        deciding_why(out, "%zu seed%s of %s stored, and %s are wanted", seeds,
                     seeds == 1 ? " is" : "s are", method_of(q), v[KEY_SEEDS].text);
        return;
    }
    struct estimate x = spread(&cells, column);
    bool inside = x.low >= v[KEY_FROM].number - tolerance && x.high <= v[KEY_TO].number + tolerance;
    bool moves = x.high > x.low;
    out->verdict = inside && (moves || !noise) ? deciding_held(q, NULL) : VERDICT_CONTRADICTED;
    deciding_why(out, "%s of %s over %zu seed%s%s", column->name, method_of(q), seeds,
                 seeds == 1 ? "" : "s", noise && !moves ? ", which are all alike: no noise" : "");
    if (cells.n == 1) {
        x.low = x.high = NAN;
    }
    deciding_answer(out, x, decimals_of(&v[KEY_FROM]));
}

void rule_absent(struct answer *out, const struct question *q)
{
    out->verdict = VERDICT_UNTESTABLE;
    deciding_why(out, "%s", q->claim->values[KEY_BECAUSE].text);
}
