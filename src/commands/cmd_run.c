/* nashswarm run: an experiment from its spec to its tables and figures. */
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "commands/command.h"
#include "commands/experiment.h"
#include "run/run.h"
#include "tensor/matmul.h"

struct options {
    const char *spec, *out;
    struct spec_overrides overrides;
    long threads;
    bool quiet;
};

enum { KEY_MODELS = 256, KEY_SAMPLES };

static const struct argp_option option_rows[] = {
    {"out", 'o', "ROOT", 0, "put results/ and plots/ there (default: the working directory)", 0},
    {"models", KEY_MODELS, "A,B,...", 0, "names or paths of models instead of the spec's", 0},
    {"samples", KEY_SAMPLES, "N", 0, "score the first N texts instead of the spec's number", 0},
    {"quiet", 'q', 0, 0, "show no progress, only the table", 0},
    COMMAND_THREADS_ROW,
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'o':
        o->out = arg;
        break;
    case 'q':
        o->quiet = true;
        break;
    case KEY_MODELS:
        o->overrides.models = arg;
        break;
    case KEY_SAMPLES:
        command_take_number(&o->overrides.samples, "--samples", arg, 1, 1000000000, state);
        break;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        break;
    case ARGP_KEY_ARG:
        command_take_argument(&o->spec, arg, "experiment", state);
        break;
    case ARGP_KEY_END:
        if (!o->spec) {
            argp_error(state, "which experiment? Give a .yaml file");
        }
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
    "Run the cells of an experiment that have no result yet, then write its tables and figures.",
    0,
    0,
    0};

static volatile sig_atomic_t interrupted;

/* The first signal ends the run after the text at hand, the second at once. */
static void on_signal(int number)
{
    if (interrupted) {
        command_end(number);
    }
    interrupted = 1;
}

/* What is shown while the run goes: a line redrawn on a terminal, a line a cell elsewhere. */
struct display {
    bool terminal, quiet;
    size_t cells, done;
    char id[CELL_TEXT];
};

static void planned(void *context, size_t cells, size_t stored)
{
    struct display *d = context;
    d->cells = cells;
    d->done = stored;
    if (!d->quiet) {
        fprintf(stderr, "%zu cells, %zu of them stored already\n", cells, stored);
    }
}

static void began(void *context, const struct cell *c)
{
    struct display *d = context;
    snprintf(d->id, sizeof d->id, "%s", c->id);
}

static bool within_cell(void *context, size_t done, size_t total)
{
    struct display *d = context;
    if (d->terminal && !d->quiet) {
        fprintf(stderr, "\r\033[K[%zu/%zu] %.60s  %zu/%zu texts", d->done + 1, d->cells, d->id,
                done, total);
        fflush(stderr);
    }
    return interrupted != 0;
}

static void finished(void *context, const struct cell *c, const struct record *r, double wall_s)
{
    struct display *d = context;
    d->done++;
    if (!d->quiet) {
        fprintf(stderr, "%s[%zu/%zu] %s  loss %.4f  %.2f s\n", d->terminal ? "\r\033[K" : "",
                d->done, d->cells, c->id, r->loss_nats, wall_s);
    }
}

static int run(const struct experiment *x, struct display *d)
{
    struct run_listener listener = {.planned = planned,
                                    .began = began,
                                    .finished = finished,
                                    .progress = {within_cell, d},
                                    .context = d};
    struct record *rows = NULL;
    size_t n = 0, ran = 0;
    struct buf out = BUF_INIT;
    struct err e;
    int status = run_spec(&x->spec, &x->store, &listener, &rows, &n, &ran, &e) ||
                 experiment_report(x, rows, n, true, true, &out, &e);
    if (interrupted) {
        fprintf(stderr,
                "%snashswarm run: interrupted; what is done is kept, the same command goes "
                "on from there\n",
                d->terminal ? "\n" : "");
        status = EXIT_INTERRUPTED;
    } else {
        /* What there is when a figure fails is shown too: it took long to compute. */
        int failed = status ? command_fail("run", EXIT_FAILED, &e) : EXIT_DONE;
        status = command_print("run", &out);
        status = failed ? failed : status;
    }
    buf_release(&out);
    free(rows);
    return status;
}

int cmd_run(int argc, char **argv)
{
    struct options o = {.out = "."};
    struct experiment x;
    struct err e;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    if (compute_init((int)o.threads, &e)) {
        return command_fail("run", EXIT_FAILED, &e);
    }
    int status = experiment_open(&x, "run", o.spec, o.out, &o.overrides);
    if (status) {
        return status;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct display d = {.terminal = command_on_terminal(), .quiet = o.quiet};
    status = run(&x, &d);
    experiment_close(&x);
    return status;
}
