#include "commands/slurm_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/shell.h"
#include "cluster/settings.h"
#include "cluster/submission.h"
#include "commands/collected.h"
#include "commands/command.h"
#include "commands/run_command.h"
#include "model/gpt2.h"
#include "spec/paths.h"

/* Everything while cells are sent and waited for. */
struct engine {
    const struct experiment *x;
    const struct slurm_request *request;
    struct cluster_settings settings;
    struct stock stock;
    bool *queued;        /* cells that a task in the queue has */
    size_t *model_class; /* one a model */
    char *program, *root;
    struct queued queue;
    size_t sent_cells, sent_tasks;
};

static int class_models(struct engine *g, struct err *e)
{
    const struct spec *s = &g->x->spec;
    for (size_t i = 0; i < s->n_models; i++) {
        struct gpt2 m;
        if (gpt2_open(&m, s->models[i].path, e)) {
            return -1;
        }
        int status = cluster_class_of(&g->settings, gpt2_parameters(&m), &g->model_class[i], e);
        gpt2_close(&m);
        if (status) {
            return -1;
        }
    }
    return 0;
}

static char *own_path(struct err *e)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n < 0) {
        err_set(e, "cannot find out where this program is: /proc/self/exe cannot be read");
        return NULL;
    }
    path[n] = '\0';
    return mem_string(path, e);
}

static int prepare(struct engine *g, struct err *e)
{
    const struct spec *s = &g->x->spec;
    return store_prepare(&g->x->store, e) || stock_read(&g->stock, s, &g->x->store, e) ||
                   !(g->queued = mem_new(g->stock.plan.n, sizeof *g->queued, e)) ||
                   !(g->model_class = mem_new(s->n_models, sizeof *g->model_class, e)) ||
                   class_models(g, e) || !(g->program = own_path(e)) ||
                   !(g->root = path_absolute(g->request->experiment->out, e))
               ? -1
               : 0;
}

/* What is in the queue, and then what is stored: a task that has left has stored what it could. */
static int look(struct engine *g, struct err *e)
{
    struct slurm_queue q;
    buf_release(&g->queue.jobs);
    memset(g->queued, 0, g->stock.plan.n * sizeof *g->queued);
    if (slurm_queue_read(&q, e)) {
        return -1;
    }
    int status =
        submissions_queued(&g->queue, &g->x->store, &g->x->spec, &q, &g->stock.plan, g->queued, e);
    slurm_queue_release(&q);
    return status ? status : stock_again(&g->stock, &g->x->store, e);
}

/* "--NAME=VALUE", when there is a value. */
static void add_option(struct buf *texts, const char *name, const char *value)
{
    if (value) {
        buf_addf(texts, "--%s=%s", name, value);
        buf_addc(texts, '\0');
    }
}

static const char *first_of(const char *a, const char *b, const char *c)
{
    return a ? a : b ? b : c;
}

/* The options of sbatch for a class: NUL-ended texts one after the other. */
static void class_options(const struct engine *g, const struct cluster_class *c, struct buf *texts)
{
    const struct cluster_settings *s = &g->settings;
    const struct slurm_request *r = g->request;
    char cpus[24];
    snprintf(cpus, sizeof cpus, "%ld", c->cpus);
    add_option(texts, "cpus-per-task", c->cpus ? cpus : NULL);
    add_option(texts, "mem", c->memory);
    add_option(texts, "partition", first_of(r->partition, c->partition, s->partition));
    add_option(texts, "time", first_of(r->time, c->time, s->time));
    add_option(texts, "account", first_of(r->account, s->account, NULL));
    for (size_t i = 0; i < r->n_sbatch; i++) {
        buf_adds(texts, r->sbatch[i]);
        buf_addc(texts, '\0');
    }
}

