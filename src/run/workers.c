#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "results/journal.h"
#include "run/models.h"
#include "run/queue.h"
#include "run/running.h"
#include "tensor/matmul.h"

/*
 * What a variant at work takes beyond its shared base, in bytes a weight: its own quantized weights
 * and as much again for tables of costs, orders of weights and activations.
 */
enum { VARIANT_BYTES = 2 * sizeof(float) };

/* What workers share; what changes is under the run's lock. */
struct work {
    struct run *run;
    struct models models;
    struct queue queue;
    size_t memory;    /* what their variants take */
    struct err error; /* the first one, when ended early by one */
    int status;
    pthread_cond_t changed; /* a variant was done */
};

struct worker {
    struct work *work;
    const struct cell *cell; /* at work */
    struct run_step step;    /* of it */
    struct journal *journal; /* likewise */
    int threads;
};

static void step(void *context, const char *what, bool last)
{
    struct worker *w = context;
    w->step = (struct run_step){.what = what, .last = last, .began_s = clock_s()};
}

/* The listener's word on whether to go on, remembered: a stop ends every worker's variant. */
static bool within(void *context, size_t done, size_t total)
{
    struct worker *w = context;
    struct run *r = w->work->run;
    const struct run_listener *l = r->listener;
    if (total) {
        w->step.done = done;
        w->step.total = total;
        journal_add_seldom(w->journal, clock_s(), "%zu/%zu %s", done, total, w->step.what);
    }
    run_lock(r);
    bool stopped = r->stopped || (l->within && l->within(l->context, w->cell, &w->step));
    r->stopped = stopped;
    run_unlock(r);
    return stopped;
}

/* Those of the variant's cells [first, last) that are to be run, as indices. */
static int cells_to_run(struct run *r, size_t first, size_t last, size_t *index, size_t *n,
                        struct err *e)
{
    const struct run_listener *l = r->listener;
    *n = 0;
    for (size_t i = first; i < last; i++) {
        if (r->stored[i] || !r->chosen[i]) {
            continue;
        }
        if (run_read_stored(r, i, NULL, e)) { /* another run may have been here */
            return -1;
        }
        if (!r->stored[i]) {
            index[(*n)++] = i;
        } else if (l->found) {
            run_lock(r);
            l->found(l->context, &r->plan.cells[i]);
            run_unlock(r);
        }
    }
    return 0;
}

static size_t bytes_of(const struct gpt2 *m)
{
    return gpt2_parameters(m) * VARIANT_BYTES;
}

/* Waits until the variant has room in memory, or nobody else is at work. */
static void take_memory(struct work *w, size_t bytes)
{
    struct run *r = w->run;
    size_t limit = r->limits->memory;
    run_lock(r);
    while (limit && w->memory > 0 && w->memory + bytes + models_bytes(&w->models) > limit) {
        pthread_cond_wait(&w->changed, &r->lock);
    }
    w->memory += bytes;
    run_unlock(r);
}

static void give_memory(struct work *w, size_t bytes)
{
    run_lock(w->run);
    w->memory -= bytes;
    pthread_cond_broadcast(&w->changed);
    run_unlock(w->run);
}

/* Begins the logs of cells of one variant. */
static int begin_logs(struct run *r, struct journal *journal, const struct cell *cells, size_t n,
                      struct err *e)
{
    const struct run_listener *l = r->listener;
    if (journal_open(journal, r->store, cells, n, e)) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        struct buf command = BUF_INIT;
        if (l->command) {
            run_lock(r);
            l->command(l->context, &cells[i], &command);
            run_unlock(r);
        }
        journal_add_to(journal, i, JOURNAL_STARTED "%s", buf_text(&command));
        buf_release(&command);
    }
    return 0;
}

/* Makes and scores one variant, on the model that its cells are of. */
static int make(struct worker *w, struct variant_result *result, const struct cell *cells, size_t n,
                struct journal *journal, struct err *e)
{
    struct work *work = w->work;
    struct run *r = work->run;
    struct progress progress = {.report = within, .context = w, .step = step};
    struct loaded_model *model;
    double start = clock_s();
    w->cell = &cells[0];
    w->journal = journal;
    w->step = (struct run_step){.what = ""};
    run_lock(r);
    if (r->listener->began) {
        r->listener->began(r->listener->context, &cells[0], n);
    }
    run_unlock(r);
    if (models_borrow(&model, &work->models, cells[0].model, e)) {
        return -1;
    }
    size_t bytes = bytes_of(&model->gpt2);
    take_memory(work, bytes);
    journal_add(journal, "model and memory at hand after %.3f s", clock_s() - start);
    int status = variant_run(result, model, r->spec, cells, n, &progress, journal, e);
    give_memory(work, bytes);
    models_return(&work->models, cells[0].model);
    return status;
}

