/* nashswarm eval: the loss of one model on texts or token ids. */
#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json_out.h"
#include "commands/command.h"
#include "evaluate/evaluate.h"
#include "model/gpt2_tokenizer.h"
#include "tensor/matmul.h"

struct options {
    const char *model, *texts, *ids, *protocol;
    long samples, max_tokens, threads;
    bool json, keep_line_ends;
};

enum {
    KEY_TEXTS = 256,
    KEY_IDS,
    KEY_PROTOCOL,
    KEY_SAMPLES,
    KEY_MAX,
    KEY_THREADS,
    KEY_JSON,
    KEY_KEEP
};

static const struct argp_option option_rows[] = {
    {"texts", KEY_TEXTS, "FILE", 0, "score the texts in FILE, one a line (-: standard input)", 0},
    {"ids", KEY_IDS, "FILE", 0, "score token ids: lines of numbers separated by blanks", 0},
    {"protocol", KEY_PROTOCOL, "NAME", 0,
     "paper: padded, pads scored, as the study did (default); text: the text alone", 0},
    {"samples", KEY_SAMPLES, "N", 0, "the first N texts (default: all)", 0},
    {"max-tokens", KEY_MAX, "N", 0, "tokens of a text at the most; longer ones are cut (64)", 0},
    {"keep-line-ends", KEY_KEEP, 0, 0, "each line's end is part of its text (WikiText)", 0},
    {"threads", KEY_THREADS, "N", 0, "threads (default: one a core, or OMP_NUM_THREADS)", 0},
    {"json", KEY_JSON, 0, 0, "print JSON", 0},
    {0},
};

static void take_number(long *out, const char *option, const char *text, long min, long max,
                        struct argp_state *state)
{
    struct err e;
    if (command_number(out, option, text, min, max, &e)) {
        argp_error(state, "%s", e.text);
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
            argp_error(state, "--protocol takes paper or text, not \"%s\"", arg);
        }
        break;
    case KEY_SAMPLES:
        take_number(&o->samples, "--samples", arg, 1, 1000000000, state);
        break;
    case KEY_MAX:
        take_number(&o->max_tokens, "--max-tokens", arg, 2, 1000000000, state);
        break;
    case KEY_THREADS:
        take_number(&o->threads, "--threads", arg, 1, COMPUTE_THREADS_MAX, state);
        break;
    case KEY_JSON:
        o->json = true;
        break;
    case KEY_KEEP:
        o->keep_line_ends = true;
        break;
    case ARGP_KEY_ARG:
        if (o->model) {
            argp_error(state, "one model at a time: \"%s\" is one too many", arg);
        }
        o->model = arg;
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
                                 "The loss of a model on texts, or on token ids.",
                                 0,
                                 0,
                                 0};

/* The sequences to score, from either kind of file. */
static int read_input(struct sequences *s, const struct gpt2 *m, const struct options *o,
                      struct err *e)
{
    size_t samples = (size_t)o->samples, max_tokens = (size_t)o->max_tokens;
    if (o->ids) {
        return sequences_read(s, o->ids, m->config.V, samples, max_tokens, e);
    }
    struct tokenizer *tokenizer = NULL;
    struct texts texts = {0};
    int status = gpt2_tokenizer(&tokenizer, m, e);
    if (!status) {
        status = texts_read(&texts, o->texts, o->keep_line_ends, samples, e);
    }
    if (!status) {
        status = texts_encode(&texts, tokenizer, max_tokens, s, e);
    }
    texts_release(&texts);
    tokenizer_free(tokenizer);
    return status;
}

static void write_json(struct buf *out, const struct protocol *p, const struct losses *l,
                       double seconds)
{
    struct score score = protocol_score(p, l);
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    json_key_text(&j, "protocol", p->name);
    json_key_real(&j, "mean_nats", score.mean_nats);
    json_key_real(&j, "perplexity", score.perplexity);
    json_key_int(&j, "texts", (int64_t)score.texts);
    json_key_int(&j, "tokens", (int64_t)score.tokens);
    json_key_real(&j, "seconds", seconds);
    json_key(&j, "per_text");
    json_open(&j, '[');
    for (size_t i = 0; i < l->n; i++) {
        struct text_score t = protocol_text(p, l, i);
        json_open_flat(&j, '{');
        json_key_real(&j, "mean_nats", t.sum_nats / (double)t.tokens);
        json_key_real(&j, "sum_nats", t.sum_nats);
        json_key_int(&j, "tokens", (int64_t)t.tokens);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
}

static void write_plain(struct buf *out, const struct protocol *p, const struct losses *l,
                        double seconds)
{
    struct score score = protocol_score(p, l);
    if (score.tokens == 0) {
        buf_addf(out, "nothing to score: each of the %zu texts is a single token\n", score.texts);
        return;
    }
    buf_addf(out, "loss %.6f nats, perplexity %.4f (protocol %s: %zu texts, %zu tokens, %.2f s)\n",
             score.mean_nats, score.perplexity, p->name, score.texts, score.tokens, seconds);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int evaluate(struct buf *out, const struct options *o, struct err *e)
{
    struct gpt2 m = {0};
    struct sequences s = {0};
    struct losses l = {0};
    const struct protocol *p = protocol_named(o->protocol);
    int status = gpt2_open(&m, o->model, e);
    if (!status && o->max_tokens > m.config.P) {
        status = err_set(e, "--max-tokens %ld is more than the context of %s, which is %d",
                         o->max_tokens, o->model, m.config.P);
    }
    if (!status) {
        status = read_input(&s, &m, o, e);
    }
    if (!status) {
        status = gpt2_load(&m, e);
    }
    double start = now_s();
    if (!status) {
        status = losses_compute(&l, &m, &s, (size_t)o->max_tokens, p->padded, NULL, e);
    }
    if (!status) {
        (o->json ? write_json : write_plain)(out, p, &l, now_s() - start);
    }
    losses_release(&l);
    sequences_release(&s);
    gpt2_close(&m);
    return status;
}

int cmd_eval(int argc, char **argv)
{
    struct options o = {.protocol = "paper", .max_tokens = 64};
    struct buf out = BUF_INIT;
    struct err e;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    int status = compute_init((int)o.threads, &e) || evaluate(&out, &o, &e)
                     ? command_fail("eval", EXIT_FAILED, &e)
                     : command_print("eval", &out);
    buf_release(&out);
    return status;
}