/* One job array. No signal comes between its being sent and its number being noted. */
static int send_array(struct engine *g, const struct cluster_class *c, const struct tasks *b,
                      size_t first, size_t last, struct err *e)
{
    enum { CLASS_OPTIONS = 5 };
    struct submission m = {0};
    struct buf texts = BUF_INIT;
    sigset_t ends, before;
    size_t n = 0;
    long job;
    const char **options = mem_new(CLASS_OPTIONS + g->request->n_sbatch, sizeof *options, e);
    class_options(g, c, &texts);
    int status = !options || buf_check(&texts, e) ? -1 : 0;
    for (size_t at = 0; !status && at < texts.len; at += strlen(texts.s + at) + 1) {
        options[n++] = texts.s + at;
    }
    sigemptyset(&ends);
    for (size_t i = 0; i < COMMAND_ENDS; i++) {
        sigaddset(&ends, command_ends[i]);
    }
    sigprocmask(SIG_BLOCK, &ends, &before);
    status = status ||
                     submission_make(&m, &g->x->store, &g->x->spec, c->name, &g->stock.plan, b,
                                     first, last, g->program, g->root, e) ||
                     submission_send(&m, last - first, options, n, &job, e)
                 ? -1
                 : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!status) {
        g->sent_tasks += last - first;
        g->sent_cells += b->starts[last] - b->starts[first];
        fprintf(stderr, "job %ld: %zu cells in %zu tasks (%s)\n", job,
                b->starts[last] - b->starts[first], last - first, c->name);
    }
    submission_release(&m);
    buf_release(&texts);
    free((void *)options);
    return status;
}

/* Sends the wanted cells of one class. */
static int send_class(struct engine *g, size_t which, const bool *wanted, struct err *e)
{
    struct tasks b;
    if (tasks_make(&b, &g->stock.plan, wanted, g->model_class, which,
                   (size_t)g->settings.cells_per_task, e)) {
        return -1;
    }
    int status = 0;
    for (size_t t = 0; t < b.n_tasks && !status; t += ARRAY_TASKS_MAX) {
        size_t last = b.n_tasks - t < ARRAY_TASKS_MAX ? b.n_tasks : t + ARRAY_TASKS_MAX;
        status = send_array(g, &g->settings.classes[which], &b, t, last, e);
    }
    tasks_release(&b);
    return status;
}

/* Sends what is neither stored nor in the queue; two that do so at once wait for each other. */
static int send_missing(struct engine *g, struct err *e)
{
    size_t n = g->stock.plan.n, waiting = 0;
    bool *wanted = mem_new(n, sizeof *wanted, e);
    int lock = -1;
    int status = !wanted || store_lock(&g->x->store, &lock, e) || look(g, e) ? -1 : 0;
    for (size_t i = 0; i < n && !status; i++) {
        wanted[i] = !g->stock.stored[i] && !g->queued[i];
        waiting += !g->stock.stored[i] && g->queued[i];
    }
    if (!status) {
        fprintf(stderr, "%zu cells, %zu of them stored already, %zu in the queue\n", n,
                g->stock.n_stored, waiting);
    }
    for (size_t i = 0; i < g->settings.n_classes && !status; i++) {
        status = send_class(g, i, wanted, e);
    }
    if (lock >= 0) {
        close(lock);
    }
    free(wanted);
    return status;
}

/* The command line that does this again, or collects. */
static void add_command(const struct engine *g, const char *verb, bool again, struct buf *out)
{
    const struct slurm_request *r = g->request;
    const char *const given[][2] = {
        {"partition", r->partition}, {"time", r->time}, {"account", r->account}};
    run_command_add(out, verb, r->experiment);
    if (!again) {
        return;
    }
    buf_adds(out, " --engine slurm");
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        if (given[i][1]) {
            buf_addf(out, " --%s", given[i][0]);
            shell_add_word(out, given[i][1]);
        }
    }
    for (size_t i = 0; i < r->n_sbatch; i++) {
        buf_adds(out, " --sbatch");
        shell_add_word(out, r->sbatch[i]);
    }
}

/* A job that is left to itself: how to have its results, and how to end it. */
static void tell_left(struct engine *g, const char *lead)
{
    struct buf out = BUF_INIT;
    struct err ignored;
    if (look(g, &ignored)) {
        buf_clear(&g->queue.jobs);
    }
    buf_addf(&out, "%s; ", lead);
    add_command(g, "collect", false, &out);
    buf_adds(&out, " makes the tables when it is done");
    if (g->queue.jobs.len) {
        buf_addf(&out, ", scancel%s ends it", g->queue.jobs.s);
    }
    fprintf(stderr, "%s\n", buf_text(&out));
    buf_release(&out);
}

