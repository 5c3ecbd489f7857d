/* nashswarm collect: the tables and figures of results that others computed. */
#include <argp.h>
#include <stdio.h>

#include "commands/collected.h"
#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/run_command.h"

struct options {
    struct experiment_request experiment;
    bool partial;
};

enum { KEY_PARTIAL = 256 };

static const struct argp_option option_rows[] = {
    {"partial", KEY_PARTIAL, 0, 0, "make the table of the cells that are there", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT:
        experiment_hand_on(state, &o->experiment);
        break;
    case KEY_PARTIAL:
        o->partial = true;
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
                                 experiment_part,
                                 0,
                                 0};

static void tell_how(const struct options *o)
{
    struct buf run = BUF_INIT;
    run_command_add(&run, "run", &o->experiment);
    fprintf(stderr, "  %s runs them%s\n", buf_text(&run),
            o->partial ? "" : "; --partial makes the tables without them");
    buf_release(&run);
}

int cmd_collect(int argc, char **argv)
{
    struct options o = {0};
    struct experiment x;
    struct stock v;
    struct err e;
    command_parse(&argp, argc, argv, &o);
    int status = experiment_open(&x, "collect", &o.experiment);
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
    experiment_request_release(&o.experiment);
    return status;
}
