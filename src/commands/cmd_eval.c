/* nashswarm eval: the loss of one model on texts or token ids. */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "commands/command.h"
#include "commands/progress_line.h"
#include "evaluate/evaluate.h"
#include "model/gpt2_tokenizer.h"
#include "run/scoring.h"
#include "tensor/matmul.h"

struct options {
    const char *model, *baseline, *texts, *ids, *protocol;
    long samples, max_tokens, window, stride, threads;
    bool json, keep_line_ends;
};

enum { COUNT_MAX = 1000000000 };

enum {
    KEY_TEXTS = 256,
    KEY_IDS,
    KEY_PROTOCOL,
    KEY_SAMPLES,
    KEY_MAX,
    KEY_JSON,
    KEY_KEEP,
    KEY_WINDOW,
    KEY_STRIDE,
    KEY_BASELINE
};

static char protocol_help[1024]; /* from the table of protocols */

static const struct argp_option option_rows[] = {
    {"texts", KEY_TEXTS, "FILE", 0, "score the texts in FILE, one a line (-: standard input)", 0},
    {"ids", KEY_IDS, "FILE", 0,
     "score token ids: lines of numbers separated by blanks (-: standard input)", 0},
    {"protocol", KEY_PROTOCOL, "NAME", 0, protocol_help, 0},
    {"samples", KEY_SAMPLES, "N", 0, "score the first N texts or lines of ids (default: all)", 0},
    {"max-tokens", KEY_MAX, "N", 0,
     "cut texts that are longer than N tokens (default: 64), for paper and text", 0},
    {"window", KEY_WINDOW, "N", 0,
     "tokens of a window (default: the model's context), for strided and windows", 0},
    {"stride", KEY_STRIDE, "N", 0,
     "tokens from one window to the next (default: half a window), for strided", 0},
    {"baseline", KEY_BASELINE, "FILE", 0,
     "compare with this model on the same tokens: difference with its interval, divergence", 0},
    {"keep-line-ends", KEY_KEEP, 0, 0, "take each line's end as part of its text (WikiText)", 0},
    {"json", KEY_JSON, 0, 0, "print JSON, with the loss of each text", 0},
    COMMAND_THREADS_ROW,
    {0},
};