static void show_progress(const struct engine *g, char *last, size_t size)
{
    char line[160];
    bool terminal = command_on_terminal();
    snprintf(line, sizeof line, "[%zu/%zu] cells, %zu tasks running, %zu queued", g->stock.n_stored,
             g->stock.plan.n, g->queue.running, g->queue.waiting);
    if (!g->request->quiet && strcmp(line, last) != 0) {
        fprintf(stderr, "%s%s%s", terminal ? "\r\033[K" : "", line, terminal ? "" : "\n");
        fflush(stderr);
    }
    snprintf(last, size, "%s", line);
}

static void pause_s(double seconds)
{
    struct timespec t = {.tv_sec = (time_t)seconds};
    t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
    nanosleep(&t, NULL); /* a signal ends it */
}

/*
 * Until every cell is stored, or the tasks are gone. A shared folder may show a result a little
 * late, and a controller that starts again does not answer for a while: both are waited for.
 */
static int wait_for_tasks(struct engine *g, struct err *e)
{
    enum { LOOKS_AFTER = 4, SILENCE_S = 120 };
    char last[160] = "";
    double pause = 0.25, answered = clock_s();
    int gone = 0;
    while (g->stock.n_stored < g->stock.plan.n && gone < LOOKS_AFTER) {
        if (*g->request->interrupted) {
            return 0;
        }
        if (look(g, e)) {
            if (clock_s() - answered > SILENCE_S) {
                return -1;
            }
        } else {
            answered = clock_s();
            show_progress(g, last, sizeof last);
            gone = g->queue.running + g->queue.waiting ? 0 : gone + 1;
        }
        if (g->stock.n_stored < g->stock.plan.n) {
            pause_s(gone ? 0.5 : pause);
            pause = pause < 5 ? pause * 1.3 : pause;
        }
    }
    if (last[0] && !g->request->quiet && command_on_terminal()) {
        fputc('\n', stderr);
    }
    return 0;
}

/* The end of the waiting: the tables, or what is missing and what to do. */
static int conclude(struct engine *g)
{
    struct buf again = BUF_INIT;
    bool missing = g->stock.n_stored < g->stock.plan.n;
    if (missing && *g->request->interrupted) {
        tell_left(g, "nashswarm run: interrupted; the cluster goes on");
        return EXIT_INTERRUPTED;
    }
    int status = collected_report(g->x, "run", &g->stock, g->request->partial);
    if (missing) {
        add_command(g, "run", true, &again);
        fprintf(stderr,
                "  no task in the queue has them any more; what the tasks said is in %s/slurm/; "
                "%s sends them again\n",
                buf_text(&g->x->store.results), buf_text(&again));
        status = EXIT_FAILED;
    }
    buf_release(&again);
    return status;
}

static int engine_go(struct engine *g)
{
    struct err e;
    if (prepare(g, &e)) {
        return command_fail("run", EXIT_FAILED, &e);
    }
    if (g->stock.n_stored < g->stock.plan.n && send_missing(g, &e)) {
        int status = command_fail("run", EXIT_FAILED, &e);
        if (g->sent_tasks) {
            tell_left(g, "nashswarm run: some of the cells were sent before");
        }
        return status;
    }
    if (g->request->detach && g->stock.n_stored < g->stock.plan.n) {
        tell_left(g, "nashswarm run: not waited for");
        return EXIT_DONE;
    }
    if (wait_for_tasks(g, &e)) {
        int status = command_fail("run", EXIT_FAILED, &e);
        tell_left(g, "nashswarm run: the queue cannot be seen, the tasks may go on");
        return status;
    }
    return conclude(g);
}

int slurm_engine_run(const struct experiment *x, const struct slurm_request *request)
{
    struct engine g = {.x = x, .request = request};
    struct buf problems = BUF_INIT;
    struct err e;
    int status = EXIT_DONE;
    if (cluster_settings_read(&g.settings, x->spec.path, &problems, &e)) {
        fputs(buf_text(&problems), stderr);
        status = command_fail("run", problems.len ? EXIT_USAGE : EXIT_FAILED, &e);
    } else {
        status = engine_go(&g);
        cluster_settings_release(&g.settings);
    }
    stock_release(&g.stock);
    free(g.queued);
    free(g.model_class);
    free(g.program);
    free(g.root);
    buf_release(&g.queue.jobs);
    buf_release(&problems);
    return status;
}
