/*
 * cmd_tokenize: `nashswarm tokenize MODEL.h5 [FILE]`, text to token ids and back.
 */
#ifndef NS_COMMANDS_CMD_TOKENIZE_H
#define NS_COMMANDS_CMD_TOKENIZE_H

/* Exit status: 0 fine, 1 a failure (told on standard error), 2 wrong usage. */
int cmd_tokenize(int argc, char **argv);

#endif
