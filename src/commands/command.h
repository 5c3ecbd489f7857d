/*
 * command: what the sub-commands share: how they fail and how they write.
 *
 * Only commands print and choose exit statuses: 0 done, 1 failure, 2 usage, 130 interrupted. In
 * --help, a command's text is a sentence that says what to expect of it, an option's a phrase in
 * lower case with the default in parentheses.
 */
#ifndef NS_COMMANDS_COMMAND_H
#define NS_COMMANDS_COMMAND_H

#include <argp.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

/* Prints "nashswarm NAME: sentence" to standard error and returns `status`. */
int command_fail(const char *name, int status, const struct err *e);

/* The same for what cannot be done as it was asked for: EXIT_USAGE, unless memory was what lacked.
 */
int command_refuse(const char *name, const struct err *e);

/* A results store's `waits` whose context is the NAME: prints the sentence as command_fail() does.
 */
void command_tell_wait(const void *name, const char *sentence);

/* Flushes standard output; an error of writing since the last call comes back here, once. */
int command_flush(struct err *e);

/* Writes to standard output and flushes; a failure to write (a full disk) is reported. */
int command_print(const char *name, const struct buf *text);

/* Signals that ask the program to end: an interrupt, a kill, a terminal that was closed. */
enum { COMMAND_ENDS = 3 };
extern const int command_ends[COMMAND_ENDS];

/* Handler of a signal that ends the program: removes a file half written, then lets it end. */
void command_end(int number);

/*
 * From here on, a mapped file that cannot be read any more (another program cuts it short, its disk
 * fails) ends the program with a sentence that names it. Nothing that is half written stays.
 */
void command_watch_maps(void);

/*
 * argp_parse() of a command, whose argv[0] is "nashswarm NAME". Bad usage ends the program there,
 * and so does a lack of memory here.
 */
void command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* The option --threads of every command that computes: its row, and taking its value. */
enum { COMMAND_KEY_THREADS = 900 };
#define COMMAND_THREADS_ROW                                                                        \
    {                                                                                              \
        "threads", COMMAND_KEY_THREADS, "N", 0,                                                    \
            "threads to use (default: OMP_NUM_THREADS, else one a core)", 0                        \
    }
void command_take_threads(long *out, const char *text, struct argp_state *state);

/* A whole number in [min, max]; anything else ends the program with the option and its bounds. */
void command_take_number(long *out, const char *option, const char *text, long min, long max,
                         struct argp_state *state);

/* The one argument of a command, which is a `what` ("model"); a second one ends the program. */
void command_take_argument(const char **out, const char *text, const char *what,
                           struct argp_state *state);

/*
 * Ends the program when the output is the input, a `what` ("model"), under whatever name: what was
 * read would be lost. Either may be NULL.
 */
void command_keep_input(const char *output, const char *input, const char *what,
                        struct argp_state *state);

/* True when standard error is a terminal that can redraw a line. */
bool command_on_terminal(void);

int cmd_bench(int argc, char **argv);
int cmd_collect(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_figures(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_quantize(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_sample(int argc, char **argv);
int cmd_schema(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_speed(int argc, char **argv);
int cmd_synth(int argc, char **argv);
int cmd_tokenize(int argc, char **argv);
int cmd_verify(int argc, char **argv);

#endif
