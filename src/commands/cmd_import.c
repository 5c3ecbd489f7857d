/* nashswarm import: a model file from a Hugging Face folder. */
#include <argp.h>

#include "commands/command.h"
#include "commands/progress_line.h"
#include "model/gpt2_file.h"

struct options {
    const char *folder, *output;
};

/* What was downloaded must not be lost. */
static void keep_sources(const struct options *o, struct argp_state *state)
{
    for (const char *const *name = gpt2_import_names; *name; name++) {
        struct buf path = BUF_INIT;
        buf_addf(&path, "%s/%s", o->folder, *name);
        command_keep_input(o->output, buf_text(&path), *name, state);
        buf_release(&path);
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'o':
        o->output = arg;
        return 0;
    case ARGP_KEY_ARG:
        command_take_argument(&o->folder, arg, "folder", state);
        return 0;
    case ARGP_KEY_END:
        if (!o->folder) {
            argp_error(state, "which folder? Give one of Hugging Face's form");
        } else if (!o->output) {
            argp_error(state, "where to? Give -o MODEL.h5");
        } else {
            keep_sources(o, state);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_rows[] = {
    {"output", 'o', "MODEL.h5", 0, "the model file to write", 0}, {0}};

static const struct argp argp = {
    option_rows,
    parse,
    "HF_DIR",
    "Write a model file from a Hugging Face folder of a GPT-2: config.json, model.safetensors, "
    "vocab.json, merges.txt and, if there is one, added_tokens.json.",
    NULL,
    NULL,
    NULL};

/* The line that says what was written, read back from the file. */
static int describe(struct buf *out, const char *path, struct err *e)
{
    struct gpt2 m;
    if (gpt2_open(&m, path, e)) {
        return -1;
    }
    buf_addf(out, "%s: %zu parameters in %d tensors, %d layers of width %d, vocabulary of %d\n",
             path, gpt2_parameters(&m), m.n_tensors, m.config.L, m.config.C, m.config.V);
    gpt2_close(&m);
    return 0;
}

static int import(const struct options *o, struct err *e)
{
    struct progress_line line;
    struct progress progress = progress_line_begin(&line, "import", 1);
    int status = gpt2_import(o->folder, o->output, &progress, e);
    progress_line_end(&line);
    return status;
}

int cmd_import(int argc, char **argv)
{
    struct options o = {0};
    struct err e;
    struct buf out = BUF_INIT;
    command_parse(&argp, argc, argv, &o);
    int status;
    if (import(&o, &e) || describe(&out, o.output, &e)) {
        status = command_fail("import", EXIT_FAILED, &e);
    } else {
        status = command_print("import", &out);
    }
    buf_release(&out);
    return status;
}
