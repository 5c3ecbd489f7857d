#include "run/run.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/novelty.h"
#include "run/running.h"

int run_read_stored(struct run *r, size_t i, struct err *unfit, struct err *e)
{
    const struct cell *c = &r->plan.cells[i];
    struct record row;
    struct cell_details *details = r->details ? &r->details[i] : NULL;
    if (store_read_cell(r->store, c->id, r->keys[i], &row, details, &r->stored[i], unfit, e)) {
        return -1;
    }
    if (r->stored[i] && r->rows) {
        r->rows[i] = row; /* maybe from before something else was swept */
        snprintf(r->rows[i].variant, sizeof r->rows[i].variant, "%s", c->variant);
        details_forget_solver(details);
    }
    return 0;
}

int run_keep(struct run *r, size_t i, const struct record *row, const struct cell_details *details,
             struct err *e)
{
    if (!r->rows) {
        return 0;
    }
    r->rows[i] = *row;
    if (details_copy(&r->details[i], details, e)) {
        return -1;
    }
    details_forget_solver(&r->details[i]);
    return 0;
}

/* Keys of all cells, and the results that are there already. Rows are held for tables alone. */
static int look_up(struct run *r, size_t *n_stored, struct err *e)
{
    size_t n = r->plan.n;
    bool tables = !r->choice->no_tables;
    if (!(r->keys = mem_new(n, sizeof *r->keys, e)) ||
        (tables && !(r->rows = mem_new(n, sizeof *r->rows, e))) ||
        (tables && !(r->details = mem_new(n, sizeof *r->details, e))) ||
        !(r->stored = mem_new(n, sizeof *r->stored, e)) ||
        !(r->chosen = mem_new(n, sizeof *r->chosen, e))) {
        return -1;
    }
    *n_stored = 0;
    for (size_t i = 0; i < n; i++) {
        struct err unfit = {.text = ""};
        if (cell_key(r->keys[i], r->spec, &r->plan.cells[i], &r->digests, e) ||
            run_read_stored(r, i, &unfit, e)) {
            return -1;
        }
        if (*unfit.text && r->listener->unfit) {
            r->listener->unfit(r->listener->context, &r->plan.cells[i], &unfit);
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

static int order_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether the id is among those asked for by name; it is marked then. */
static bool named(const struct run_choice *choice, const char *id, bool *used)
{
    if (!choice->ids) {
        return true;
    }
    const char *const *at =
        bsearch(&id, choice->ids, choice->n_ids, sizeof *choice->ids, order_texts);
    if (at) {
        used[at - choice->ids] = true;
    }
    return at != NULL;
}

static int check_ids(const struct run *r, const bool *used, struct err *e)
{
    for (size_t i = 0; i < r->choice->n_ids; i++) {
        if (!used[i]) {
            r->result->nothing_fits = true;
            return err_set(e, "no cell of %s has the id \"%s\": was it made for another spec?",
                           r->spec->path, r->choice->ids[i]);
        }
    }
    return 0;
}

/* When failed cells alone are asked for and none of those that may be run failed. */
static int refuse_unfailed(struct run *r, size_t asked, size_t never_run, struct err *e)
{
    struct buf rest = BUF_INIT;
    if (never_run) {
        buf_addf(&rest, "%zu %s never run: run without --failed", never_run,
                 never_run == 1 ? "was" : "were");
    } else {
        buf_adds(&rest, "every one has a result");
    }
    r->result->nothing_fits = true;
    err_set(e, "no cell of %s%s failed last time; %s", r->spec->path,
            asked < r->plan.n ? " that was asked for" : "", buf_text(&rest));
    buf_release(&rest);
    return -1;
}

/* Takes from the chosen cells those that did not fail. */
static int choose_failed(struct run *r, struct err *e)
{
    size_t asked = 0, failed = 0, never_run = 0;
    for (size_t i = 0; i < r->plan.n; i++) {
        bool has_failed = r->chosen[i] && store_has_failure(r->store, r->plan.cells[i].id);
        asked += r->chosen[i];
        failed += has_failed;
        never_run += r->chosen[i] && !has_failed && !r->stored[i];
        r->chosen[i] = has_failed;
    }
    return failed ? 0 : refuse_unfailed(r, asked, never_run, e);
}

/* Which cells may be run. A pattern that fits none is a slip of the pen. */
static int choose(struct run *r, struct err *e)
{
    const struct run_choice *choice = r->choice;
    bool *used = mem_new(choice->n_only + choice->n_ids, sizeof *used, e);
    int status = used ? 0 : -1;
    for (size_t i = 0; i < r->plan.n && !status; i++) {
        const char *id = r->plan.cells[i].id;
        r->chosen[i] = fits(choice, id, used) && named(choice, id, used + choice->n_only);
    }
    for (size_t i = 0; i < choice->n_only && !status; i++) {
        if (!used[i]) {
            r->result->nothing_fits = true;
            status =
                err_set(e,
                        "no cell of %s has an id that fits \"%s\": ids are like %s, and * stands "
                        "for any text",
                        r->spec->path, choice->only[i], r->plan.cells[0].id);
        }
    }
    status = status ? status : check_ids(r, used + choice->n_only, e);
    free(used);
    return !status && choice->failed ? choose_failed(r, e) : status;
}

/* What others took away meanwhile is in no folder, and would still be in a table of this run. */
static int check_kept(const struct run *r, struct err *e)
{
    for (size_t i = 0; i < r->plan.n; i++) {
        const char *id = r->plan.cells[i].id;
        if (r->stored[i] && !store_has_result(r->store, id)) {
            return err_set(e,
                           "the result of %s was taken out of %s while this run was at work: the "
                           "same command makes it again",
                           id, buf_text(&r->store->results));
        }
    }
    return 0;
}

/* The number of cells that have a result; their rows and details are moved to the front. */
static size_t gather(struct run *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->plan.n; i++) {
        if (r->stored[i] && r->rows) {
            struct cell_details moved = r->details[i];
            r->details[i] = r->details[n];
            r->details[n] = moved;
            r->rows[n] = r->rows[i];
        }
        n += r->stored[i];
    }
    return n;
}

static int write_tables(struct run *r, struct err *e)
{
    struct run_result *result = r->result;
    int lock;
    result->n = gather(r);
    result->rows = r->rows;
    r->rows = NULL;
    if (r->choice->no_tables || (result->n < result->cells && !r->choice->keep_going)) {
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

static int tell_notes(struct run *r, struct err *e)
{
    struct buf lines = BUF_INIT;
    int status = r->listener->noted ? inputs_few_texts(&lines, r->spec, &r->plan, e) : 0;
    if (!status && lines.len) {
        r->listener->noted(r->listener->context, lines.s);
    }
    buf_release(&lines);
    return status;
}

int run_spec(const struct spec *s, const struct store *store, const struct run_choice *choice,
             const struct run_limits *limits, const struct run_listener *listener,
             struct run_result *result, struct err *e)
{
    struct run r = {.spec = s,
                    .store = store,
                    .choice = choice,
                    .limits = limits,
                    .listener = listener,
                    .lock = PTHREAD_MUTEX_INITIALIZER,
                    .result = result};
    size_t n_stored = 0;
    *result = (struct run_result){0};
    int status = store_prepare(store, e) || plan_make(&r.plan, s, e) ||
                         input_digests_read(&r.digests, s, e) || look_up(&r, &n_stored, e) ||
                         choose(&r, e)
                     ? -1
                     : 0;
    result->cells = r.plan.n;
    if (!status && n_stored < r.plan.n) {
        status = novelty_keep(s, store, &r.plan, e);
    }
    if (!status && listener->planned) {
        listener->planned(listener->context, r.plan.n, n_stored);
    }
    if (!status) {
        status = tell_notes(&r, e) || run_missing(&r, e) || check_kept(&r, e) ? -1 : 0;
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
