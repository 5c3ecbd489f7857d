#include "claims/by_text.h"

#include <stdlib.h>

#include "base/mem.h"
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
    if (!status && *paired) {
        *out = (struct estimate){c.difference, c.around.low, c.around.high};
    }
    by_text_release(&a);
    by_text_release(&b);
    return status;
}

int by_text_difference(struct estimate *out, bool *paired, struct answer *a,
                       const struct question *q, const struct cells *first,
                       const struct cells *second)
{
    const struct ledger_results *x = &q->ledger->results[q->claim->values[KEY_RESULTS].index];
    struct err e;
    *paired = false;
    if (first->n == 1 && second->n == 1 &&
        pair(out, paired, x, first->rows[0], second->rows[0], &e)) {
        a->verdict = VERDICT_UNMEASURED;
        deciding_why(a, "%s", e.text);
        return -1;
    }
    return 0;
}