/* Whether the files of these cells of one variant are still those of their keys. */
static int check_inputs(struct run *r, const struct cell *cells, struct err *e)
{
    run_lock(r);
    int status = cell_inputs_check(&r->digests, r->spec, cells, e);
    run_unlock(r);
    return status;
}

/* Runs those of the variant's cells [first, last) that have no result yet. */
static int run_variant(struct worker *w, size_t first, size_t last, struct err *e)
{
    struct run *r = w->work->run;
    struct cell *cells = mem_new(last - first, sizeof *cells, e);
    struct variant_result result = {.rows = mem_new(last - first, sizeof *result.rows, e),
                                    .evidence = mem_new(last - first, sizeof *result.evidence, e),
                                    .details = details_none()};
    size_t n = 0, *index = mem_new(last - first, sizeof *index, e);
    struct journal journal = JOURNAL_INIT;
    struct err changed;
    double start = clock_s();
    int status = cells && result.rows && result.evidence && index ? 0 : -1;
    if (status || (status = cells_to_run(r, first, last, index, &n, e)) || n == 0) {
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        cells[i] = r->plan.cells[index[i]];
    }
    if ((status = begin_logs(r, &journal, cells, n, e))) {
        goto out;
    }
    int failed = make(w, &result, cells, n, &journal, e);
    if (!r->stopped && check_inputs(r, cells, &changed)) { /* whatever was made of them */
        *e = changed;
        journal_add(&journal, JOURNAL_ERROR "%s", e->text);
        status = -1;
    } else if (failed) {
        journal_add(&journal, JOURNAL_ERROR "%s", e->text);
        status = r->stopped ? -1 : run_note_failure(r, cells, n, e);
    } else {
        status = run_publish(r, index, n, &result, clock_s() - start, &journal,
                             &w->work->queue.met_other, e);
    }
out:
    journal_close(&journal);
    free(cells);
    for (size_t i = 0; i < n && result.evidence; i++) {
        evidence_release(&result.evidence[i]);
    }
    free(result.evidence);
    free(result.rows);
    details_release(&result.details);
    free(index);
    return status;
}

/* An error ends the run: what others have at hand they finish. */
static void end(struct work *w, const struct err *e)
{
    run_lock(w->run);
    if (!w->status) {
        w->error = *e;
    }
    w->status = -1;
    queue_end(&w->queue);
    run_unlock(w->run);
}

static void *work(void *context)
{
    struct worker *w = context;
    struct queue *q = &w->work->queue;
    struct err e;
    size_t v;
    compute_set_threads(w->threads);
    while (queue_take(q, &v)) {
        if (run_variant(w, q->starts[v], q->starts[v + 1], &e)) {
            end(w->work, &e);
        }
        queue_give(q, v);
    }
    return NULL;
}

/*
 * n workers, the caller one of them: each with a team of its own for what is parallel within a
 * variant. A thread that cannot be made leaves its share to the others.
 */
static int work_side_by_side(struct work *w, int n, struct err *e)
{
    int threads = compute_threads();
    struct worker *workers = mem_new((size_t)n, sizeof *workers, e);
    pthread_t *ids = mem_new((size_t)n, sizeof *ids, e);
    int started = 1, status = workers && ids ? 0 : -1;
    for (int i = 0; i < n && !status; i++) {
        int share = threads / n + (i < threads % n);
        workers[i] = (struct worker){.work = w, .threads = share > 0 ? share : 1};
    }
    for (; started < n && !status; started++) {
        if (pthread_create(&ids[started], NULL, work, &workers[started])) {
            break;
        }
    }
    if (!status) {
        work(&workers[0]);
        compute_set_threads(threads);
    }
    for (int i = 1; i < started && !status; i++) {
        pthread_join(ids[i], NULL);
    }
    free(workers);
    free(ids);
    return status;
}

int run_missing(struct run *r, struct err *e)
{
    struct work w = {.run = r, .changed = PTHREAD_COND_INITIALIZER};
    int n = r->limits->side_by_side > 1 ? r->limits->side_by_side : 1;
    int status = queue_init(&w.queue, r, e) || models_init(&w.models, r->spec, e)
                     ? -1
                     : work_side_by_side(&w, n, e);
    if (!status && w.status) {
        *e = w.error;
        status = -1;
    } else if (!status && r->stopped) {
        status = err_set(e, "interrupted");
    }
    models_release(&w.models);
    queue_release(&w.queue);
    return status;
}
