/*
 * results_argument: RESULTS on the command line of show and diff: a spec file, a folder of results
 * or its table.json.
 */
#ifndef NS_COMMANDS_RESULTS_ARGUMENT_H
#define NS_COMMANDS_RESULTS_ARGUMENT_H

#include "results/stored.h"

/*
 * The results of a spec (.yaml, .yml) are looked for below `root`; when they are not those of the
 * spec as it is now, a warning says so. Prints what is wrong and returns an exit status.
 */
int results_open(struct stored *s, const char *command, const char *argument, const char *root);

#endif
