/*
 * method_options: the methods' parameters as command-line options, from their schemas.
 */
#ifndef NS_COMMANDS_METHOD_OPTIONS_H
#define NS_COMMANDS_METHOD_OPTIONS_H

#include <argp.h>

#include "run/methods.h"

enum { METHOD_OPTIONS_KEY = 1000, METHOD_OPTIONS_MAX = 64, METHOD_HELP_MAX = 2048 };

/* The parameters that were given, by position in the union of all schemas. */
struct method_options {
    const struct param *rows[METHOD_OPTIONS_MAX];
    const char *given[METHOD_OPTIONS_MAX];
    size_t n;
};

/* Collects the union of all methods' parameters and appends an argp row for each to `to`. */
void method_options_init(struct method_options *o, struct argp_option *to);

/* "uniform or tiers": what --method takes. */
void method_options_names(char out[METHOD_HELP_MAX]);

/* The names, each with its line of help. */
void method_options_help(char out[METHOD_HELP_MAX]);

/* Takes an option of ours; false when the key is none. */
bool method_options_take(struct method_options *o, int key, const char *arg);

/*
 * The complete, checked parameters of a method. An option that the method does not have, a bad
 * value or a bad combination is an error.
 */
int method_options_params(const struct method_options *o, const struct method_kind *kind,
                          struct params *out, struct err *e);

#endif
