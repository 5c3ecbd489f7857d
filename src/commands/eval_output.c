#include "commands/eval_output.h"

#include <stdlib.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "model/texts.h"

/* How many of the tokens that the protocol scores are padding. */
static size_t padding_of(const struct eval_output *v, size_t tokens)
{
    size_t own = 0;
    for (size_t i = 0; i < v->losses->n; i++) {
        own += v->losses->n_own[i];
    }
    return v->protocol->padded ? tokens - own : 0;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void print_comparison(struct buf *out, const struct record *r)
{
    buf_addf(out,
             "baseline %.6f nats; difference %+.6f nats, 95 %% interval [%+.6f, %+.6f] over "
             "texts; %+.3f %% [%+.3f, %+.3f]; sign-flip p = %.4g\n"
             "divergence from the baseline: mean %.6f nats, median %.6f, 99 %% %.6f, largest "
             "%.6f; same likeliest token: %.2f %%\n",
             r->baseline_loss_nats, r->delta_nats, r->delta_low_nats, r->delta_high_nats,
             r->delta_pct, r->delta_pct_low, r->delta_pct_high, r->delta_p, r->kl_mean_nats,
             r->kl_p50_nats, r->kl_p99_nats, r->kl_max_nats, r->top1_agreement_pct);
}

static void print_left_out(struct buf *out, const struct eval_output *v)
{
    if (!v->n_short && !v->n_cut) {
        return;
    }
    buf_adds(out, "not scored: ");
    if (v->n_short) {
        buf_addf(out, "%zu line%s of %d characters or fewer%s", v->n_short, plural(v->n_short),
                 TEXT_LENGTH_OVER, v->n_cut ? ", and " : "");
    }
    if (v->n_cut) {
        buf_addf(out, "what comes after %zu tokens in %zu of the texts (--max-tokens)",
                 v->max_tokens, v->n_cut);
    }
    buf_addc(out, '\n');
}

void eval_print(struct buf *out, const struct eval_output *v)
{
    struct score score = protocol_score(v->protocol, v->losses);
    size_t padding = padding_of(v, score.tokens);
    if (score.tokens == 0) {
        buf_addf(out, "nothing to score: each of the %zu texts is a single token\n",
                 v->losses->n_texts);
        return;
    }
    buf_addf(out, "loss %.6f nats, perplexity %.4f (protocol %s: %zu texts, %zu tokens, %.2f s)\n",
             score.mean_nats, score.perplexity, v->protocol->name, score.texts, score.tokens,
             v->seconds);
    if (padding) {
        buf_addf(
            out,
            "%zu of the tokens are padding, which the study scores too: --protocol text scores "
            "the text alone\n",
            padding);
    }
    print_left_out(out, v);
    if (v->losses->compared) {
        print_comparison(out, &v->record);
    }
}

/* The columns of a record that a comparison fills. */
static void write_comparison(struct json_out *j, const struct record *r)
{
    static const char *const columns[] = {"baseline_loss_nats",
                                          "delta_nats",
                                          "delta_se_nats",
                                          "delta_low_nats",
                                          "delta_high_nats",
                                          "delta_pct",
                                          "delta_pct_low",
                                          "delta_pct_high",
                                          "delta_se_unpaired_nats",
                                          "delta_p",
                                          "kl_mean_nats",
                                          "kl_p50_nats",
                                          "kl_p90_nats",
                                          "kl_p99_nats",
                                          "kl_max_nats",
                                          "top1_agreement_pct",
                                          "probability_change_rms"};
    json_key(j, "comparison");
    json_open(j, '{');
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        json_key_real(j, columns[i], record_number(r, columns[i]));
    }
    json_close(j, '}');
}

int eval_json(struct buf *out, const struct eval_output *v, struct err *e)
{
    const struct losses *l = v->losses;
    struct score score = protocol_score(v->protocol, l);
    struct text_score *texts = mem_new(l->n_texts, sizeof *texts, e);
    if (!texts) {
        return -1;
    }
    protocol_texts(v->protocol, l, texts);
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    json_key_text(&j, "protocol", v->protocol->name);
    json_key_real(&j, "mean_nats", score.mean_nats);
    json_key_real(&j, "perplexity", score.perplexity);
    json_key_int(&j, "texts", (int64_t)score.texts);
    json_key_int(&j, "tokens", (int64_t)score.tokens);
    json_key_int(&j, "padding", (int64_t)padding_of(v, score.tokens));
    json_key_int(&j, "lines_too_short", (int64_t)v->n_short);
    json_key_int(&j, "texts_cut", (int64_t)v->n_cut);
    json_key_real(&j, "seconds", v->seconds);
    if (l->compared) {
        write_comparison(&j, &v->record);
    }
    json_key(&j, "per_text");
    json_open(&j, '[');
    for (size_t i = 0; i < l->n_texts; i++) {
        json_open_flat(&j, '{');
        json_key_real(&j, "mean_nats", texts[i].sum_nats / (double)texts[i].tokens);
        json_key_real(&j, "sum_nats", texts[i].sum_nats);
        json_key_int(&j, "tokens", (int64_t)texts[i].tokens);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    free(texts);
    return 0;
}
