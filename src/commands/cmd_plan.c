/* nashswarm plan: what a run would do and why, without doing it. */
#include <argp.h>

#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/plan_output.h"

struct options {
    struct experiment_request experiment;
    struct plan_output how;
};

enum { KEY_ALL = 256, KEY_JSON };

static const struct argp_option option_rows[] = {
    {"all", KEY_ALL, 0, 0, "list every cell with its state, not some of each reason", 0},
    {"json", KEY_JSON, 0, 0, "print one JSON object with every cell", 0},
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
    case KEY_ALL:
        o->how.all = true;
        break;
    case KEY_JSON:
        o->how.json = true;
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
    experiment_part,
    0,
    0};

int cmd_plan(int argc, char **argv)
{
    struct options o = {0};
    struct experiment x;
    command_parse(&argp, argc, argv, &o);
    int status = experiment_open(&x, "plan", &o.experiment);
    if (!status) {
        status = plan_print(&x, &o.how, "plan");
        experiment_close(&x);
    }
    experiment_request_release(&o.experiment);
    return status;
}
