/* nashswarm run: an experiment from its spec to its tables and figures. */
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/shell.h"
#include "commands/command.h"
#include "commands/experiment.h"
#include "commands/id_list.h"
#include "commands/plan_output.h"
#include "commands/run_command.h"
#include "commands/run_display.h"
#include "commands/run_options.h"
#include "commands/slurm_engine.h"
#include "tensor/matmul.h"

static volatile sig_atomic_t interrupted;

/*
 * The first signal ends the run after the text at hand, the second at once. One that comes with the
 * first is the same: timeout(1) sends its signal to a process, then to the group of it.
 */
static void on_signal(int number)
{
    static const double together_s = 0.2;
    static volatile double first;
    double now = clock_s();
    if (!interrupted) {
        first = now;
    } else if (now - first > together_s) {
        command_end(number);
    }
    interrupted = 1;
}

/* A signal that this process was told to ignore, as a script's background jobs are, stays so. */
static void stop_on(int number)
{
    struct sigaction action = {.sa_handler = on_signal}, before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
        sigaction(number, &action, NULL);
    }
}

static bool is_interrupted(void)
{
    return interrupted != 0;
}

static void add_command(struct buf *out, const struct run_options *o)
{
    run_command_add(out, "run", &o->experiment);
}

static void command_alone(void *context, const char *id, struct buf *out)
{
    add_command(out, context);
    buf_adds(out, " --only");
    shell_add_word(out, id);
}

/* What is missing from the results, and what to do about it; the exit status that this means. */
static int tell_missing(const struct run_options *o, const struct run_result *r)
{
    struct buf command = BUF_INIT;
    size_t missing = r->cells - r->n;
    if (!missing || o->choice.no_tables) {
        return r->failed ? EXIT_FAILED : EXIT_DONE;
    }
    add_command(&command, o);
    fprintf(stderr, "nashswarm run: %zu of %zu cells %s no result%s; %s runs them\n", missing,
            r->cells, missing == 1 ? "has" : "have",
            r->tables ? " and no row in the table" : ", so the table was not written",
            buf_text(&command));
    buf_release(&command);
    return r->failed ? EXIT_FAILED : EXIT_DONE;
}

/* What was written, for programs. */
static void tell_tables(struct run_display *d, const struct experiment *x)
{
    static const char *const names[] = {"/table.csv", "/tensors.csv", "/tables", "/timing"};
    struct buf path = BUF_INIT;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        buf_clear(&path);
        buf_addf(&path, "%s%s", x->store.results.s, names[i]);
        if (file_exists(buf_text(&path))) {
            run_display_table(d, buf_text(&path));
        }
    }
    run_display_table(d, x->store.plots.s);
    buf_release(&path);
}

/* The end of a run that was not interrupted; its exit status. */
static int conclude(const struct run_options *o, const struct run_display *d,
                    const struct run_result *result, int status, struct buf *out,
                    const struct err *e)
{
    /* What there is when a figure fails is shown too: it took long to compute. */
    int why = result->nothing_fits ? EXIT_USAGE : EXIT_FAILED;
    int bad = status && !d->broken ? command_fail("run", why, e) : EXIT_DONE;
    run_display_tell_failed(d);
    status = o->json ? EXIT_DONE : command_print("run", out);
    status = d->broken ? EXIT_FAILED : bad ? bad : status;
    return status ? status : tell_missing(o, result);
}

static int run(const struct experiment *x, const struct run_options *o, struct run_display *d)
{
    struct run_listener listener = run_display_listener(d);
    struct run_result result;
    struct buf out = BUF_INIT;
    struct err e;
    int status = run_spec(&x->spec, &x->store, &o->choice, &o->limits, &listener, &result, &e);
    if (!status && result.tables) {
        status = experiment_report(x, result.rows, result.n, true, true, &out, &e);
        if (!status) {
            tell_tables(d, x);
        }
    }
    if (interrupted) {
        fprintf(stderr,
                "%snashswarm run: interrupted; what is done is kept, the same command goes "
                "on from there\n",
                d->terminal ? "\n" : "");
        status = EXIT_INTERRUPTED;
    } else {
        run_display_clear(d);
        status = conclude(o, d, &result, status, &out, &e);
    }
    run_display_done(d, &result, status, interrupted != 0);
    buf_release(&out);
    run_result_release(&result);
    return d->broken && !status ? EXIT_FAILED : status;
}

static int run_on_slurm(const struct experiment *x, const struct run_options *o)
{
    struct slurm_request r = o->slurm;
    r.experiment = &o->experiment;
    r.sbatch = o->sbatch;
    r.quiet = o->quiet;
    r.partial = o->choice.keep_going;
    r.interrupted = &interrupted;
    return slurm_engine_run(x, &r);
}

static int run_to_signal(const struct experiment *x, struct run_options *o)
{
    struct run_display d = {.store = &x->store,
                            .quiet = o->quiet,
                            .json = o->json,
                            .keep_going = o->choice.keep_going,
                            .chosen = o->choice.n_only || o->choice.failed,
                            .color = o->color,
                            .stop = is_interrupted,
                            .command = command_alone,
                            .command_context = o};
    struct err e;
    for (size_t i = 0; i < COMMAND_ENDS; i++) {
        stop_on(command_ends[i]);
    }
    if (o->on_slurm) {
        return run_on_slurm(x, o);
    }
    if (!o->choice.no_tables && experiment_tell_replaced(x, "run", &e)) {
        return command_fail("run", EXIT_FAILED, &e);
    }
    run_display_begin(&d);
    return run(x, o, &d);
}

/* The cells that a file names, if one was given. */
static int take_ids(struct run_options *o, struct id_list *ids, struct err *e)
{
    *ids = (struct id_list){0};
    if (o->only_from && id_list_read(ids, o->only_from, e)) {
        return -1;
    }
    o->choice.ids = ids->ids;
    o->choice.n_ids = ids->n;
    return 0;
}

int cmd_run(int argc, char **argv)
{
    struct run_options o;
    struct id_list ids;
    struct experiment x;
    struct err e;
    if (run_options_parse(&o, argc, argv, &e)) {
        return command_fail("run", EXIT_FAILED, &e);
    }
    int status = take_ids(&o, &ids, &e) || compute_init((int)o.threads, &e) ||
                         compute_reserve(o.limits.side_by_side, &e)
                     ? command_fail("run", EXIT_FAILED, &e)
                     : experiment_open(&x, "run", &o.experiment);
    if (!status) {
        struct plan_output plan = {.json = o.json};
        if (o.quiet || o.json) {
            x.store.waits = NULL;
        }
        status = o.dry ? plan_print(&x, &plan, "run") : run_to_signal(&x, &o);
        experiment_close(&x);
    }
    id_list_release(&ids);
    run_options_release(&o);
    return status;
}
