#include "run/run.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/h5.h"
#include "base/mem.h"
#include "base/version.h"
#include "plan/plan.h"
#include "results/provenance.h"
#include "run/inputs.h"
#include "run/variant.h"
#include "tensor/matmul.h"

/* Everything that a run holds while it goes. */
struct run {
    const struct spec *spec;
    const struct store *store;
    const struct run_choice *choice;
    const struct run_listener *listener;
    struct plan plan;
    struct input_digests digests;
    char (*keys)[DIGEST_HEX];
    struct record *rows;
    struct cell_details *details; /* in step with rows */
    bool *stored, *chosen;
    struct run_result *result;
    bool stopped;              /* by the listener */
    bool met_other;            /* another run is on the same cells: go on from the other end */
    struct loaded_model model; /* the one that is open, if any */
    size_t open_model;         /* its index + 1; 0 when none is */
};

/* The result of cell i, if it is there. */
static int read_stored(struct run *r, size_t i, struct err *e)
{
    return store_read_cell(r->store, r->plan.cells[i].id, r->keys[i], &r->rows[i], &r->details[i],
                           &r->stored[i], e);
}

/* Keys of all cells, and the results that are there already. */
static int look_up(struct run *r, size_t *n_stored, struct err *e)
{
    size_t n = r->plan.n;
    if (!(r->keys = mem_new(n, sizeof *r->keys, e)) ||
        !(r->rows = mem_new(n, sizeof *r->rows, e)) ||
        !(r->details = mem_new(n, sizeof *r->details, e)) ||
        !(r->stored = mem_new(n, sizeof *r->stored, e)) ||
        !(r->chosen = mem_new(n, sizeof *r->chosen, e))) {
        return -1;
    }
    *n_stored = 0;
    for (size_t i = 0; i < n; i++) {
        if (cell_key(r->keys[i], r->spec, &r->plan.cells[i], &r->digests, e) ||
            read_stored(r, i, e)) {
            return -1;
        }
        *n_stored += r->stored[i];
    }
    return 0;
}

/* Whether some pattern fits the id; each pattern that does is marked. */
static bool fits(const struct run_choice *choice, const char *id, bool *used)
{
    bool any = choice->n_only == 0;
    for (size_t i = 0; i < choice->n_only; i++) {
        if (fnmatch(choice->only[i], id, 0) == 0) {
            any = used[i] = true;
        }
    }
    return any;
}

/* Which cells may be run. A pattern that fits none is a slip of the pen. */
static int choose(struct run *r, struct err *e)
{
    const struct run_choice *choice = r->choice;
    bool *used = mem_new(choice->n_only, sizeof *used, e);
    int status = used ? 0 : -1;
    for (size_t i = 0; i < r->plan.n && !status; i++) {
        const char *id = r->plan.cells[i].id;
        r->chosen[i] =
            fits(choice, id, used) && (!choice->failed || store_has_failure(r->store, id));
    }
    for (size_t i = 0; i < choice->n_only && !status; i++) {
        if (!used[i]) {
            status =
                err_set(e,
                        "no cell of %s has an id that fits \"%s\": ids are like %s, and * stands "
                        "for any text",
                        r->spec->path, choice->only[i], r->plan.cells[0].id);
        }
    }
    free(used);
    return status;
}

/* Cells i.. that are one variant. */
static size_t variant_end(const struct plan *p, size_t i)
{
    size_t end = i + 1;
    while (end < p->n && cell_same_variant(&p->cells[i], &p->cells[end])) {
        end++;
    }
    return end;
}

static int open_model(struct run *r, size_t model, struct err *e)
{
    if (r->open_model == model + 1) {
        return 0;
    }
    if (r->open_model) {
        loaded_model_close(&r->model);
        r->open_model = 0;
    }
    if (loaded_model_open(&r->model, r->spec, model, e)) {
        return -1;
    }
    r->open_model = model + 1;
    return 0;
}

