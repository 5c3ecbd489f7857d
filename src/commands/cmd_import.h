/*
 * cmd_import: `nashswarm import HF_DIR -o MODEL.h5`, a model file from a Hugging Face folder.
 */
#ifndef NS_COMMANDS_CMD_IMPORT_H
#define NS_COMMANDS_CMD_IMPORT_H

int cmd_import(int argc, char **argv);

#endif
