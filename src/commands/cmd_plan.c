/* nashswarm plan: what a run would do and why, without doing it. */
#include <argp.h>

#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/plan_output.h"

struct options {
    const char *spec, *out;
    struct spec_overrides overrides;
    struct plan_output how;
};

enum { KEY_MODELS = 256, KEY_SAMPLES, KEY_ALL, KEY_JSON };

static const struct argp_option option_rows[] = {
    {"out", 'o', "ROOT", 0, "where results/ is (default: the working directory)", 0},
    {"models", KEY_MODELS, "A,B,...", 0, "names or paths of models instead of the spec's", 0},
    {"samples", KEY_SAMPLES, "N", 0, "score the first N texts instead of the spec's number", 0},
    EXPERIMENT_SET_ROW,
    {"all", KEY_ALL, 0, 0, "list every cell with its state, not some of each reason", 0},
    {"json", KEY_JSON, 0, 0, "print one JSON object with every cell", 0},
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
    case KEY_ALL:
        o->how.all = true;
        break;
    case KEY_JSON:
        o->how.json = true;
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
    "Tell which cells of an experiment are done, which a run would run and why, and what time, "
    "memory and disk that takes by what stored cells took. Writes nothing.",
    0,
    0,
    0};

int cmd_plan(int argc, char **argv)
{
    struct options o = {.out = "."};
    struct experiment x;
    command_parse(&argp, argc, argv, &o);
    int status = experiment_open(&x, "plan", o.spec, o.out, &o.overrides);
    if (!status) {
        status = plan_print(&x, &o.how, "plan");
        experiment_close(&x);
    }
    experiment_release_sets(&o.overrides);
    return status;
}
