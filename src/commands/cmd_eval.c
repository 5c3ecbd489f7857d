/* nashswarm eval: the loss of one model on texts or token ids. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "commands/command.h"
#include "commands/eval_output.h"
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
    {"texts", KEY_TEXTS, "FILE", 0,
     "score the texts in FILE, lines of over 20 characters (-: standard input)", 0},
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
    struct eval_output result;
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
    v->result.n_short = v->protocol->pass == PASS_TEXTS ? texts.n_short : 0;
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
        v->result.n_cut = v->sequences.n_cut;
        v->result.max_tokens = (size_t)o->max_tokens;
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
    v->result.record = record_none();
    if (!status && o->baseline) {
        status = score_fill(&v->result.record, &evidence, v->protocol, &v->losses, false, e);
    }
    v->result.seconds = clock_s() - start;
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
        v.result.protocol = v.protocol;
        v.result.losses = &v.losses;
        if (o->json) {
            status = eval_json(out, &v.result, e);
        } else {
            eval_print(out, &v.result);
        }
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
