#include "made_claim.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "results/evidence.h"

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

void made_claim(struct made_claim *m, const char *claim)
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

struct record *made_row(struct made_claim *m, const char *model, const char *method,
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

/* The tokens of a row: what each text has after is given. */
static void made_tokens(struct made_claim *m, struct record *row, const float after[20])
{
    struct ledger_results *x = &m->ledger.results[0];
    size_t i = (size_t)(row - x->rows);
    char name[512];
    struct evidence v;
    struct err e;
    if (!x->cells) {
        x->cells = calloc(32, sizeof *x->cells);
        cr_assert(x->cells && store_init(&x->store, m->scratch.folder, "r", &e) == 0, "%s", e.text);
    }
    snprintf(x->cells[i].id, sizeof x->cells[i].id, "cell%zu", i);
    cr_assert(evidence_new(&v, 20, 20, &e) == 0, "%s", e.text);
    for (size_t t = 0; t < 20; t++) {
        v.start[t + 1] = t + 1;
        v.baseline_nll[t] = 4;
        v.nll[t] = after[t];
    }
    row->baseline_loss_nats = 4;
    row->loss_nats = evidence_mean(&v, v.nll);
    snprintf(name, sizeof name, "%s/cells/cell%zu", x->store.results.s, i);
    cr_assert(file_make_dirs(name, &e) == 0, "%s", e.text);
    snprintf(name + strlen(name), sizeof name - strlen(name), "/%s", EVIDENCE_FILE);
    cr_assert(evidence_write(&v, name, &e) == 0, "%s", e.text);
    evidence_release(&v);
}

void made_pair(struct made_claim *m, struct record *harmed, struct record *less)
{
    float a[20], b[20];
    for (size_t t = 0; t < 20; t++) {
        a[t] = 4.4F + 0.02F * (float)((7 * t) % 20);
        b[t] = a[t] - 0.04F - 0.002F * (float)(t % 2);
    }
    made_tokens(m, harmed, a);
    made_tokens(m, less, b);
}

void expect_paired(struct made_claim *m, struct record *row, enum verdict wanted)
{
    const struct answer *a = made_answer(m, 0);
    expect_verdict(a, wanted);
    cr_expect_float_eq(a->value, -1.025, 1e-4, "%g", a->value);
    cr_expect(a->low > -1.05 && a->high < -1, "%g to %g", a->low, a->high);
    cr_expect(strstr(a->why, "paired by text"), "%s", a->why);
    row->loss_nats += 0.01; /* not what the tokens give: the row is of something else */
    a = made_answer(m, 0);
    expect_verdict(a, VERDICT_UNMEASURED);
    cr_expect(strstr(a->why, "the experiment again"), "%s", a->why);
}

const struct answer *made_answer(struct made_claim *m, size_t i)
{
    struct err e;
    verdicts_release(&m->verdicts);
    cr_assert(verdicts_make(&m->verdicts, &m->ledger, &e) == 0, "%s", e.text);
    cr_assert(i < m->verdicts.n, "%zu rows", m->verdicts.n);
    return &m->verdicts.rows[i].answer;
}

void made_claim_release(struct made_claim *m)
{
    verdicts_release(&m->verdicts);
    ledger_release(&m->ledger);
    scratch_remove(&m->scratch);
}

void expect_verdict(const struct answer *a, enum verdict wanted)
{
    cr_expect(a->verdict == wanted, "%s, not %s: %s", verdict_names[a->verdict],
              verdict_names[wanted], a->why);
}
