/* nashswarm speed: the time of one text and one token from floats and from codes. */
#include <argp.h>

#include "base/file.h"
#include "bench/speed.h"
#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/progress_line.h"
#include "report/report.h"
#include "tensor/matmul.h"

struct options {
    struct experiment_request experiment;
    long turns, threads;
};

enum { KEY_MODELS = 256, KEY_TURNS, TURNS = 11 };

static const struct argp_option option_rows[] = {
    {"models", KEY_MODELS, "A,B,...", 0, "names or paths of models instead of the spec's", 0},
    {"turns", KEY_TURNS, "N", 0, "measure each form N times (default: 11)", 0},
    COMMAND_THREADS_ROW,
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        experiment_hand_on(state, &o->experiment);
        break;
    case KEY_MODELS:
        o->experiment.overrides.models = arg;
        break;
    case KEY_TURNS:
        command_take_number(&o->turns, "--turns", arg, 1, 100000, state);
        break;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    option_rows,
    parse,
    "SPEC.yaml",
    "Measure how long each model of an experiment takes for its first text and for one token more, "
    "from 32-bit floats, from what each method's codes decode to, and straight from the codes. "
    "The table goes to results/NAME/timing/."
    "\vCodes that are multiplied as they are: plain ones of 4 or 8 bits by scale and minimum, of "
    "groups, rows or the tensor. Others are decoded when the model is loaded. Models whose files "
    "a command has yet to bring are noted as not measured.",
    experiment_whole,
    0,
    0};

static int measure(struct buf *out, const struct experiment *x, const struct options *o,
                   struct err *e)
{
    struct layout table = {0};
    struct buf folder = BUF_INIT, written = BUF_INIT;
    struct progress_line line;
    struct progress progress = progress_line_begin(&line, "speed", 1);
    line.large = true; /* it takes its time with any model */
    buf_addf(&folder, "%s/timing", buf_text(&x->store.results));
    int status = buf_check(&folder, e) || file_make_dirs(folder.s, e) ||
                         bench_speed(&table, &x->spec, folder.s, (size_t)o->turns, &progress, e)
                     ? -1
                     : 0;
    progress_line_end(&line);
    if (!status) {
        status = report_timing(&x->store, &table, &written, e);
        layout_terminal(&table, out);
        buf_addf(out, "\nWritten:\n%s", buf_text(&written));
    }
    layout_release(&table);
    buf_release(&folder);
    buf_release(&written);
    return status;
}

int cmd_speed(int argc, char **argv)
{
    struct options o = {.turns = TURNS};
    struct experiment x;
    struct buf out = BUF_INIT;
    struct err e;
    command_parse(&argp, argc, argv, &o);
    int status = experiment_open(&x, "speed", &o.experiment);
    if (!status) {
        status = compute_init((int)o.threads, &e) || measure(&out, &x, &o, &e)
                     ? command_fail("speed", EXIT_FAILED, &e)
                     : command_print("speed", &out);
        experiment_close(&x);
    }
    experiment_request_release(&o.experiment);
    buf_release(&out);
    return status;
}
