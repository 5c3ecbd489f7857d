#include "commands/experiment.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "commands/command.h"
#include "report/report.h"
#include "results/agreement.h"
#include "results/models_changed.h"
#include "run/methods.h"

int experiment_open(struct experiment *x, const char *command,
                    const struct experiment_request *request)
{
    struct buf problems = BUF_INIT;
    struct err e;
    *x = (struct experiment){0};
    int status = EXIT_DONE;
    if (spec_read(&x->spec, request->spec, run_known(), &request->overrides, &problems, &e)) {
        fputs(buf_text(&problems), stderr);
        status = command_refuse(command, &e);
    } else if (store_init(&x->store, request->out, x->spec.name, &e)) {
        spec_release(&x->spec);
        status = command_fail(command, EXIT_FAILED, &e);
    } else {
        x->store.waits = command_tell_wait;
        x->store.context = command;
    }
    buf_release(&problems);
    return status;
}

void experiment_close(struct experiment *x)
{
    spec_release(&x->spec);
    store_release(&x->store);
}

int experiment_differences(const struct experiment *x, const struct record *rows, size_t n,
                           const char *command, struct buf *sentence, struct err *e)
{
    size_t before = sentence->len;
    if (agreement_check(sentence, &x->store, &x->spec, rows, n, e)) {
        return -1;
    }
    if (sentence->len > before) {
        buf_addf(sentence, "; %s makes it anew", command);
    }
    return buf_check(sentence, e);
}

int experiment_tell_models(const struct experiment *x, const struct record *rows, size_t n,
                           const char *name, const char *command, struct buf *sentence,
                           struct err *e)
{
    if (models_changed(sentence, &x->store, &x->spec, rows, n, e)) {
        return -1;
    }
    if (sentence->len) {
        buf_addf(sentence, "; %s measures them", command);
        fprintf(stderr, "nashswarm %s: warning: %s\n", name, buf_text(sentence));
    }
    return buf_check(sentence, e);
}

int experiment_tell_replaced(const struct experiment *x, const char *command, struct err *e)
{
    struct buf origin = BUF_INIT;
    int status = store_other_origin(&origin, &x->store, &x->spec, e);
    if (!status && origin.len) {
        fprintf(stderr,
                "nashswarm %s: %s/table.json is of %s, which has the same name; it is replaced\n",
                command, x->store.results.s, origin.s);
    }
    buf_release(&origin);
    return status;
}

int experiment_report(const struct experiment *x, const struct record *rows, size_t n, bool tables,
                      bool figures, struct buf *out, struct err *e)
{
    struct buf written = BUF_INIT;
    int status = 0, lock;
    if (store_lock(&x->store, &lock, e)) {
        return -1;
    }
    file_sweep(buf_text(&x->store.plots)); /* figures are drawn by one process at a time */
    if (tables) {
        status = report_print(&x->store, &x->spec, rows, n, out, e) ||
                         report_tables(&x->store, &x->spec, rows, n, &written, e)
                     ? -1
                     : 0;
    }
    if (!status && figures) {
        status = report_figures(&x->store, &x->spec, rows, n, &written, e);
    }
    if (written.len) {
        buf_addf(out, "\nWritten:\n%s", buf_text(&written));
    }
    buf_release(&written);
    close(lock);
    return status;
}

int experiment_figures(const struct experiment *x, const struct record *rows, size_t n,
                       struct buf *written, struct err *e)
{
    int lock;
    if (store_lock(&x->store, &lock, e)) {
        return -1;
    }
    file_sweep(buf_text(&x->store.plots));
    int status = report_figures(&x->store, &x->spec, rows, n, written, e);
    close(lock);
    return status;
}
