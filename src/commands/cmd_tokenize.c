/* nashswarm tokenize: texts to token ids and back, a line each. */
#include <argp.h>
#include <string.h>

#include "base/file.h"
#include "commands/command.h"
#include "model/gpt2.h"
#include "model/gpt2_tokenizer.h"
#include "model/id_line.h"
#include "model/tokenizer.h"

struct request {
    const char *model, *file; /* file "-": standard input */
    bool decode;
};

static error_t take_option(int key, char *arg, struct argp_state *state)
{
    struct request *r = state->input;
    switch (key) {
    case 'd':
        r->decode = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) {
            r->model = arg;
        } else if (state->arg_num == 1) {
            r->file = arg;
        } else {
            argp_error(state, "\"%s\" is one argument too many after MODEL.h5 and FILE", arg);
        }
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which model? Give a .h5 file");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse(struct request *r, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"decode", 'd', NULL, 0, "turn lines of token ids back into text", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = take_option,
        .args_doc = "MODEL.h5 [FILE]",
        .doc = "Write the token ids of every line of FILE, one line each, with the tokenizer in "
               "MODEL.h5. Lines end at a line feed; anything else in them is text."
               "\vFILE is standard input when it is missing or \"-\".",
    };
    command_parse(&argp, argc, argv, r);
}

struct conversion {
    const struct request *request;
    struct gpt2 model;
    struct tokenizer *tokenizer;
    struct ids ids; /* of the line at hand */
    struct buf out; /* what all lines become: nothing is printed when one is at fault */
};

static int encode_line(struct conversion *c, const char *line, size_t n, struct err *e)
{
    if (tokenizer_encode(c->tokenizer, line, n, &c->ids, e)) {
        return -1;
    }
    for (size_t i = 0; i < c->ids.n; i++) {
        buf_addf(&c->out, "%s%d", i > 0 ? " " : "", c->ids.id[i]);
    }
    return 0;
}

static int decode_line(struct conversion *c, const char *line, size_t n, struct line_place at,
                       struct err *e)
{
    if (id_line_read(&c->ids, line, n, at, c->model.config.V, e)) {
        return -1;
    }
    if (tokenizer_decode(c->tokenizer, c->ids.id, c->ids.n, &c->out, e)) {
        return err_prefix(e, "%s:%zu", at.file, at.line);
    }
    return 0;
}

static int convert(struct conversion *c, const struct buf *input, struct err *e)
{
    const char *file = c->request->file;
    struct line_place at = {.file = strcmp(file, "-") == 0 ? "standard input" : file};
    for (size_t begin = 0, end; begin < input->len; begin = end + 1) {
        const char *line = input->s + begin;
        const char *feed = memchr(line, '\n', input->len - begin);
        end = feed ? (size_t)(feed - input->s) : input->len;
        at.line++;
        c->ids.n = 0;
        if (c->request->decode ? decode_line(c, line, end - begin, at, e)
                               : encode_line(c, line, end - begin, e)) {
            return -1;
        }
        buf_addc(&c->out, '\n');
    }
    return 0;
}

int cmd_tokenize(int argc, char **argv)
{
    struct request request = {.file = "-"};
    parse(&request, argc, argv);

    struct err e;
    struct conversion c = {.request = &request};
    struct buf input = BUF_INIT;
    int status = gpt2_open(&c.model, request.model, &e);
    if (status) {
        goto out;
    }
    status = gpt2_tokenizer(&c.tokenizer, &c.model, &e);
    if (!status && (status = file_read(&input, request.file, &e)) == 0) {
        status = convert(&c, &input, &e);
    }
    gpt2_close(&c.model);
out:
    status = status ? command_fail("tokenize", EXIT_FAILED, &e) : command_print("tokenize", &c.out);
    tokenizer_free(c.tokenizer);
    ids_release(&c.ids);
    buf_release(&c.out);
    buf_release(&input);
    return status;
}
