#include "run/run.h"

#include <stdlib.h>

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
    const struct run_listener *listener;
    struct plan plan;
    struct input_digests digests;
    char (*keys)[DIGEST_HEX];
    struct record *rows;
    struct cell_details *details; /* in step with rows */
    bool *stored;
    struct loaded_model model; /* the one that is open, if any */
    size_t open_model;         /* its index + 1; 0 when none is */
};

/* Keys of all cells, and the results that are there already. */
static int look_up(struct run *r, size_t *n_stored, struct err *e)
{
    size_t n = r->plan.n;
    if (!(r->keys = mem_new(n, sizeof *r->keys, e)) ||
        !(r->rows = mem_new(n, sizeof *r->rows, e)) ||
        !(r->details = mem_new(n, sizeof *r->details, e)) ||
        !(r->stored = mem_new(n, sizeof *r->stored, e))) {
        return -1;
    }
    *n_stored = 0;
    for (size_t i = 0; i < n; i++) {
        if (cell_key(r->keys[i], r->spec, &r->plan.cells[i], &r->digests, e) ||
            store_read_cell(r->store, r->plan.cells[i].id, r->keys[i], &r->rows[i], &r->details[i],
                            &r->stored[i], e)) {
            return -1;
        }
        *n_stored += r->stored[i];
    }
    return 0;
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

/* Publishes the result of cell i. */
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
    provenance_write(&p, &json);
    int status = buf_check(&json, e);
    if (!status) {
        status = store_write_cell(r->store, r->spec, c, r->keys[i], &r->rows[i], &r->details[i],
                                  &json, e);
    }
    buf_release(&json);
    if (!status && r->listener->finished) {
        r->listener->finished(r->listener->context, c, &r->rows[i], wall_s);
    }
    return status;
}

/* Runs those of the variant's cells [first, last) that have no result yet. */
static int run_variant(struct run *r, size_t first, size_t last, size_t *ran, struct err *e)
{
    struct cell *cells = mem_new(last - first, sizeof *cells, e);
    struct variant_result result = {.rows = mem_new(last - first, sizeof *result.rows, e),
                                    .details = details_none()};
    size_t n = 0, *index = mem_new(last - first, sizeof *index, e);
    double start = clock_s();
    int status = cells && result.rows && index ? 0 : -1;
    for (size_t i = first; i < last && !status; i++) {
        if (!r->stored[i]) {
            index[n] = i;
            cells[n++] = r->plan.cells[i];
        }
    }
    if (status || n == 0) {
        goto out;
    }
    if (r->listener->began) {
        r->listener->began(r->listener->context, &cells[0]);
    }
    status = open_model(r, cells[0].model, e);
    if (!status) {
        status = variant_run(&result, &r->model, r->spec, cells, n, &r->listener->progress, e);
    }
    double wall_s = (clock_s() - start) / (double)n;
    for (size_t i = 0; i < n && !status; i++) {
        r->rows[index[i]] = result.rows[i];
        status = details_copy(&r->details[index[i]], &result.details, e) ||
                         publish(r, index[i], wall_s, result.solve_s, e)
                     ? -1
                     : 0;
        *ran += !status;
    }
    if (status) {
        err_prefix(e, "cell %s", cells[0].id);
    }
out:
    free(cells);
    free(result.rows);
    details_release(&result.details);
    free(index);
    return status;
}

static int run_missing(struct run *r, size_t *ran, struct err *e)
{
    for (size_t i = 0, end; i < r->plan.n; i = end) {
        end = variant_end(&r->plan, i);
        if (run_variant(r, i, end, ran, e)) {
            return -1;
        }
    }
    return 0;
}

int run_spec(const struct spec *s, const struct store *store, const struct run_listener *listener,
             struct record **rows, size_t *n, size_t *ran, struct err *e)
{
    struct run r = {.spec = s, .store = store, .listener = listener};
    size_t n_stored = 0;
    *rows = NULL;
    *n = *ran = 0;
    int status = store_prepare(store, e) || plan_make(&r.plan, s, e) ||
                         input_digests_read(&r.digests, s, e) || look_up(&r, &n_stored, e)
                     ? -1
                     : 0;
    if (!status && listener->planned) {
        listener->planned(listener->context, r.plan.n, n_stored);
    }
    if (!status) {
        status = run_missing(&r, ran, e);
    }
    if (!status) {
        table_join_baseline(r.rows, r.plan.n);
        status = table_write(store, s, r.rows, r.plan.n, e) ||
                         tensors_write(store, r.rows, r.details, r.plan.n, e)
                     ? -1
                     : 0;
    }
    if (!status) {
        *rows = r.rows;
        *n = r.plan.n;
        r.rows = NULL;
    }
    if (r.open_model) {
        loaded_model_close(&r.model);
    }
    for (size_t i = 0; i < r.plan.n && r.details; i++) {
        details_release(&r.details[i]);
    }
    free(r.details);
    input_digests_release(&r.digests);
    plan_release(&r.plan);
    free(r.keys);
    free(r.rows);
    free(r.stored);
    return status;
}