/* "paper: what it is (default); text: what it is". */
static void describe_protocols(void)
{
    size_t used = 0;
    for (const struct protocol *p = protocols; p->name && used < sizeof protocol_help; p++) {
        used += (size_t)snprintf(protocol_help + used, sizeof protocol_help - used, "%s%s: %s%s",
                                 p > protocols ? "; " : "", p->name, p->help,
                                 p > protocols ? "" : " (default)");
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case KEY_TEXTS:
        o->texts = arg;
        break;
    case KEY_IDS:
        o->ids = arg;
        break;
    case KEY_PROTOCOL:
        o->protocol = arg;
        if (!protocol_named(arg)) {
            argp_error(state, "--protocol takes paper, text, strided or windows, not \"%s\"", arg);
        }
        break;
    case KEY_SAMPLES:
        command_take_number(&o->samples, "--samples", arg, 1, COUNT_MAX, state);
        break;
    case KEY_MAX:
        command_take_number(&o->max_tokens, "--max-tokens", arg, 2, COUNT_MAX, state);
        break;
    case KEY_WINDOW:
        command_take_number(&o->window, "--window", arg, 2, COUNT_MAX, state);
        break;
    case KEY_STRIDE:
        command_take_number(&o->stride, "--stride", arg, 1, COUNT_MAX, state);
        break;
    case KEY_BASELINE:
        o->baseline = arg;
        break;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        break;
    case KEY_JSON:
        o->json = true;
        break;
    case KEY_KEEP:
        o->keep_line_ends = true;
        break;
    case ARGP_KEY_ARG:
        command_take_argument(&o->model, arg, "model", state);
        break;
    case ARGP_KEY_END:
        if (!o->model) {
            argp_error(state, "which model? Give a .h5 file");
        } else if (!o->texts == !o->ids) {
            argp_error(state, "give one of --texts and --ids");
        }
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {option_rows,
                                 parse,
                                 "MODEL.h5 (--texts FILE | --ids FILE)",
                                 "Score a model on texts, or on token ids, and print its loss.",
                                 0,
                                 0,
                                 0};

/* What is evaluated, and what came out of it. */
struct evaluation {
    const struct protocol *protocol;
    struct gpt2 model, baseline;
    struct sequences sequences;
    struct windows windows;
    size_t found; /* texts or lines of ids */
    struct losses losses;
    struct record record; /* of a comparison */
    double seconds;
};

static void release(struct evaluation *v)
{
    losses_release(&v->losses);
    windows_release(&v->windows);
    sequences_release(&v->sequences);
    gpt2_close(&v->model);
    gpt2_close(&v->baseline);
}

static int cut_stream(struct evaluation *v, const struct options *o, struct token_stream *t,
                      struct err *e)
{
    return windows_of_stream(&v->windows, t, v->protocol->pass, (size_t)o->window,
                             (size_t)o->stride, (size_t)v->model.config.P, e);
}

/* From token ids. */
static int read_ids(struct evaluation *v, const struct options *o, struct err *e)
{
    struct token_stream stream = {0};
    bool texts = v->protocol->pass == PASS_TEXTS;
    int status = sequences_read(&v->sequences, o->ids, v->model.config.V, (size_t)o->samples,
                                texts ? (size_t)o->max_tokens : 0, e);
    v->found = v->sequences.n;
    if (!status && !texts) {
        status =
            sequences_stream(&v->sequences, &stream, e) || cut_stream(v, o, &stream, e) ? -1 : 0;
    }
    token_stream_release(&stream);
    return status;
}

static int read_texts(struct evaluation *v, const struct options *o, struct err *e)
{
    struct tokenizer *tokenizer = NULL;
    struct texts texts = {0};
    struct token_stream stream = {0};
    int status = gpt2_tokenizer(&tokenizer, &v->model, e) ||
                         texts_read(&texts, o->texts, o->keep_line_ends, (size_t)o->samples, e)
                     ? -1
                     : 0;
    if (!status && v->protocol->pass == PASS_TEXTS) {
        status = texts_encode(&texts, tokenizer, (size_t)o->max_tokens, &v->sequences, e);
    } else if (!status) {
        status =
            texts_stream(&texts, tokenizer, &stream, e) || cut_stream(v, o, &stream, e) ? -1 : 0;
    }
    v->found = texts.n;
    token_stream_release(&stream);
    texts_release(&texts);
    tokenizer_free(tokenizer);
    return status;
}

/* The windows to score, from either kind of file. */
static int read_input(struct evaluation *v, const struct options *o, struct err *e)
{
    if ((o->ids ? read_ids : read_texts)(v, o, e)) {
        return -1;
    }
    if (v->protocol->pass == PASS_TEXTS) {
        v->windows = windows_of_texts(&v->sequences, (size_t)o->max_tokens, v->protocol->padded);
    }
    return 0;
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

static int write_json(struct buf *out, const struct evaluation *v, struct err *e)
{
    const struct losses *l = &v->losses;
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

static int write_plain(struct buf *out, const struct evaluation *v, struct err *e)
{
    struct score score = protocol_score(v->protocol, &v->losses);
    const struct record *r = &v->record;
    (void)e;
    if (score.tokens == 0) {
        buf_addf(out, "nothing to score: each of the %zu texts is a single token\n",
                 v->losses.n_texts);
        return 0;
    }
    buf_addf(out, "loss %.6f nats, perplexity %.4f (protocol %s: %zu texts, %zu tokens, %.2f s)\n",
             score.mean_nats, score.perplexity, v->protocol->name, score.texts, score.tokens,
             v->seconds);
    if (v->losses.compared) {
        buf_addf(out,
                 "baseline %.6f nats; difference %+.6f nats, 95 %% interval [%+.6f, %+.6f] over "
                 "texts; %+.3f %% [%+.3f, %+.3f]; sign-flip p = %.4g\n"
                 "divergence from the baseline: mean %.6f nats, median %.6f, 99 %% %.6f, largest "
                 "%.6f; same likeliest token: %.2f %%\n",
                 r->baseline_loss_nats, r->delta_nats, r->delta_low_nats, r->delta_high_nats,
                 r->delta_pct, r->delta_pct_low, r->delta_pct_high, r->delta_p, r->kl_mean_nats,
                 r->kl_p50_nats, r->kl_p99_nats, r->kl_max_nats, r->top1_agreement_pct);
    }
    return 0;
}

static int open_models(struct evaluation *v, const struct options *o, struct err *e)
{
    if (gpt2_open(&v->model, o->model, e)) {
        return -1;
    }
    if (v->protocol->pass == PASS_TEXTS && o->max_tokens > v->model.config.P) {
        return err_set(e, "--max-tokens %ld is more than the context of %s, which is %d",
                       o->max_tokens, o->model, v->model.config.P);
    }
    if (!o->baseline) {
        return 0;
    }
    if (gpt2_open(&v->baseline, o->baseline, e)) {
        return -1;
    }
    if (v->model.config.V != v->baseline.config.V) {
        return err_set(e,
                       "%s has a vocabulary of %d entries and %s one of %d: they cannot be "
                       "compared token by token",
                       o->model, v->model.config.V, o->baseline, v->baseline.config.V);
    }
    return 0;
}

static int score(struct evaluation *v, const struct options *o, const struct progress *progress,
                 struct err *e)
{
    struct evidence evidence = {0};
    double start = clock_s();
    int status = losses_compute(&v->losses, &v->model, o->baseline ? &v->baseline : NULL, NULL,
                                &v->windows, progress, e);
    v->record = record_none();
    if (!status && o->baseline) {
        status = score_fill(&v->record, &evidence, v->protocol, &v->losses, false, e);
    }
    v->seconds = clock_s() - start;
    evidence_release(&evidence);
    return status;
}

/* The weights of each model and the score are the steps of what is told. */
static int read_and_score(struct evaluation *v, const struct options *o, struct err *e)
{
    struct progress_line line;
    struct progress progress = progress_line_begin(&line, "eval", o->baseline ? 3 : 2);
    int status = open_models(v, o, e);
    v->model.progress = v->baseline.progress = &progress;
    if (!status && (read_input(v, o, e) || gpt2_load(&v->model, e) ||
                    (o->baseline && gpt2_load(&v->baseline, e)) || score(v, o, &progress, e) ||
                    gpt2_check_unchanged(&v->model, e) || gpt2_check_unchanged(&v->baseline, e))) {
        status = -1;
    }
    v->model.progress = v->baseline.progress = NULL;
    progress_line_end(&line);
    return status;
}

/* That a file has fewer texts than were asked for is no error. */
static void tell_few(const struct evaluation *v, const struct options *o)
{
    const char *file = o->ids ? o->ids : o->texts, *what = o->ids ? "line of ids" : "text";
    const char *many = o->ids ? "lines of ids" : "texts";
    if (v->found < (size_t)o->samples) {
        fprintf(stderr, "nashswarm eval: %s has %zu %s; all are scored, not %ld\n",
                strcmp(file, "-") == 0 ? "standard input" : file, v->found,
                v->found == 1 ? what : many, o->samples);
    }
}

static int evaluate(struct buf *out, const struct options *o, struct err *e)
{
    struct evaluation v = {.protocol = protocol_named(o->protocol)};
    int status = read_and_score(&v, o, e);
    if (!status) {
        tell_few(&v, o);
        status = (o->json ? write_json : write_plain)(out, &v, e);
    }
    release(&v);
    return status;
}

int cmd_eval(int argc, char **argv)
{
    struct options o = {.protocol = protocols[0].name, .max_tokens = 64};
    struct buf out = BUF_INIT;
    struct err e;
    describe_protocols();
    command_parse(&argp, argc, argv, &o);
    int status = compute_init((int)o.threads, &e) || evaluate(&out, &o, &e)
                     ? command_fail("eval", EXIT_FAILED, &e)
                     : command_print("eval", &out);
    buf_release(&out);
    return status;
}