/* The listener's progress, with its wish to stop remembered. */
static bool within(void *context, size_t done, size_t total)
{
    struct run *r = context;
    const struct progress *p = &r->listener->progress;
    r->stopped = r->stopped || (p->report && p->report(p->context, done, total));
    return r->stopped;
}

/*
 * Publishes the result of cell i. Another run may have been faster: its result stays, being the
 * same, and this run keeps out of its way from here on.
 */
static int publish(struct run *r, size_t i, double wall_s, double solve_s, struct err *e)
{
    const struct cell *c = &r->plan.cells[i];
    struct provenance p = {.model_path = r->spec->models[c->model].path,
                           .model_sha256 = r->digests.models[c->model],
                           .texts_path = r->spec->texts.path,
                           .texts_sha256 = r->digests.texts,
                           .version = NASHSWARM_VERSION,
                           .hdf5_version = h5_version(),
                           .blas_config = blas_config(),
                           .blas_core = blas_core(),
                           .threads = compute_threads(),
                           .wall_s = wall_s,
                           .solve_s = solve_s};
    struct buf json = BUF_INIT;
    struct record other;
    bool there;
    provenance_write(&p, &json);
    int status =
        buf_check(&json, e) || store_read_cell(r->store, c->id, r->keys[i], &other, NULL, &there, e)
            ? -1
            : 0;
    if (!status && there) {
        r->met_other = true;
    } else if (!status) {
        status = store_write_cell(r->store, r->spec, c, r->keys[i], &r->rows[i], &r->details[i],
                                  &json, e);
    }
    buf_release(&json);
    if (!status) {
        r->stored[i] = true;
        r->result->ran++;
        if (r->listener->finished) {
            r->listener->finished(r->listener->context, c, &r->rows[i], wall_s);
        }
    }
    return status;
}

/* Those of the variant's cells [first, last) that are to be run, as indices. */
static int cells_to_run(struct run *r, size_t first, size_t last, size_t *index, size_t *n,
                        struct err *e)
{
    *n = 0;
    for (size_t i = first; i < last; i++) {
        if (r->stored[i] || !r->chosen[i]) {
            continue;
        }
        if (read_stored(r, i, e)) { /* another run may have been here */
            return -1;
        }
        if (!r->stored[i]) {
            index[(*n)++] = i;
        }
    }
    return 0;
}

/*
 * Notes that these cells of one variant failed, each under its own name; 0 when the run goes on
 * nevertheless. Without keep_going the first of them alone is told.
 */
static int note_failure(struct run *r, const struct cell *cells, size_t n, struct err *why)
{
    struct err e;
    if (r->stopped) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (store_write_failure(r->store, &cells[i], why->text, &e)) {
            *why = e;
            return -1;
        }
        r->result->failed++;
        if (r->listener->failed && (i == 0 || r->choice->keep_going)) {
            r->listener->failed(r->listener->context, &cells[i], why);
        }
    }
    err_prefix(why, "cell %s", cells[0].id);
    return r->choice->keep_going ? 0 : -1;
}

/* Publishes the results of one variant, its work shared out evenly among its cells. */
static int publish_all(struct run *r, const size_t *index, size_t n,
                       const struct variant_result *result, double wall_s, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        r->rows[index[i]] = result->rows[i];
        if (details_copy(&r->details[index[i]], &result->details, e) ||
            publish(r, index[i], wall_s / (double)n, result->solve_s, e)) {
            return -1;
        }
    }
    return 0;
}

