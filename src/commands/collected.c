#include "commands/collected.h"

#include <jansson.h>
#include <stdio.h>

#include "base/json_file.h"
#include "commands/command.h"
#include "run/run.h"

/* ": " and why the last run of a cell failed; nothing when it did not. */
static void add_failure(const struct store *s, const char *id, struct buf *out)
{
    struct buf path = BUF_INIT;
    struct err ignored;
    if (store_has_failure(s, id)) {
        buf_addf(&path, "%s/cells/%s/failed.json", buf_text(&s->results), id);
        json_t *root = json_file_read(buf_text(&path), &ignored);
        const char *why = json_string_value(json_object_get(root, "error"));
        buf_addf(out, ": %s", why ? why : "its last run failed");
        json_decref(root);
    }
    buf_release(&path);
}

void collected_tell_missing(const struct store *s, const char *command, const struct stock *v)
{
    enum { SHOWN = 20 };
    struct buf out = BUF_INIT;
    size_t missing = v->plan.n - v->n_stored, shown = 0;
    buf_addf(&out, "nashswarm %s: %zu of %zu cells %s no result:\n", command, missing, v->plan.n,
             missing == 1 ? "has" : "have");
    for (size_t i = 0; i < v->plan.n && shown < SHOWN; i++) {
        if (!v->stored[i]) {
            buf_addf(&out, "  %s", v->plan.cells[i].id);
            add_failure(s, v->plan.cells[i].id, &out);
            buf_addc(&out, '\n');
            shown++;
        }
    }
    if (shown < missing) {
        buf_addf(&out, "  and %zu more\n", missing - shown);
    }
    fputs(buf_text(&out), stderr);
    buf_release(&out);
}

int collected_report(const struct experiment *x, const char *command, const struct stock *v,
                     bool partial)
{
    static const char *const none[] = {""};
    /* No id is on the list, so no cell is run: the runner reads, joins and writes. */
    struct run_choice choice = {.ids = none, .n_ids = 0, .keep_going = partial};
    struct run_limits limits = {0};
    struct run_listener listener = {0};
    struct run_result result = {0};
    struct buf out = BUF_INIT;
    struct err e;
    if (v->n_stored < v->plan.n) {
        collected_tell_missing(&x->store, command, v);
    }
    if (v->n_stored == 0 || (v->n_stored < v->plan.n && !partial)) {
        return EXIT_FAILED;
    }
    int status = experiment_tell_replaced(x, command, &e) ||
                 run_spec(&x->spec, &x->store, &choice, &limits, &listener, &result, &e);
    if (!status && !result.tables) {
        status =
            err_set(&e, "results were taken away from %s meanwhile", buf_text(&x->store.results));
    }
    status = status || experiment_report(x, result.rows, result.n, true, true, &out, &e)
                 ? command_fail(command, EXIT_FAILED, &e)
                 : command_print(command, &out);
    buf_release(&out);
    run_result_release(&result);
    return status;
}
