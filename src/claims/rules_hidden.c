/* The rule on harm that one protocol shows and another hides: two changes of one model, paired. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "claims/deciding.h"
#include "results/evidence.h"
#include "stats/paired_changes.h"

/* A cell's losses by text; empty when it has no tokens.h5. */
struct by_text {
    struct paired_data data;
    double *values;
};

static void by_text_release(struct by_text *t)
{
    free(t->values);
    *t = (struct by_text){0};
}

static int by_text_read(struct by_text *t, const struct ledger_results *x, const struct record *row,
                        struct err *e)
{
    struct evidence v;
    bool found;
    *t = (struct by_text){0};
    if (!x->cells ||
        cell_read_evidence(&v, &found, &x->store, x->cells[row - x->rows].id, row, e)) {
        return x->cells ? -1 : 0;
    }
    size_t n = v.n_texts;
    t->values = found ? mem_new(3 * n, sizeof *t->values, e) : NULL;
    int status = found && !t->values ? -1 : 0;
    if (t->values) {
        double *a = t->values, *b = a + n, *w = b + n;
        for (size_t i = 0; i < n; i++) {
            evidence_of_text(&v, v.baseline_nll, i, &a[i], &w[i]);
            evidence_of_text(&v, v.nll, i, &b[i], &w[i]);
        }
        t->data = (struct paired_data){n, a, b, w};
    }
    evidence_release(&v);
    return status;
}

/* Whether a change made of tokens is that of the row: both are of one cell. */
static bool is_of(double change, const struct record *row)
{
    return fabs(change - row->delta_pct) <= 1e-3 * fmax(1, fabs(row->delta_pct));
}

/* The two changes text by text; *paired is false when there are no tokens to pair them by. */
static int pair(struct estimate *out, bool *paired, const struct ledger_results *x,
                const struct record *first, const struct record *second, struct err *e)
{
    struct by_text a, b = {0};
    struct paired_changes c;
    *paired = false;
    int status = by_text_read(&a, x, first, e) || by_text_read(&b, x, second, e) ? -1 : 0;
    if (!status && a.data.n && a.data.n == b.data.n) {
        *paired = true;
        status = paired_changes(&c, &a.data, &b.data, 0, e);
    }
    if (!status && *paired && !(is_of(c.first, first) && is_of(c.second, second))) {
        status = err_set(e,
                         "the tokens of %s give changes of %.3f %% and %.3f %%, its rows have "
                         "%.3f %% and %.3f %%: run the experiment again",
                         first->model, c.first, c.second, first->delta_pct, second->delta_pct);
    }
    if (!status && *paired) {
        *out = (struct estimate){c.difference, c.around.low, c.around.high};
    }
    by_text_release(&a);
    by_text_release(&b);
    return status;
}

/*
 * The change under `against` less that under `protocol`. Without tokens as wide as it can be, since
 * nobody knows how the two go together. −1: the answer says why not.
 */
static int difference(struct estimate *out, struct answer *a, const char **how,
                      const struct question *q, const struct cells *against,
                      const struct cells *shown)
{
    const struct ledger_results *x = &q->ledger->results[q->claim->values[KEY_RESULTS].index];
    bool paired = false;
    struct err e;
    if (against->n == 1 && shown->n == 1 &&
        pair(out, &paired, x, against->rows[0], shown->rows[0], &e)) {
        a->verdict = VERDICT_UNMEASURED;
        deciding_why(a, "%s", e.text);
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
