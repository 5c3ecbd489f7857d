/* nashswarm report, nashswarm figures: again from stored results alone. */
#include <argp.h>
#include <stdlib.h>

#include "commands/command.h"
#include "commands/experiment.h"

struct options {
    const char *spec, *out;
    struct spec_overrides overrides;
};

static const struct argp_option option_rows[] = {
    {"out", 'o', "ROOT", 0, "where results/ and plots/ are (default: the working directory)", 0},
    EXPERIMENT_SET_ROW,
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'o':
        o->out = arg;
        break;
    case EXPERIMENT_KEY_SET:
        experiment_take_set(&o->overrides, arg, state);
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

static int again(const char *command, const char *help, int argc, char **argv, bool tables,
                 bool figures)
{
    const struct argp argp = {option_rows, parse, "SPEC.yaml", help, 0, 0, 0};
    struct options o = {.out = "."};
    struct experiment x;
    struct buf out = BUF_INIT;
    struct record *rows = NULL;
    size_t n = 0;
    struct err e;
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    int status = experiment_open(&x, command, o.spec, o.out, &o.overrides);
    experiment_release_sets(&o.overrides);
    if (status) {
        return status;
    }
    status = table_read(&x.store, &x.spec, &rows, &n, &e) ||
                     experiment_report(&x, rows, n, tables, figures, &out, &e)
                 ? command_fail(command, EXIT_FAILED, &e)
                 : command_print(command, &out);
    free(rows);
    buf_release(&out);
    experiment_close(&x);
    return status;
}

int cmd_report(int argc, char **argv)
{
    return again("report", "Make an experiment's tables again from its stored results.", argc, argv,
                 true, false);
}

int cmd_figures(int argc, char **argv)
{
    return again("figures", "Draw an experiment's figures again from its stored results.", argc,
                 argv, false, true);
}
