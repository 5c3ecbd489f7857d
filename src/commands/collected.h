/*
 * collected: the tables and figures of what is stored, for commands that compute nothing.
 */
#ifndef NS_COMMANDS_COLLECTED_H
#define NS_COMMANDS_COLLECTED_H

#include "commands/experiment.h"
#include "run/stock.h"

/*
 * Writes and prints what `run` would, under the name of a command. With cells missing it says so
 * and makes nothing, or, with `partial`, makes it of those that are there. Returns an exit status.
 */
int collected_report(const struct experiment *x, const char *command, const struct stock *v,
                     bool partial);

/* Tells which cells have no result, and of each that failed why; at most some 20 of them. */
void collected_tell_missing(const struct store *s, const char *command, const struct stock *v);

#endif
