/* nashswarm synth: a model of an official shape, with synthetic weights. */
#include <argp.h>

#include "commands/command.h"
#include "commands/progress_line.h"
#include "model/synth.h"
#include "tensor/matmul.h"

struct options {
    const char *shape_name, *output, *vocabulary;
    const struct synth_shape *shape;
    long threads;
};

enum { KEY_VOCABULARY = 256 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'o':
        o->output = arg;
        return 0;
    case KEY_VOCABULARY:
        o->vocabulary = arg;
        return 0;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        return 0;
    case ARGP_KEY_ARG:
        command_take_argument(&o->shape_name, arg, "shape", state);
        o->shape = synth_shape_named(arg);
        if (!o->shape) {
            argp_error(state, "\"%s\" is no shape: gpt2, gpt2-medium, gpt2-large or gpt2-xl", arg);
        }
        return 0;
    case ARGP_KEY_END:
        if (!o->shape) {
            argp_error(state, "which shape? Give gpt2, gpt2-medium, gpt2-large or gpt2-xl");
        } else if (!o->output) {
            argp_error(state, "where to? Give -o MODEL.h5");
        }
        command_keep_input(o->output, o->vocabulary, "model", state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_rows[] = {
    {"output", 'o', "MODEL.h5", 0, "the model file to write", 0},
    {"vocab-from", KEY_VOCABULARY, "MODEL.h5", 0,
     "give it the tokenizer of this model, of at most 50257 entries (default: none, for token ids "
     "alone)",
     0},
    COMMAND_THREADS_ROW,
    {0}};

static const struct argp argp = {
    option_rows,
    parse,
    "gpt2|gpt2-medium|gpt2-large|gpt2-xl",
    "Write a model of this official shape (0.5, 1.4, 3.1 or 6.2 GB) with synthetic weights, for "
    "benchmarks and tests without a download. Each weight is a hash of its place: the same bytes "
    "on every machine, for any number of threads."
    "\vTexts are padded with the end-of-text token of the model that the tokenizer is from, else "
    "with id 50256, the official one; eos_token_id in the file has it. The file is marked as "
    "synthetic, as is what is quantized from it, and no claim about the official models is decided "
    "on either.",
    NULL,
    NULL,
    NULL};

/* The line that says what was written, read back from the file. */
static int describe(struct buf *out, const struct options *o, const struct gpt2 *vocabulary,
                    struct err *e)
{
    struct gpt2 m;
    if (gpt2_open(&m, o->output, e)) {
        return -1;
    }
    buf_addf(out, "%s: %zu synthetic weights in %d tensors at the shape of %s, ", o->output,
             gpt2_parameters(&m), m.n_tensors, o->shape->name);
    if (vocabulary) {
        buf_addf(out, "tokenizer of %s", vocabulary->path);
    } else {
        buf_adds(out, "no tokenizer");
    }
    buf_addf(out, ", end-of-text token %d\n", m.config.eos_token_id);
    gpt2_close(&m);
    return 0;
}

static int synth(struct buf *out, const struct options *o, struct err *e)
{
    struct gpt2 model = {0}, *vocabulary = o->vocabulary ? &model : NULL;
    struct gpt2_config config = synth_config(o->shape);
    struct progress_line line;
    struct progress progress = progress_line_begin(&line, "synth", 1);
    int status = vocabulary ? gpt2_open(vocabulary, o->vocabulary, e) : 0;
    if (!status) {
        status = synth_write(o->output, o->shape->name, &config, vocabulary, &progress, e);
    }
    progress_line_end(&line);
    if (!status) {
        status = describe(out, o, vocabulary, e);
    }
    gpt2_close(&model);
    return status;
}

int cmd_synth(int argc, char **argv)
{
    struct options o = {0};
    struct buf out = BUF_INIT;
    struct err e;
    command_parse(&argp, argc, argv, &o);
    int status = compute_init((int)o.threads, &e) || synth(&out, &o, &e)
                     ? command_fail("synth", EXIT_FAILED, &e)
                     : command_print("synth", &out);
    buf_release(&out);
    return status;
}
