#include "claims/verdicts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "claims/deciding.h"

const char *const verdict_grounds[] = {"printed", "measured", "finding"};

static enum verdict_ground ground(const struct claim *c)
{
    return c->finding                       ? GROUND_FINDING
           : c->values[KEY_RESULTS].present ? GROUND_MEASURED
                                            : GROUND_PRINTED;
}

static void decide(struct verdicts *v, const struct claim *c, size_t model)
{
    struct verdict_row *row = &v->rows[v->n++];
    struct question q = {v->ledger, c, model};
    row->claim = c;
    row->model = model;
    row->answer = (struct answer){.value = NAN, .low = NAN, .high = NAN};
    snprintf(row->id, sizeof row->id, "%s%s%s", c->name, model == LEDGER_ANY ? "" : "/",
             model == LEDGER_ANY ? "" : v->ledger->models[model].name);
    c->rule->decide(&row->answer, &q);
    v->counts[row->answer.verdict]++;
    v->counts_on[row->answer.verdict][ground(c)]++;
}

int verdicts_make(struct verdicts *out, const struct ledger *l, struct err *e)
{
    size_t room = 0;
    *out = (struct verdicts){.ledger = l};
    for (size_t i = 0; i < l->n_claims; i++) {
        room += l->claims[i].n_models + 1;
    }
    out->rows = mem_new(room, sizeof *out->rows, e);
    for (size_t i = 0; out->rows && i < l->n_claims; i++) {
        const struct claim *c = &l->claims[i];
        if (c->rule->all || !c->n_models) {
            decide(out, c, LEDGER_ANY);
            continue;
        }
        for (size_t m = 0; m < c->n_models; m++) {
            decide(out, c, c->models[m]);
        }
    }
    return out->rows ? 0 : -1;
}

void verdicts_release(struct verdicts *v)
{
    free(v->rows);
    *v = (struct verdicts){0};
}

void verdict_models(const struct verdicts *v, const struct verdict_row *r, struct buf *out)
{
    const struct claim *c = r->claim;
    if (r->model != LEDGER_ANY) {
        buf_adds(out, v->ledger->models[r->model].title);
        return;
    }
    for (size_t i = 0; i < c->n_models; i++) {
        buf_addf(out, "%s%s", i ? ", " : "", v->ledger->models[c->models[i]].title);
    }
    if (!c->n_models) {
        buf_adds(out, "any");
    }
}

void verdict_protocol(const struct verdict_row *r, struct buf *out)
{
    const struct claim_value *v = r->claim->values;
    if (v[KEY_PROTOCOL].present) {
        buf_adds(out, v[KEY_PROTOCOL].text);
    }
    if (v[KEY_AGAINST].present) {
        buf_addf(out, ", %s", v[KEY_AGAINST].text);
    }
}

static void put_unit(const struct claim *c, struct buf *out)
{
    if (c->unit) {
        buf_addf(out, "%s%s", strcmp(c->unit, "×") == 0 ? "" : " ", c->unit);
    }
}

/* Digits as they were printed, with the true minus and in whole numbers, commas. */
static void put_printed(const char *text, struct buf *out)
{
    if (*text == '-' || *text == '+') {
        buf_adds(out, *text == '-' ? "−" : "+");
        text++;
    }
    size_t whole = strcspn(text, ".");
    for (size_t i = 0; i < whole; i++) {
        buf_adds(out, i && (whole - i) % 3 == 0 && !text[whole] ? "," : "");
        buf_addc(out, text[i]);
    }
    buf_adds(out, text + whole);
}

/* How far ours may be off, where the claim says so. */
static void put_tolerance(const struct claim *c, struct buf *out)
{
    const struct claim_value *tolerance = &c->values[KEY_TOLERANCE];
    if (tolerance->present) {
        buf_addf(out, " (within %s)", tolerance->text);
    }
}

/* The printed numbers of a claim; false: it has none. */
static bool put_numbers(const struct verdict_row *r, struct buf *out)
{
    const struct claim *c = r->claim;
    const struct claim_value *v = c->values;
    const struct published *p = v[KEY_PUBLISHED].published;
    const struct published_value *x = published_of(p, r->model);
    if (v[KEY_FROM].present && v[KEY_TO].present) {
        buf_addf(out, "%s to %s", v[KEY_FROM].text, v[KEY_TO].text);
    } else if (x) {
        put_printed(x->text, out);
    } else {
        for (size_t i = 0; p && i < c->n_models; i++) {
            buf_adds(out, i ? ", " : "");
            put_printed(published_of(p, c->models[i])->text, out);
        }
        return p != NULL;
    }
    return true;
}

void verdict_published(const struct verdict_row *r, struct buf *out)
{
    if (r->claim->says) {
        buf_adds(out, r->claim->says);
    } else if (put_numbers(r, out)) {
        put_unit(r->claim, out);
    } else {
        return;
    }
    put_tolerance(r->claim, out);
}

const char *verdict_published_as(const struct verdict_row *r)
{
    return r->claim->finding ? "expected" : "published";
}

const char *verdict_ours_as(const struct verdict_row *r)
{
    return r->claim->values[KEY_RESULTS].present || isnan(r->answer.value) ? "ours" : "recomputed";
}

void verdict_ours(const struct verdict_row *r, struct buf *out)
{
    const struct answer *a = &r->answer;
    struct estimate_text text =
        deciding_estimate((struct estimate){a->value, a->low, a->high}, a->decimals, false);
    if (isnan(a->value)) {
        buf_adds(out, "–");
        return;
    }
    if (a->decimals == 0 && isnan(a->low)) {
        char digits[32];
        snprintf(digits, sizeof digits, "%.0f", a->value);
        put_printed(digits, out);
    } else {
        buf_adds(out, text.text);
    }
    put_unit(r->claim, out);
}

void verdict_counts(const struct verdicts *v, struct buf *out)
{
    bool any = false;
    for (size_t i = VERDICTS; i-- > 0;) {
        if (v->counts[i]) {
            buf_addf(out, "%s%zu %s", any ? ", " : "", v->counts[i], verdict_names[i]);
            any = true;
        }
    }
    buf_adds(out, any ? "" : "no claims");
}

void verdict_on_grounds(const struct verdicts *v, struct buf *out)
{
    const size_t *on = v->counts_on[VERDICT_REPRODUCED];
    if (v->counts[VERDICT_REPRODUCED]) {
        buf_addf(out,
                 "Reproduced: %zu by the published numbers or the shapes alone, %zu measured here, "
                 "%zu findings of this reproduction.",
                 on[GROUND_PRINTED], on[GROUND_MEASURED], on[GROUND_FINDING]);
    }
}
