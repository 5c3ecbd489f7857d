/* nashswarm sample: machine text from a model, one text a line. */
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "commands/command.h"
#include "model/gpt2_tokenizer.h"
#include "model/sample.h"
#include "tensor/matmul.h"

struct options {
    const char *model, *output; /* output NULL: standard output */
    long tokens, texts, seed, top_k, threads;
    double temperature;
};

enum { KEY_TOKENS = 256, KEY_TEXTS, KEY_SEED, KEY_TEMPERATURE, KEY_TOP };

static const struct argp_option option_rows[] = {
    {"tokens", KEY_TOKENS, "N", 0, "tokens of a text at the most", 0},
    {"texts", KEY_TEXTS, "N", 0, "number of texts", 0},
    {"seed", KEY_SEED, "N", 0, "seed of the random choices (0)", 0},
    {"temperature", KEY_TEMPERATURE, "T", 0, "what logits are divided by (1)", 0},
    {"top-k", KEY_TOP, "K", 0, "draw from the K likeliest tokens only (default: from all)", 0},
    {"output", 'o', "FILE", 0, "write there instead of standard output", 0},
    COMMAND_THREADS_ROW,
    {0},
};

static void take_temperature(double *out, const char *text, struct argp_state *state)
{
    char *end;
    errno = 0;
    *out = strtod(text, &end);
    if (end == text || *end || errno || !(*out >= 1e-3 && *out <= 1e3)) {
        argp_error(state, "--temperature takes a number from 0.001 to 1000, not \"%s\"", text);
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case KEY_TOKENS:
        command_take_number(&o->tokens, "--tokens", arg, 1, 1L << 20, state);
        break;
    case KEY_TEXTS:
        command_take_number(&o->texts, "--texts", arg, 1, SAMPLED_TEXTS_MAX, state);
        break;
    case KEY_SEED:
        command_take_number(&o->seed, "--seed", arg, 0, (1L << 53) - 1, state);
        break;
    case KEY_TEMPERATURE:
        take_temperature(&o->temperature, arg, state);
        break;
    case KEY_TOP:
        command_take_number(&o->top_k, "--top-k", arg, 1, 1L << 24, state);
        break;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        break;
    case 'o':
        o->output = arg;
        break;
    case ARGP_KEY_ARG:
        command_take_argument(&o->model, arg, "model", state);
        break;
    case ARGP_KEY_END:
        if (!o->model) {
            argp_error(state, "which model? Give a .h5 file");
        } else if (!o->tokens || !o->texts) {
            argp_error(state, "how much? Give --tokens and --texts");
        }
        command_keep_input(o->output, o->model, "model", state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    option_rows,
    parse,
    "MODEL.h5 --tokens N --texts N",
    "Machine text from a model, one text a line. A text starts from the end-of-text token, which "
    "is not part of it, and ends where the model draws it again, or after --tokens tokens."
    "\vWithin a text, line ends and other control characters become one blank a run. The same seed "
    "gives the same texts, for any number of threads, and the first of them for any --texts.",
    0,
    0,
    0};

/* Which ids have a text: a vocabulary may be padded. */
static bool *drawable(const struct gpt2 *m, const struct tokenizer *tokenizer, struct err *e)
{
    struct buf text = BUF_INIT;
    bool *drawable_v = mem_new((size_t)m->config.V, sizeof *drawable_v, e);
    for (int id = 0; drawable_v && id < m->config.V; id++) {
        struct err no_entry;
        drawable_v[id] = tokenizer_decode(tokenizer, &id, 1, &text, &no_entry) == 0;
        buf_clear(&text);
    }
    buf_release(&text);
    return drawable_v;
}

static int write_lines(struct buf *out, const struct sequences *s,
                       const struct tokenizer *tokenizer, struct err *e)
{
    struct buf text = BUF_INIT;
    int status = 0;
    for (size_t i = 0; i < s->n && !status; i++) {
        buf_clear(&text);
        status = tokenizer_decode(tokenizer, s->ids + s->start[i], s->start[i + 1] - s->start[i],
                                  &text, e);
        sample_line(out, buf_text(&text), text.len);
        buf_addc(out, '\n');
    }
    buf_release(&text);
    return status ? status : buf_check(out, e);
}

static int sample(struct buf *out, const struct options *o, struct err *e)
{
    struct sampling sampling = {.texts = (size_t)o->texts,
                                .tokens = (size_t)o->tokens,
                                .seed = (uint64_t)o->seed,
                                .temperature = o->temperature,
                                .top_k = (size_t)o->top_k};
    struct gpt2 m = {0};
    struct tokenizer *tokenizer = NULL;
    struct sequences s = {0};
    bool *drawable_v = NULL;
    int status = gpt2_open(&m, o->model, e);
    if (!status) {
        status = gpt2_tokenizer(&tokenizer, &m, e);
    }
    if (!status) {
        status = gpt2_load(&m, e);
    }
    if (!status && !(drawable_v = drawable(&m, tokenizer, e))) {
        status = -1;
    }
    if (!status) {
        status = sample_texts(&s, &m, &sampling, drawable_v, NULL, e);
    }
    if (!status) {
        status = gpt2_check_unchanged(&m, e);
    }
    if (!status) {
        status = write_lines(out, &s, tokenizer, e);
    }
    free(drawable_v);
    sequences_release(&s);
    tokenizer_free(tokenizer);
    gpt2_close(&m);
    return status;
}

int cmd_sample(int argc, char **argv)
{
    struct options o = {.temperature = 1};
    struct buf out = BUF_INIT;
    struct err e;
    command_parse(&argp, argc, argv, &o);
    int status = EXIT_DONE;
    if (compute_init((int)o.threads, &e) || sample(&out, &o, &e) ||
        (o.output && file_write(o.output, out.s, out.len, &e))) {
        status = command_fail("sample", EXIT_FAILED, &e);
    } else if (!o.output) {
        status = command_print("sample", &out);
    }
    buf_release(&out);
    return status;
}
