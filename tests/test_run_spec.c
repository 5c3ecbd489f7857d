/* run/run: a run on files that another program writes to meanwhile, and what it holds. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "model/gpt2.h"
#include "plan/plan.h"
#include "run/methods.h"
#include "run/run.h"
#include "scratch.h"
#include "support.h"

static const char spec_text[] = "name: t\n"
                                "models: [m.h5]\n"
                                "texts: {name: two, path: texts}\n"
                                "max_tokens: 16\n"
                                "protocols: [text]\n"
                                "methods: {u: {method: uniform}}\n";
enum { CELLS = 2 }; /* the baseline and u */

/* What becomes of a file when the first cell begins. */
struct change {
    const char *name;
    off_t at;   /* of the byte that changes; −1: none does */
    bool hides; /* the time of modification is set back */
    bool done;
};

struct experiment {
    struct scratch folder;
    struct spec spec;
    struct store store;
    off_t weight; /* where the first weight's last bits are in the model file */
};

static void open_experiment(struct experiment *x)
{
    struct buf bytes = BUF_INIT, problems = BUF_INIT;
    struct gpt2 m;
    struct err e;
    x->folder = scratch_new();
    setenv("NASHSWARM_CONFIGS", source_path("configs"), 1);
    cr_assert(file_read(&bytes, source_path("data/models/books-1m.h5"), &e) == 0, "%s", e.text);
    const char *model = scratch_file(&x->folder, "m.h5", bytes.s, bytes.len);
    cr_assert(gpt2_open(&m, model, &e) == 0, "%s", e.text);
    x->weight = (const unsigned char *)m.tensors[m.wte].stored - m.file.bytes;
    gpt2_close(&m);
    static const char texts[] = "The first text is long enough.\nA second text is as long.\n";
    scratch_file(&x->folder, "texts", texts, strlen(texts));
    const char *spec = scratch_file(&x->folder, "t.yaml", spec_text, strlen(spec_text));
    cr_assert(spec_read(&x->spec, spec, run_known(), NULL, &problems, &e) == 0, "%s",
              buf_text(&problems));
    cr_assert(store_init(&x->store, scratch_path(&x->folder, "out"), x->spec.name, &e) == 0);
    buf_release(&bytes);
    buf_release(&problems);
}

static void close_experiment(struct experiment *x)
{
    spec_release(&x->spec);
    store_release(&x->store);
    scratch_remove(&x->folder);
}

/* In place: the file keeps its name, its inode and its size. */
static void change_file(const char *path, const struct change *c)
{
    struct stat before;
    unsigned char byte;
    int fd = open(path, O_RDWR);
    cr_assert(fd >= 0 && fstat(fd, &before) == 0);
    if (c->at >= 0) {
        cr_assert(pread(fd, &byte, 1, c->at) == 1);
        byte ^= 1;
        cr_assert(pwrite(fd, &byte, 1, c->at) == 1);
    } else {
        cr_assert(fchmod(fd, 0600) == 0);
    }
    if (c->hides) {
        struct timespec times[2] = {before.st_atim, before.st_mtim};
        cr_assert(futimens(fd, times) == 0);
    }
    close(fd);
}

struct disturbed {
    const struct scratch *folder;
    struct change *change;
};

static void on_began(void *context, const struct cell *c, size_t n)
{
    struct disturbed *d = context;
    (void)c;
    (void)n;
    if (!d->change->done) {
        d->change->done = true;
        change_file(scratch_path(d->folder, d->change->name), d->change);
    }
}

static int run_while(struct experiment *x, struct change *change, struct run_result *result,
                     struct err *e)
{
    struct disturbed d = {&x->folder, change};
    struct run_listener listener = {.began = change ? on_began : NULL, .context = &d};
    struct run_choice choice = {.keep_going = true};
    struct run_limits limits = {0};
    return run_spec(&x->spec, &x->store, &choice, &limits, &listener, result, e);
}

/* Cells that have a file of this name in their folder. */
static int count(const struct experiment *x, const char *name)
{
    struct plan plan;
    struct err e;
    int n = 0;
    cr_assert(plan_make(&plan, &x->spec, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < plan.n; i++) {
        struct buf path = BUF_INIT;
        buf_addf(&path, "%s/cells/%s/%s", x->store.results.s, plan.cells[i].id, name);
        n += file_exists(buf_text(&path));
        buf_release(&path);
    }
    plan_release(&plan);
    return n;
}

/* Not under the digest of other bytes, and not as the failure of a cell. */
static void refuses(const char *name, bool is_model, bool hides)
{
    struct experiment x;
    struct run_result result;
    struct err e;
    char sentence[100];
    open_experiment(&x);
    struct change change = {.name = name, .at = is_model ? x.weight : 4, .hides = hides};
    cr_assert(run_while(&x, &change, &result, &e) == -1, "a changed %s was not noticed", name);
    snprintf(sentence, sizeof sentence, "/%s changed while it was read; run again", name);
    cr_assert(strstr(e.text, sentence), "wrong message: %s", e.text);
    cr_assert(count(&x, "result.json") == 0, "a result was stored");
    cr_assert(count(&x, "failed.json") == 0, "a failure was stored");
    run_result_release(&result);
    cr_assert(run_while(&x, NULL, &result, &e) == 0, "the next run: %s", e.text);
    cr_assert(result.ran == CELLS && count(&x, "result.json") == CELLS, "%zu cells", result.ran);
    run_result_release(&result);
    close_experiment(&x);
}

Test(run_spec, stores_nothing_that_was_made_of_a_model_while_it_was_written_to)
{
    refuses("m.h5", true, false);
}

Test(run_spec, is_not_deceived_by_a_time_that_was_set_back)
{
    refuses("m.h5", true, true);
}

Test(run_spec, stores_nothing_that_was_made_of_texts_that_changed)
{
    refuses("texts", false, false);
}

Test(run_spec, goes_on_when_a_file_has_other_rights_and_the_same_bytes)
{
    struct experiment x;
    struct run_result result;
    struct err e;
    struct change change = {.name = "m.h5", .at = -1};
    open_experiment(&x);
    cr_assert(run_while(&x, &change, &result, &e) == 0, "%s", e.text);
    cr_assert(change.done && result.ran == CELLS, "%zu cells", result.ran);
    run_result_release(&result);
    close_experiment(&x);
}

/* A row is 1 KB, which many cells multiply. */
Test(run_spec, holds_rows_for_tables_alone)
{
    struct experiment x;
    struct run_choice choice = {.no_tables = true};
    struct run_limits limits = {0};
    struct run_listener listener = {0};
    struct run_result result;
    struct err e;
    open_experiment(&x);
    cr_assert(run_spec(&x.spec, &x.store, &choice, &limits, &listener, &result, &e) == 0, "%s",
              e.text);
    cr_assert(result.rows == NULL && result.n == CELLS && result.ran == CELLS);
    run_result_release(&result);
    cr_assert(run_while(&x, NULL, &result, &e) == 0, "%s", e.text);
    cr_assert(result.n == CELLS && result.ran == 0 && result.tables);
    cr_assert_str_eq(result.rows[1].method, "u");
    cr_assert(result.rows[1].bits_payload == 4);
    run_result_release(&result);
    close_experiment(&x);
}
