/* nashswarm: comparing ways of giving bits to the weights of a language model. */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "commands/command.h"

static const struct command {
    const char *name, *help;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "run an experiment: its cells, tables and figures", cmd_run},
    {"report", "make an experiment's tables again from stored results", cmd_report},
    {"figures", "draw an experiment's figures again from stored results", cmd_figures},
    {"eval", "the loss of a model on texts or token ids", cmd_eval},
    {"quantize", "quantize a model and write what it decodes to", cmd_quantize},
    {"inspect", "configuration and tensors of a model file", cmd_inspect},
    {"import", "make a model file from a Hugging Face folder", cmd_import},
    {"tokenize", "texts to token ids and back", cmd_tokenize},
    {"sample", "machine text from a model, one text a line", cmd_sample},
    {"bench", "measure the forward pass and the quantizers on this machine", cmd_bench},
};

static void print_help(FILE *to)
{
    fputs("Usage: nashswarm COMMAND [OPTION…]\n\nCommands:\n", to);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
    }
    fputs("\nnashswarm COMMAND --help says more; nashswarm --version tells the version.\n", to);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("nashswarm " NASHSWARM_VERSION);
        return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            char name[32]; /* so that argp's messages begin with the whole command */
            snprintf(name, sizeof name, "nashswarm %s", argv[1]);
            argv[1] = name;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "nashswarm: \"%s\" is no command: nashswarm --help lists them\n", argv[1]);
    return EXIT_USAGE;
}
