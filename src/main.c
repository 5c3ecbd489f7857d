/* nashswarm: comparing ways of giving bits to the weights of a language model. */
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/start.h"
#include "base/version.h"
#include "commands/command.h"
#include "tensor/matmul.h"

static const struct command {
    const char *name, *help;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "run an experiment: its cells, tables and figures", cmd_run},
    {"plan", "tell which cells a run would run and why, and what they take", cmd_plan},
    {"collect", "make an experiment's tables from cells that others ran", cmd_collect},
    {"report", "make an experiment's tables again from stored results", cmd_report},
    {"figures", "draw an experiment's figures again from stored results", cmd_figures},
    {"show", "print stored results: the table, or one cell whole", cmd_show},
    {"diff", "compare the stored results of two runs", cmd_diff},
    {"verify", "decide every claim of the study on stored results", cmd_verify},
    {"schema", "print every key of an experiment: type, unit, default, meaning", cmd_schema},
    {"eval", "score a model on texts or token ids", cmd_eval},
    {"quantize", "quantize a model and write it in the bytes that it costs", cmd_quantize},
    {"inspect", "show the configuration and tensors of a model file", cmd_inspect},
    {"import", "make a model file from a Hugging Face folder", cmd_import},
    {"synth", "make a model of an official shape with synthetic weights", cmd_synth},
    {"tokenize", "turn texts into token ids and back", cmd_tokenize},
    {"sample", "draw texts from a model", cmd_sample},
    {"speed", "measure one text and one token, from floats and from codes", cmd_speed},
    {"bench", "measure speed against what this machine can do", cmd_bench},
};

static void print_help(FILE *to)
{
    fputs("Usage: nashswarm COMMAND [OPTION…]\n\nCommands:\n", to);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
    }
    fputs("\nnashswarm COMMAND --help says more; nashswarm --version tells the version.\n", to);
}

/* Help and version go out at exit, and a failure to write them is told like any other. */
static void close_output(void)
{
    struct err e;
    if (command_flush(&e)) {
        fprintf(stderr, "nashswarm: %s\n", e.text);
        _exit(EXIT_FAILED);
    }
}

/* Signals that would leave a file half written; one that is ignored (nohup) stays so. */
static void watch_signals(void)
{
    for (size_t i = 0; i < COMMAND_ENDS; i++) {
        if (signal(command_ends[i], command_end) == SIG_IGN) {
            signal(command_ends[i], SIG_IGN);
        }
    }
    signal(SIGXFSZ, SIG_IGN); /* a file over the limit of its size is then an error of writing */
}

int main(int argc, char **argv)
{
    start_clean();
    argp_err_exit_status = EXIT_USAGE;
    atexit(close_output);
    watch_signals();
    command_watch_maps();
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("nashswarm " NASHSWARM_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            blas_choose_core(argv);
            char name[32]; /* so that argp's messages begin with the whole command */
            snprintf(name, sizeof name, "nashswarm %s", argv[1]);
            argv[1] = name;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "nashswarm: \"%s\" is no command: nashswarm --help lists them\n", argv[1]);
    return EXIT_USAGE;
}
