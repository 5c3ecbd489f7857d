#include "claims/numbers.h"

#include <string.h>

#include "report/captions.h"
#include "report/escape.h"
#include "stats/bootstrap.h"

static void define(struct buf *out, const char *key, const char *value)
{
    buf_addf(out, "\\nsdefine{%s}{", key);
    escape_latex(value, strlen(value), out);
    buf_adds(out, "}\n");
}

static void add_published(struct buf *out, const struct ledger *l, const struct published *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct published_value *v = &p->values[i];
        struct buf key = BUF_INIT;
        buf_addf(&key, "published/%s/%s", p->table, p->name);
        if (v->model != LEDGER_ANY) {
            buf_addf(&key, "/%s", l->models[v->model].name);
        }
        struct buf text = BUF_INIT; /* the digits as printed, with a true minus sign */
        buf_addf(&text, "%s%s", *v->text == '-' ? "−" : "", v->text + (*v->text == '-'));
        define(out, buf_text(&key), buf_text(&text));
        buf_release_part(&key, out);
        buf_release_part(&text, out);
    }
}

/* "8, 4 and 2". */
static void add_list(struct buf *out, const char *key, const double *values, size_t n)
{
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        buf_addf(&text, "%s%g", i == 0 ? "" : i + 1 < n ? ", " : " and ", values[i]);
    }
    define(out, key, buf_text(&text));
    buf_release_part(&text, out);
}

static void add_count(struct buf *out, const char *key, size_t n)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "%zu", n);
    define(out, key, buf_text(&text));
    buf_release_part(&text, out);
}

static void add_verdict(struct buf *out, const struct verdicts *v, const struct verdict_row *r)
{
    struct buf key = BUF_INIT, ours = BUF_INIT;
    verdict_ours(r, &ours);
    buf_addf(&key, "claim/%s/ours", r->id);
    define(out, buf_text(&key), buf_text(&ours));
    buf_clear(&key);
    buf_addf(&key, "claim/%s/verdict", r->id);
    define(out, buf_text(&key), verdict_names[r->answer.verdict]);
    buf_clear(&key);
    buf_addf(&key, "claim/%s/why", r->id);
    define(out, buf_text(&key), r->answer.why);
    buf_release_part(&key, out);
    buf_release_part(&ours, out);
    (void)v;
}

/* How many have this verdict: all, and on each ground. */
static void add_counts(struct buf *out, const struct verdicts *v, size_t verdict)
{
    struct buf key = BUF_INIT;
    buf_addf(&key, "verdicts/%s", verdict_names[verdict]);
    add_count(out, buf_text(&key), v->counts[verdict]);
    for (size_t k = 0; k < VERDICT_GROUNDS; k++) {
        buf_clear(&key);
        buf_addf(&key, "verdicts/%s/%s", verdict_names[verdict], verdict_grounds[k]);
        add_count(out, buf_text(&key), v->counts_on[verdict][k]);
    }
    buf_release_part(&key, out);
}

void claims_numbers(const struct verdicts *v, struct buf *out)
{
    const struct ledger *l = v->ledger;
    add_list(out, "study/bits", l->bits, l->n_tiers);
    add_list(out, "study/shares", l->shares, l->n_tiers);
    add_count(out, "study/uniform-bits", (size_t)l->uniform_bits);
    add_count(out, "study/sample", (size_t)l->sample);
    add_count(out, "interval/draws", BOOTSTRAP_DRAWS);
    define(out, "interval/level", "95 %");
    for (size_t i = 0; i < l->n_published; i++) {
        add_published(out, l, &l->published[i]);
    }
    for (size_t i = 0; i < v->n; i++) {
        add_verdict(out, v, &v->rows[i]);
    }
    for (size_t k = 0; k < VERDICTS; k++) {
        add_counts(out, v, k);
    }
    add_count(out, "verdicts/all", v->n);
    for (size_t i = 0; i < figure_n_captions; i++) {
        struct buf key = BUF_INIT;
        buf_addf(&key, "caption/%s", figure_captions[i].stem);
        define(out, buf_text(&key), figure_captions[i].caption);
        buf_release_part(&key, out);
    }
}