/* Runs those of the variant's cells [first, last) that have no result yet. */
static int run_variant(struct run *r, size_t first, size_t last, struct err *e)
{
    struct cell *cells = mem_new(last - first, sizeof *cells, e);
    struct variant_result result = {.rows = mem_new(last - first, sizeof *result.rows, e),
                                    .details = details_none()};
    size_t n = 0, *index = mem_new(last - first, sizeof *index, e);
    struct progress progress = {within, r};
    double start = clock_s();
    int status = cells && result.rows && index ? 0 : -1;
    if (status || (status = cells_to_run(r, first, last, index, &n, e)) || n == 0) {
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        cells[i] = r->plan.cells[index[i]];
    }
    if (r->listener->began) {
        r->listener->began(r->listener->context, &cells[0]);
    }
    if (open_model(r, cells[0].model, e) ||
        variant_run(&result, &r->model, r->spec, cells, n, &progress, e)) {
        status = note_failure(r, cells, n, e);
    } else {
        status = publish_all(r, index, n, &result, clock_s() - start, e);
    }
out:
    free(cells);
    free(result.rows);
    details_release(&result.details);
    free(index);
    return status;
}

/* Where each variant begins, and after the last of them the number of cells. */
static size_t *variant_starts(const struct plan *p, size_t *n, struct err *e)
{
    size_t *starts = mem_new(p->n + 1, sizeof *starts, e);
    *n = 0;
    for (size_t i = 0; starts && i < p->n; i = variant_end(p, i)) {
        starts[(*n)++] = i;
    }
    if (starts) {
        starts[*n] = p->n;
    }
    return starts;
}

static int run_missing(struct run *r, struct err *e)
{
    size_t from = 0, to;
    size_t *starts = variant_starts(&r->plan, &to, e);
    int status = starts ? 0 : -1;
    while (!status && from < to) {
        size_t v = r->met_other ? --to : from++;
        status = run_variant(r, starts[v], starts[v + 1], e);
    }
    free(starts);
    return status;
}

/* Rows and details of the cells that have a result, moved to the front. */
static size_t gather(struct run *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->plan.n; i++) {
        if (r->stored[i]) {
            struct cell_details moved = r->details[i];
            r->details[i] = r->details[n];
            r->details[n] = moved;
            r->rows[n++] = r->rows[i];
        }
    }
    return n;
}

static int write_tables(struct run *r, struct err *e)
{
    struct run_result *result = r->result;
    int lock;
    result->n = gather(r);
    table_join_baseline(r->rows, result->n);
    result->rows = r->rows;
    r->rows = NULL;
    if (result->n < result->cells && !r->choice->keep_going) {
        return 0;
    }
    if (store_lock(r->store, &lock, e)) {
        return -1;
    }
    int status = table_write(r->store, r->spec, result->rows, result->n, e) ||
                         tensors_write(r->store, result->rows, r->details, result->n, e)
                     ? -1
                     : 0;
    close(lock);
    result->tables = !status;
    return status;
}

static void run_release(struct run *r)
{
    if (r->open_model) {
        loaded_model_close(&r->model);
    }
    for (size_t i = 0; i < r->plan.n && r->details; i++) {
        details_release(&r->details[i]);
    }
    free(r->details);
    input_digests_release(&r->digests);
    plan_release(&r->plan);
    free(r->keys);
    free(r->rows);
    free(r->stored);
    free(r->chosen);
}

int run_spec(const struct spec *s, const struct store *store, const struct run_choice *choice,
             const struct run_listener *listener, struct run_result *result, struct err *e)
{
    struct run r = {
        .spec = s, .store = store, .choice = choice, .listener = listener, .result = result};
    size_t n_stored = 0;
    *result = (struct run_result){0};
    int status = store_prepare(store, e) || plan_make(&r.plan, s, e) ||
                         input_digests_read(&r.digests, s, e) || look_up(&r, &n_stored, e) ||
                         choose(&r, e)
                     ? -1
                     : 0;
    result->cells = r.plan.n;
    if (!status && listener->planned) {
        listener->planned(listener->context, r.plan.n, n_stored);
    }
    if (!status) {
        status = run_missing(&r, e);
    }
    if (!status) {
        status = write_tables(&r, e);
    }
    run_release(&r);
    return status;
}

void run_result_release(struct run_result *r)
{
    free(r->rows);
    *r = (struct run_result){0};
}
