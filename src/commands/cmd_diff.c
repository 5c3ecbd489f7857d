/* nashswarm diff: what two sets of stored results differ in. */
#include <argp.h>
#include <math.h>
#include <stdlib.h>

#include "commands/command.h"
#include "commands/results_argument.h"
#include "report/differences.h"

/* Like diff(1): whatever keeps the two from being compared is 2. */
enum { EXIT_DIFFERENT = 1, EXIT_TROUBLE = 2 };

struct options {
    const char *a, *b, *out;
    double tolerance;
    bool all, json;
};

static const struct argp_option option_rows[] = {
    {"tolerance", 't', "REL", 0,
     "the largest relative difference of numbers that is none; 0: exactly equal (1e-9)", 0},
    {"all", 'a', NULL, 0, "print every difference, not the 20 greatest alone", 0},
    {"json", 'j', NULL, 0, "print JSON, which has every difference", 0},
    {"out", 'o', "ROOT", 0, "where the results/ of specs are (default: the working directory)", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    char *end;
    switch (key) {
    case 't':
        o->tolerance = strtod(arg, &end);
        if (end == arg || *end || !(o->tolerance >= 0) || isinf(o->tolerance)) {
            argp_error(state, "--tolerance takes a number that is not negative, not \"%s\"", arg);
        }
        break;
    case 'a':
        o->all = true;
        break;
    case 'j':
        o->json = true;
        break;
    case 'o':
        o->out = arg;
        break;
    case ARGP_KEY_ARG:
        if (o->a) {
            command_take_argument(&o->b, arg, "pair of results", state);
        } else {
            o->a = arg;
        }
        break;
    case ARGP_KEY_END:
        if (!o->b) {
            argp_error(state, "which results? Give two: folders, table.json or .yaml files");
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
    "A B",
    "Compare two sets of stored results: cells that only one has, settings, provenance, and values "
    "beyond rounding. A and B are folders results/NAME, table.json or .yaml files. Exit status: 0 "
    "equal, 1 different, 2 trouble. What an experiment and its files are called does not count, "
    "nor "
    "does provenance but for the digests of model and texts.",
    NULL,
    NULL,
    NULL};

static int compare(const struct options *o, struct stored *a, struct stored *b)
{
    struct comparison c;
    struct buf out = BUF_INIT;
    struct err e;
    if (stored_find_cells(a, &e) || stored_find_cells(b, &e) ||
        comparison_make(&c, a, b, o->tolerance, &e)) {
        return command_fail("diff", EXIT_TROUBLE, &e);
    }
    struct difference_names names = {o->a, o->b, o->tolerance, o->all};
    if (o->json) {
        differences_json(&c, names, &out);
    } else {
        differences_text(&c, names, &out);
    }
    int status = command_print("diff", &out) ? EXIT_TROUBLE
                 : comparison_equal(&c)      ? EXIT_DONE
                                             : EXIT_DIFFERENT;
    comparison_release(&c);
    buf_release(&out);
    return status;
}

int cmd_diff(int argc, char **argv)
{
    struct options o = {.out = ".", .tolerance = 1e-9};
    struct stored a = {0}, b = {0};
    command_parse(&argp, argc, argv, &o);
    int status = results_open(&a, "diff", o.a, o.out) || results_open(&b, "diff", o.b, o.out)
                     ? EXIT_TROUBLE
                     : compare(&o, &a, &b);
    stored_release(&a);
    stored_release(&b);
    return status;
}
