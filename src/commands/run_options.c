#include "commands/run_options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "commands/command.h"
#include "tensor/matmul.h"

enum {
    KEY_ONLY = 256,
    KEY_ONLY_FROM,
    KEY_FAILED,
    KEY_NO_REPORT,
    KEY_MEMORY,
    KEY_COLOR,
    KEY_JSON,
    KEY_ENGINE,
    KEY_DETACH,
    KEY_PARTITION,
    KEY_TIME,
    KEY_ACCOUNT,
    KEY_SBATCH
};

static const struct argp_option option_rows[] = {
    {"keep-going", 'k', 0, 0, "run the other cells when one fails, and write the table without it",
     0},
    {"failed", KEY_FAILED, 0, 0, "run only cells whose last run failed", 0},
    {"only", KEY_ONLY, "PATTERN", 0,
     "run only cells with an id that fits, as in '*.tiers.*'; may be given several times", 0},
    {"only-from", KEY_ONLY_FROM, "FILE", 0,
     "run only the cells whose whole ids stand in the file, one a line", 0},
    {"no-report", KEY_NO_REPORT, 0, 0, "run cells alone: no tables, no figures", 0},
    {"dry-run", 'n', 0, 0, "run nothing: tell what would be run and why, as the command plan", 0},
    {"jobs", 'j', "N", 0,
     "make N variants side by side, which share the threads (default: 1, with all of them)", 0},
    {"memory", KEY_MEMORY, "GIB", 0,
     "what models and variants at work may take together (default: 80 % of what is available); "
     "one variant runs whatever it takes",
     0},
    {"quiet", 'q', 0, 0, "show no progress, only the table", 0},
    {"color", KEY_COLOR, "WHEN", 0,
     "auto (the default: on a terminal, unless NO_COLOR is set), always or never", 0},
    {"json", KEY_JSON, 0, 0, "print what happens as JSON, an object a line, instead of the table",
     0},
    COMMAND_THREADS_ROW,
    {"engine", KEY_ENGINE, "WHERE", 0,
     "local, or slurm: send the cells that are missing to a cluster, wait, and collect (default: "
     "local)",
     0},
    {"detach", KEY_DETACH, 0, 0, "with --engine slurm: send the cells and do not wait", 0},
    {"partition", KEY_PARTITION, "NAME", 0, "of the cluster (default: as configs/slurm.yaml says)",
     0},
    {"time", KEY_TIME, "LIMIT", 0, "of a task, as sbatch takes it (default: likewise)", 0},
    {"account", KEY_ACCOUNT, "NAME", 0, "on the cluster (default: likewise)", 0},
    {"sbatch", KEY_SBATCH, "OPTION", 0,
     "one more option for sbatch, as in --sbatch=--qos=low; may be given several times", 0},
    {0},
};

static enum color_choice take_color(const char *text, struct argp_state *state)
{
    static const char *const choices[] = {
        [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        if (strcmp(text, choices[i]) == 0) {
            return (enum color_choice)i;
        }
    }
    argp_error(state, "--color takes auto, always or never, not \"%s\"", text);
    return COLOR_AUTO;
}

/* What only one engine knows is refused with the other. */
static void check_engine(const struct run_options *o, struct argp_state *state)
{
    const struct slurm_request *r = &o->slurm;
    if (!o->on_slurm && (r->detach || r->partition || r->time || r->account || r->n_sbatch)) {
        argp_error(state, "--detach, --partition, --time, --account and --sbatch are for "
                          "--engine slurm");
    }
    if (o->on_slurm && (o->jobs || o->memory_gib || o->json)) {
        argp_error(state, "--jobs, --memory and --json are for cells that run here, without "
                          "--engine slurm");
    }
    if (o->on_slurm &&
        (o->choice.n_only || o->choice.failed || o->choice.no_tables || o->only_from)) {
        argp_error(state, "--engine slurm sends every cell that is missing: leave out --only, "
                          "--only-from, --failed and --no-report");
    }
}

static error_t parse_slurm(int key, char *arg, struct argp_state *state)
{
    struct run_options *o = state->input;
    switch (key) {
    case KEY_ENGINE:
        if (strcmp(arg, "slurm") != 0 && strcmp(arg, "local") != 0) {
            argp_error(state, "--engine is local or slurm, not \"%s\"", arg);
        }
        o->on_slurm = strcmp(arg, "slurm") == 0;
        break;
    case KEY_DETACH:
        o->slurm.detach = true;
        break;
    case KEY_PARTITION:
        o->slurm.partition = arg;
        break;
    case KEY_TIME:
        o->slurm.time = arg;
        break;
    case KEY_ACCOUNT:
        o->slurm.account = arg;
        break;
    case KEY_SBATCH:
        o->sbatch[o->slurm.n_sbatch++] = arg;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse_limits(int key, char *arg, struct argp_state *state)
{
    struct run_options *o = state->input;
    switch (key) {
    case 'j':
        command_take_number(&o->jobs, "--jobs", arg, 1, COMPUTE_THREADS_MAX, state);
        break;
    case KEY_MEMORY:
        command_take_number(&o->memory_gib, "--memory", arg, 1, 1 << 20, state);
        break;
    case COMMAND_KEY_THREADS:
        command_take_threads(&o->threads, arg, state);
        break;
    default:
        return parse_slurm(key, arg, state);
    }
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct run_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        experiment_hand_on(state, &o->experiment);
        break;
    case 'q':
        o->quiet = true;
        break;
    case KEY_JSON:
        o->json = true;
        break;
    case KEY_COLOR:
        o->color = take_color(arg, state);
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
    case KEY_ONLY_FROM:
        o->only_from = arg;
        break;
    case KEY_NO_REPORT:
        o->choice.no_tables = true;
        break;
    case 'n':
        o->dry = true;
        break;
    case ARGP_KEY_END:
        check_engine(o, state);
        break;
    default:
        return parse_limits(key, arg, state);
    }
    return 0;
}

static const struct argp argp = {
    option_rows,
    parse,
    "SPEC.yaml",
    "Run the cells of an experiment that have no result yet, then write its tables and figures.",
    experiment_part,
    0,
    0};

int run_options_parse(struct run_options *o, int argc, char **argv, struct err *e)
{
    *o = (struct run_options){0};
    if (!(o->only = mem_new((size_t)argc, sizeof *o->only, e)) ||
        !(o->sbatch = mem_new((size_t)argc, sizeof *o->sbatch, e))) {
        run_options_release(o);
        return -1;
    }
    command_parse(&argp, argc, argv, o);
    o->choice.only = o->only;
    o->limits = (struct run_limits){.side_by_side = (int)o->jobs,
                                    .memory = o->memory_gib ? (size_t)o->memory_gib << 30
                                                            : machine_memory_available() / 5 * 4};
    return 0;
}

void run_options_release(struct run_options *o)
{
    experiment_request_release(&o->experiment);
    free(o->only);
    free(o->sbatch);
}
