#include "report/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/escape.h"
#include "report/number.h"
#include "report/selection.h"

/* How a column is printed. */
struct form {
    const char *column;
    int decimals;
    bool with_plus;
    const char *unit;
};

static const struct form forms[] = {
    {"loss_nats", 4, false, ""},
    {"perplexity", 2, false, ""},
    {"delta_nats", 4, true, ""},
    {"delta_se_nats", 4, false, ""},
    {"delta_se_unpaired_nats", 4, false, ""},
    {"delta_pct", 2, true, "%"},
    {"kl_mean_nats", 4, false, ""},
    {"kl_p50_nats", 4, false, ""},
    {"kl_p99_nats", 3, false, ""},
    {"top1_agreement_pct", 1, false, "%"},
    {"relative_mse", 4, false, ""},
    {"bits_per_weight", 2, false, ""},
    {"bits_payload", 2, false, ""},
    {"bits_ideal_map", 2, false, ""},
    {"bits_entropy", 2, false, ""},
    {"compression_pct", 1, false, "%"},
    {"model_removed_pct", 1, false, "%"},
    {"model_removed_stored_pct", 1, false, "%"},
    {"texts", 0, false, ""},
    {"tokens", 0, false, ""},
};

static void add_key(struct buf *out, const struct record *r, const char *column)
{
    buf_addf(out, "\\nsdefine{%s/%s/%s%s%s/%s}{", r->model, r->method, r->variant,
             *r->variant ? "/" : "", r->protocol, column);
}

static void add_value(struct buf *out, const struct record *r, const char *column,
                      const char *value)
{
    add_key(out, r, column);
    escape_latex(value, strlen(value), out);
    buf_adds(out, "}\n");
}

static void add_interval(struct buf *out, const struct record *r, const struct selection *s,
                         const char *name, const char *low, const char *high, int decimals)
{
    struct interval i = selection_interval(s, low, high);
    add_value(out, r, name, number_interval(i, decimals, true).text);
}

/* By which factor comparing on the same texts makes the error smaller. */
static void add_pairing(struct buf *out, const struct record *r, const struct selection *s)
{
    double paired = selection_mean(s, "delta_se_nats");
    double factor = selection_mean(s, "delta_se_unpaired_nats") / paired;
    if (isfinite(factor)) {
        add_value(out, r, "pairing", number_plain(summary_one(factor), 1, "").text);
    }
}

static void add_point(struct buf *out, const struct record *r, const struct selection *s)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct form *f = &forms[i];
        struct summary value = selection_summary(s, f->column);
        struct number text = f->with_plus ? number_signed(value, f->decimals, f->unit)
                                          : number_plain(value, f->decimals, f->unit);
        add_value(out, r, f->column, text.text);
    }
    add_value(out, r, "parameters", number_weights(selection_mean(s, "parameters")).text);
    add_value(out, r, "p", number_p(selection_mean(s, "delta_p")).text);
    add_interval(out, r, s, "delta_interval", "delta_low_nats", "delta_high_nats", 4);
    add_interval(out, r, s, "pct_interval", "delta_pct_low", "delta_pct_high", 2);
    add_pairing(out, r, s);
}

void numbers_latex(const struct record *rows, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        struct selection s = selection_under(selection_of(rows, n, i), rows[i].protocol);
        if (selection_first(&s) == &rows[i]) {
            add_point(out, &rows[i], &s);
        }
    }
}
