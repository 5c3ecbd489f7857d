#include "commands/experiment_options.h"

#include <stdlib.h>

#include "base/mem.h"
#include "commands/command.h"

enum { KEY_SET = 512, KEY_MODELS, KEY_SAMPLES };

static const struct argp_option whole_rows[] = {
    {"out", 'o', "ROOT", 0, "where results/ and plots/ are (default: the working directory)", 0},
    {"set", KEY_SET, "KEY=VALUE", 0,
     "put VALUE in place of what the spec says of KEY, as in methods.NAME.bits=3; repeatable", 0},
    {0},
};

static const struct argp_option part_rows[] = {
    {"models", KEY_MODELS, "A,B,...", 0, "names or paths of models instead of the spec's", 0},
    {"samples", KEY_SAMPLES, "N", 0,
     "score the first N texts in every cell, whatever the spec, its sweep or its overrides say", 0},
    {0},
};

static void take_set(struct spec_overrides *o, const char *text, const struct argp_state *state)
{
    struct err e;
    const char **all = mem_new(o->n_set + 1, sizeof *all, &e);
    if (!all) {
        argp_failure(state, EXIT_FAILED, 0, "%s", e.text);
        return;
    }
    for (size_t i = 0; i < o->n_set; i++) {
        all[i] = o->set[i];
    }
    all[o->n_set] = text;
    free((void *)o->set);
    o->set = all;
    o->n_set++;
}

static error_t parse_whole(int key, char *arg, struct argp_state *state)
{
    struct experiment_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        r->out = ".";
        break;
    case 'o':
        r->out = arg;
        break;
    case KEY_SET:
        take_set(&r->overrides, arg, state);
        break;
    case ARGP_KEY_ARG:
        command_take_argument(&r->spec, arg, "experiment", state);
        break;
    case ARGP_KEY_END:
        if (!r->spec) {
            argp_error(state, "which experiment? Give a .yaml file");
        }
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse_part(int key, char *arg, struct argp_state *state)
{
    struct experiment_request *r = state->input;
    switch (key) {
    case KEY_MODELS:
        r->overrides.models = arg;
        break;
    case KEY_SAMPLES:
        command_take_number(&r->overrides.samples, "--samples", arg, 1, 1000000000, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp whole = {.options = whole_rows, .parser = parse_whole};
static const struct argp part = {.options = part_rows, .parser = parse_part};

const struct argp_child experiment_whole[] = {{&whole, 0, NULL, 0}, {0}};
const struct argp_child experiment_part[] = {{&whole, 0, NULL, 0}, {&part, 0, NULL, 0}, {0}};

void experiment_hand_on(struct argp_state *state, struct experiment_request *request)
{
    for (size_t i = 0; state->root_argp->children[i].argp; i++) {
        state->child_inputs[i] = request;
    }
}

void experiment_request_release(struct experiment_request *request)
{
    free((void *)request->overrides.set);
    request->overrides = (struct spec_overrides){0};
}
