/*
 * experiment_options: the part of a command line that says which experiment is meant: its file,
 * where results are, and what stands in place of the file's words.
 *
 * For the children of an argp: a command names EXPERIMENT_WHOLE or EXPERIMENT_PART among its
 * parsers and hands its request on to them at ARGP_KEY_INIT.
 */
#ifndef NS_COMMANDS_EXPERIMENT_OPTIONS_H
#define NS_COMMANDS_EXPERIMENT_OPTIONS_H

#include <argp.h>

#include "spec/spec.h"

struct experiment_request {
    const char *spec, *out; /* as on the command line; out: "." when it says nothing */
    struct spec_overrides overrides;
};

/* SPEC.yaml, --out and --set; a line without an experiment ends the program. */
extern const struct argp_child experiment_whole[];

/* The same, and --models and --samples, which take a part of the experiment. */
extern const struct argp_child experiment_part[];

/* To be called at ARGP_KEY_INIT by a parser with one of these lists. */
void experiment_hand_on(struct argp_state *state, struct experiment_request *request);

void experiment_request_release(struct experiment_request *request);

#endif
