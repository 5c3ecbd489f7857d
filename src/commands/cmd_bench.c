/*
 * nashswarm bench: how fast this machine is, against what it could be, in one run.
 *
 * Ratios of best times in one run are what to compare; absolute times move with the machine.
 */
#include <argp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bench/forward.h"
#include "bench/game.h"
#include "bench/quantize.h"
#include "bench/random.h"
#include "commands/command.h"
#include "tensor/matmul.h"

enum {
    KEY_TEXTS = 1000,
    KEY_FORWARD,
    TEXTS = 20,
    TEXTS_MAX = 10000,
    BIG_ROWS = 50257,
    BIG_COLS = 768
};

struct options {
    const char *model;
    long threads, texts;
    bool forward; /* alone */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    if (key == ARGP_KEY_ARG) {
        command_take_argument(&o->model, arg, "model", state);
    } else if (key == COMMAND_KEY_THREADS) {
        command_take_threads(&o->threads, arg, state);
    } else if (key == KEY_TEXTS) {
        command_take_number(&o->texts, "texts", arg, 1, TEXTS_MAX, state);
    } else if (key == KEY_FORWARD) {
        o->forward = true;
    } else if (key == ARGP_KEY_END && !o->model) {
        argp_error(state, "which model? Give a .h5 file");
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_option option_rows[] = {
    {"texts", KEY_TEXTS, "N", 0, "measure the forward pass on N texts of 64 tokens (20)", 0},
    {"forward", KEY_FORWARD, NULL, 0, "measure the forward pass alone", 0},
    COMMAND_THREADS_ROW,
    {0}};
static const struct argp argp = {option_rows,
                                 parse,
                                 "MODEL.h5",
                                 "Measure the forward pass, the quantizers and the game of bits on "
                                 "this machine, against its BLAS.",
                                 0,
                                 0,
                                 0};

static int bench_matrix(struct buf *out, struct err *e)
{
    size_t n = (size_t)BIG_ROWS * BIG_COLS;
    float *w = mem_floats(n, e);
    int status = -1;
    if (w) {
        random_weights(w, n, 1);
        /* The game first, before anything else of that size exists: it measures memory. */
        status = bench_game(out, w, BIG_ROWS, BIG_COLS, e) ||
                         bench_quantize(out, w, BIG_ROWS, BIG_COLS, e)
                     ? -1
                     : 0;
    }
    free(w);
    return status;
}

int cmd_bench(int argc, char **argv)
{
    struct options o = {.texts = TEXTS};
    struct gpt2 m = {0};
    struct buf out = BUF_INIT;
    struct err e;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    int failed = compute_init((int)o.threads, &e) || gpt2_open(&m, o.model, &e) ||
                 gpt2_load(&m, &e) || bench_forward(&out, &m, (size_t)o.texts, &e) ||
                 (!o.forward && bench_matrix(&out, &e));
    int status = failed ? command_fail("bench", EXIT_FAILED, &e) : command_print("bench", &out);
    gpt2_close(&m);
    buf_release(&out);
    return status;
}
