/* nashswarm collect: the tables and figures of results that others computed. */
#include <argp.h>
#include <stdio.h>

#include "commands/collected.h"
#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/run_command.h"

struct options {
    const char *spec, *out;
    struct spec_overrides overrides;
    bool partial;
};

enum { KEY_MODELS = 256, KEY_SAMPLES, KEY_PARTIAL };

static const struct argp_option option_rows[] = {
    {"out", 'o', "ROOT", 0, "where results/ and plots/ are (default: the working directory)", 0},
    {"models", KEY_MODELS, "A,B,...", 0, "names or paths of models instead of the spec's", 0},
    {"samples", KEY_SAMPLES, "N", 0, "the first N texts instead of the spec's number", 0},
    EXPERIMENT_SET_ROW,
    {"partial", KEY_PARTIAL, 0, 0, "make the table of the cells that are there", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'o':
        o->out = arg;
        break;
    case KEY_MODELS:
        o->overrides.models = arg;
        break;
    case KEY_SAMPLES:
        command_take_number(&o->overrides.samples, "--samples", arg, 1, 1000000000, state);
        break;
    case EXPERIMENT_KEY_SET:
        experiment_take_set(&o->overrides, arg, state);
        break;
    case KEY_PARTIAL:
        o->partial = true;
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

static const struct argp argp = {option_rows,
                                 parse,
                                 "SPEC.yaml",
                                 "Make an experiment's tables and figures from the results of its "
                                 "cells, wherever they were computed. Nothing is computed.",
                                 0,
                                 0,
                                 0};

static void tell_how(const struct options *o)
{
    struct buf run = BUF_INIT;
    run_command_add(&run, "run", o->spec, o->out, &o->overrides);
    fprintf(stderr, "  %s runs them%s\n", buf_text(&run),
            o->partial ? "" : "; --partial makes the tables without them");
    buf_release(&run);
}

int cmd_collect(int argc, char **argv)
{
    struct options o = {.out = "."};
    struct experiment x;
    struct stock v;
    struct err e;
    command_parse(&argp, argc, argv, &o);
    int status = experiment_open(&x, "collect", o.spec, o.out, &o.overrides);
    if (!status && stock_read(&v, &x.spec, &x.store, &e)) {
        status = command_fail("collect", EXIT_FAILED, &e);
        experiment_close(&x);
    } else if (!status) {
        status = collected_report(&x, "collect", &v, o.partial);
        if (v.n_stored < v.plan.n) {
            tell_how(&o);
        }
        stock_release(&v);
        experiment_close(&x);
    }
    experiment_release_sets(&o.overrides);
    return status;
}
