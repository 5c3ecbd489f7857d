/*
 * cmd_inspect: `nashswarm inspect MODEL.h5 [--json]`, what a model file holds.
 */
#ifndef NS_COMMANDS_CMD_INSPECT_H
#define NS_COMMANDS_CMD_INSPECT_H

int cmd_inspect(int argc, char **argv);

#endif
