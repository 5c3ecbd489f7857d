/* nashswarm run: an experiment from its spec to its tables and figures. */
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/machine.h"
#include "base/mem.h"
#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/plan_output.h"
#include "results/journal.h"
#include "run/run.h"
#include "tensor/matmul.h"

struct options {
    const char *spec, *out;
    struct spec_overrides overrides;
    struct run_choice choice;
    struct run_limits limits;
    const char **only; /* what choice.only points to */
    long threads, jobs, memory_gib;
    bool quiet, dry;
};

enum { KEY_MODELS = 256, KEY_SAMPLES, KEY_ONLY, KEY_FAILED, KEY_MEMORY };

static const struct argp_option option_rows[] = {
    {"out", 'o', "ROOT", 0, "put results/ and plots/ there (default: the working directory)", 0},
    {"models", KEY_MODELS, "A,B,...", 0, "names or paths of models instead of the spec's", 0},
    {"samples", KEY_SAMPLES, "N", 0, "score the first N texts instead of the spec's number", 0},
    EXPERIMENT_SET_ROW,
    {"keep-going", 'k', 0, 0, "run the other cells when one fails, and write the table without it",
     0},
    {"failed", KEY_FAILED, 0, 0, "run only cells whose last run failed", 0},
    {"only", KEY_ONLY, "PATTERN", 0,
     "run only cells with an id that fits, as in '*.tiers.*'; may be given several times", 0},
    {"dry-run", 'n', 0, 0, "run nothing: tell what would be run and why, as the command plan", 0},
    {"jobs", 'j', "N", 0,
     "make N variants side by side, which share the threads (default: 1, with all of them)", 0},
    {"memory", KEY_MEMORY, "GIB", 0,
     "what models and variants at work may take together (default: 80 % of what is available); "
     "one variant runs whatever it takes",
     0},
    {"quiet", 'q', 0, 0, "show no progress, only the table", 0},
    COMMAND_THREADS_ROW,
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'o':
        o->out = arg;
        break;
    case 'q':
        o->quiet = true;
        break;
    case 'n':
        o->dry = true;
        break;
    case 'k':
        o->choice.keep_going = true;
        break;
    case KEY_FAILED:
        o->choice.failed = true;
        break;
    case KEY_ONLY:
        o->only[o->choice.n_only++] = arg;
        break;
    case 'j':
        command_take_number(&o->jobs, "--jobs", arg, 1, COMPUTE_THREADS_MAX, state);
        break;
    case KEY_MEMORY:
        command_take_number(&o->memory_gib, "--memory", arg, 1, 1 << 20, state);
        break;
    case KEY_MODELS:
        o->overrides.models = arg;
        break;
    case KEY_SAMPLES:
        command_take_number(&o->overrides.samples, "--samples", arg, 1, 1000000000, state);
        break;
    case EXPERIMENT_KEY_SET:
        experiment_take_set(&o->overrides, arg, state);
        break;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        break;
    case ARGP_KEY_ARG:
        command_take_argument(&o->spec, arg, "experiment", state);
        break;
    case ARGP_KEY_END:
        if (!o->spec) {
            argp_error(state, "which experiment? Give a .yaml file");
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
    "SPEC.yaml",
    "Run the cells of an experiment that have no result yet, then write its tables and figures.",
    0,
    0,
    0};

static volatile sig_atomic_t interrupted;

/* The first signal ends the run after the text at hand, the second at once. */
static void on_signal(int number)
{
    if (interrupted) {
        command_end(number);
    }
    interrupted = 1;
}

/* What is shown while the run goes: a line redrawn on a terminal, a line a cell elsewhere. */
struct display {
    const struct options *options;
    const struct store *store;
    bool terminal, quiet;
    size_t cells, done;
    char failed[CELL_TEXT]; /* the one that ended the run, or "" */
};

static void planned(void *context, size_t cells, size_t stored)
{
    struct display *d = context;
    d->cells = cells;
    d->done = stored;
    if (!d->quiet) {
        fprintf(stderr, "%zu cells, %zu of them stored already\n", cells, stored);
    }
}

static bool within_cell(void *context, const struct cell *c, size_t done, size_t total)
{
    struct display *d = context;
    if (d->terminal && !d->quiet) {
        fprintf(stderr, "\r\033[K[%zu/%zu] %.60s  %zu/%zu texts", d->done + 1, d->cells, c->id,
                done, total);
        fflush(stderr);
    }
    return interrupted != 0;
}

static void finished(void *context, const struct cell *c, const struct record *r, double wall_s)
{
    struct display *d = context;
    d->done++;
    if (!d->quiet) {
        fprintf(stderr, "%s[%zu/%zu] %s  loss %.4f  %.2f s\n", d->terminal ? "\r\033[K" : "",
                d->done, d->cells, c->id, r->loss_nats, wall_s);
    }
}

/* A word for a shell: as it is when it is plain, else in quotes. */
static void add_word(struct buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    if (*word && strspn(word, plain) == strlen(word)) {
        buf_addf(out, " %s", word);
        return;
    }
    buf_adds(out, " '");
    for (; *word; word++) {
        if (*word == '\'') {
            buf_adds(out, "'\\''");
        } else {
            buf_addc(out, *word);
        }
    }
    buf_addc(out, '\'');
}

/* The command that runs these cells of the experiment alone, or all of it. */
static void add_command(struct buf *out, const struct options *o, const char *only)
{
    buf_adds(out, "nashswarm run");
    add_word(out, o->spec);
    if (strcmp(o->out, ".") != 0) {
        buf_adds(out, " --out");
        add_word(out, o->out);
    }
    if (o->overrides.models) {
        buf_adds(out, " --models");
        add_word(out, o->overrides.models);
    }
    if (o->overrides.samples) {
        buf_addf(out, " --samples %ld", o->overrides.samples);
    }
    for (size_t i = 0; i < o->overrides.n_set; i++) {
        buf_adds(out, " --set");
        add_word(out, o->overrides.set[i]);
    }
    if (only) {
        buf_adds(out, " --only");
        add_word(out, only);
    }
}

static void command_of(void *context, const struct cell *c, struct buf *out)
{
    const struct display *d = context;
    add_command(out, d->options, c->id);
}

/* How far a cell that failed got, and how to try it again. */
static void tell_alone(const struct display *d, const char *id)
{
    enum { LINES = 5 };
    struct buf alone = BUF_INIT;
    journal_tail(d->store, id, LINES, "    ", &alone);
    buf_adds(&alone, "  to run it alone: ");
    add_command(&alone, d->options, id);
    fprintf(stderr, "%s\n", buf_text(&alone));
    buf_release(&alone);
}

/* A failure that ends the run is told at its end. */
static void failed(void *context, const struct cell *c, const struct err *why)
{
    struct display *d = context;
    d->done++;
    if (d->options->choice.keep_going) {
        fprintf(stderr, "%s[%zu/%zu] %s  failed: %s\n", d->terminal ? "\r\033[K" : "", d->done,
                d->cells, c->id, why->text);
        tell_alone(d, c->id);
    } else {
        snprintf(d->failed, sizeof d->failed, "%s", c->id);
    }
}

/* What is missing from the results, and what to do about it; the exit status that this means. */
static int tell_missing(const struct options *o, const struct run_result *r)
{
    struct buf command = BUF_INIT;
    size_t missing = r->cells - r->n;
    if (!missing) {
        return EXIT_DONE;
    }
    add_command(&command, o, NULL);
    fprintf(stderr, "nashswarm run: %zu of %zu cells %s no result%s; %s runs them\n", missing,
            r->cells, missing == 1 ? "has" : "have",
            r->tables ? " and no row in the table" : ", so the table was not written",
            buf_text(&command));
    buf_release(&command);
    return r->failed ? EXIT_FAILED : EXIT_DONE;
}

static int run(const struct experiment *x, struct display *d)
{
    struct run_listener listener = {.planned = planned,
                                    .finished = finished,
                                    .failed = failed,
                                    .within = within_cell,
                                    .command = command_of,
                                    .context = d};
    struct run_result result;
    struct buf out = BUF_INIT;
    struct err e;
    int status = run_spec(&x->spec, &x->store, &d->options->choice, &d->options->limits, &listener,
                          &result, &e);
    if (!status && result.tables) {
        status = experiment_report(x, result.rows, result.n, true, true, &out, &e);
    }
    if (interrupted) {
        fprintf(stderr,
                "%snashswarm run: interrupted; what is done is kept, the same command goes "
                "on from there\n",
                d->terminal ? "\n" : "");
        status = EXIT_INTERRUPTED;
    } else {
        /* What there is when a figure fails is shown too: it took long to compute. */
        int bad = status ? command_fail("run", EXIT_FAILED, &e) : EXIT_DONE;
        if (d->failed[0]) {
            tell_alone(d, d->failed);
        }
        status = command_print("run", &out);
        status = bad ? bad : status;
        status = status ? status : tell_missing(d->options, &result);
    }
    buf_release(&out);
    run_result_release(&result);
    return status;
}

static int run_to_signal(const struct experiment *x, const struct options *o)
{
    struct display d = {
        .options = o, .store = &x->store, .terminal = command_on_terminal(), .quiet = o->quiet};
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return run(x, &d);
}

int cmd_run(int argc, char **argv)
{
    struct options o = {.out = "."};
    struct experiment x;
    struct err e;
    if (!(o.only = mem_new((size_t)argc, sizeof *o.only, &e))) {
        return command_fail("run", EXIT_FAILED, &e);
    }
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    o.choice.only = o.only;
    o.limits = (struct run_limits){.side_by_side = (int)o.jobs,
                                   .memory = o.memory_gib ? (size_t)o.memory_gib << 30
                                                          : machine_memory_available() / 5 * 4};
    int status = compute_init((int)o.threads, &e)
                     ? command_fail("run", EXIT_FAILED, &e)
                     : experiment_open(&x, "run", o.spec, o.out, &o.overrides);
    if (!status) {
        status = o.dry ? plan_print(&x, &(struct plan_output){0}, "run") : run_to_signal(&x, &o);
        experiment_close(&x);
    }
    experiment_release_sets(&o.overrides);
    free(o.only);
    return status;
}
