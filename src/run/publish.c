/* What becomes of a variant that was made, or failed: results in the store, words to the listener.
 */
#include "base/h5.h"
#include "base/version.h"
#include "results/provenance.h"
#include "run/running.h"
#include "tensor/matmul.h"
#include "tensor/tiles.h"

static int write_provenance(const struct run *r, const struct cell *c, double wall_s,
                            double solve_s, struct buf *json, struct err *e)
{
    struct provenance p = {.model_path = r->spec->models[c->model].path,
                           .model_sha256 = r->digests.models[c->model].sha256,
                           .texts_path = cell_texts(r->spec, c)->path,
                           .texts_sha256 =
                               r->digests.texts[cell_evaluation(r->spec, c)->texts].sha256,
                           .version = NASHSWARM_VERSION,
                           .hdf5_version = h5_version(),
                           .blas_config = blas_config(),
                           .blas_core = blas_core(),
                           .blas_tiles = tiles_description(),
                           .threads = compute_threads(),
                           .overrides = r->spec->options,
                           .n_overrides = r->spec->n_options,
                           .wall_s = wall_s,
                           .solve_s = solve_s};
    provenance_write(&p, json);
    return buf_check(json, e);
}

/*
 * Publishes the result of cell i, which is the k-th of its variant. Another run may have been
 * faster: its result stays, being the same, and this run keeps out of its way from here on.
 */
static int publish(struct run *r, size_t i, const struct variant_result *v, size_t k, double wall_s,
                   bool *met_other, struct err *e)
{
    const struct cell *c = &r->plan.cells[i];
    struct buf json = BUF_INIT;
    struct record other;
    bool there = false;
    int status = write_provenance(r, c, wall_s, v->solve_s, &json, e) ||
                         store_read_cell(r->store, c->id, r->keys[i], &other, NULL, &there, NULL, e)
                     ? -1
                     : 0;
    if (!status && !there) {
        struct result_inputs inputs = cell_inputs(r->spec, c, &r->digests, r->keys[i]);
        status = store_write_cell(r->store, r->spec, c, &inputs, &v->rows[k], &v->details,
                                  &v->evidence[k], &json, e);
    }
    buf_release(&json);
    if (!status) {
        run_lock(r);
        *met_other |= there;
        r->stored[i] = true;
        r->result->ran++;
        if (r->listener->finished) {
            r->listener->finished(r->listener->context, c, &v->rows[k], wall_s);
        }
        run_unlock(r);
    }
    return status;
}

int run_publish(struct run *r, const size_t *index, size_t n, const struct variant_result *result,
                double wall_s, const struct journal *journal, bool *met_other, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (run_keep(r, index[i], &result->rows[i], &result->details, e) ||
            publish(r, index[i], result, i, wall_s / (double)n, met_other, e)) {
            journal_add_to(journal, i, JOURNAL_ERROR "%s", e->text);
            return -1;
        }
        journal_add_to(journal, i, "result: loss %.6f nats", result->rows[i].loss_nats);
    }
    return 0;
}

int run_note_failure(struct run *r, const struct cell *cells, size_t n, struct err *why)
{
    struct err e;
    for (size_t i = 0; i < n; i++) {
        if (store_write_failure(r->store, &cells[i], why->text, &e)) {
            *why = e;
            return -1;
        }
        run_lock(r);
        r->result->failed++;
        if (r->listener->failed && (i == 0 || r->choice->keep_going)) {
            r->listener->failed(r->listener->context, &cells[i], why);
        }
        run_unlock(r);
    }
    err_prefix(why, "cell %s", cells[0].id);
    return r->choice->keep_going ? 0 : -1;
}
