#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "run/methods.h"
#include "run/run.h"
#include "scratch.h"
#include "support.h"
#include "tensor/matmul.h"

/*
 * Methods that learn from texts cut in two ways, each of which makes the other's knowledge old;
 * methods that learn nothing and are scored beside them; and a baseline whose states all want.
 */
static const char many[] = "samples: 2\n"
                           "protocols: [paper, text]\n"
                           "seeds: [0, 1]\n"
                           "methods:\n"
                           "  u: {method: uniform}\n"
                           "  t: {method: tiers, cut: sampled}\n"
                           "  g: {method: greedy, granularity: row, sensitivity: activation}\n"
                           "  o: {method: optimal, granularity: row, sensitivity: none}\n"
                           "sweep:\n"
                           "  max_tokens: [8, 6]\n";

/* Reads a spec of these methods, called `name`, on a small model. */
static void read_spec(struct spec *spec, const struct scratch *s, const char *name,
                      const char *methods)
{
    struct buf text = BUF_INIT, problems = BUF_INIT;
    struct err e;
    buf_addf(&text, "name: %s\nmodels: [%s]\ntexts: %s\ncalibration: %s\n%s", name,
             source_path("data/models/books-1m.h5"), source_path("data/texts/heldout.txt"),
             source_path("data/calibration/books.txt"), methods);
    const char *path = scratch_file(s, "spec.yaml", text.s, text.len);
    cr_assert(spec_read(spec, path, run_known(), NULL, &problems, &e) == 0, "%s",
              buf_text(&problems));
    buf_release(&text);
    buf_release(&problems);
}

/* Runs the spec into the folder ROOT of the test; returns what run_spec() does. */
static int run(const struct scratch *s, const struct spec *spec, const char *root, int side_by_side,
               const struct run_listener *listener)
{
    struct store store;
    struct run_choice choice = {0};
    struct run_limits limits = {.side_by_side = side_by_side};
    struct run_result result;
    struct err e;
    cr_assert(store_init(&store, scratch_path(s, root), spec->name, &e) == 0, "%s", e.text);
    compute_set_threads(side_by_side);
    int status = run_spec(spec, &store, &choice, &limits, listener, &result, &e);
    run_result_release(&result);
    store_release(&store);
    return status;
}

/* A listener that takes its time. What it counts it counts without a lock, on purpose. */
struct watch {
    atomic_int inside;
    int overlaps, calls, others; /* others: calls that came from another thread than the first */
    pthread_t first;
    size_t losses, most_losses; /* told last, of at most */
    int stop_at, after_stop;    /* the call of within() that stops the run, and those after it */
};

static void call(struct watch *w)
{
    bool alone = atomic_fetch_add(&w->inside, 1) == 0;
    if (w->calls++ == 0) {
        w->first = pthread_self();
    }
    w->others += !pthread_equal(w->first, pthread_self());
    usleep(1000);
    w->overlaps += !alone;
    atomic_fetch_sub(&w->inside, 1);
}

static void began(void *context, const struct cell *c, size_t n)
{
    (void)c;
    (void)n;
    call(context);
}

static void finished(void *context, const struct cell *c, const struct record *r, double wall_s)
{
    (void)c;
    (void)r;
    (void)wall_s;
    call(context);
}

static bool within(void *context, const struct cell *c, const struct run_step *step)
{
    struct watch *w = context;
    (void)c;
    if (strcmp(step->what, "losses") == 0 && step->total) {
        w->losses = step->done;
        w->most_losses = step->total;
    }
    call(w);
    w->after_stop += w->stop_at < 0;
    if (w->stop_at > 0 && --w->stop_at == 0) {
        w->stop_at = -1;
        return true;
    }
    return false;
}

static void command(void *context, const struct cell *c, struct buf *out)
{
    (void)c;
    (void)out;
    call(context);
}

static struct run_listener watched_by(struct watch *w)
{
    return (struct run_listener){
        .began = began, .finished = finished, .within = within, .command = command, .context = w};
}

Test(run_workers, side_by_side_make_the_bytes_of_one_after_another, .timeout = 60)
{
    static const char *const files[] = {"table.csv", "tensors.csv"};
    struct scratch s = scratch_new();
    struct spec spec;
    struct run_listener nobody = {0};
    read_spec(&spec, &s, "side", many);
    cr_assert(run(&s, &spec, "one", 1, &nobody) == 0);
    cr_assert(run(&s, &spec, "four", 4, &nobody) == 0);
    for (size_t i = 0; i < 2; i++) {
        char one[64], four[64];
        snprintf(one, sizeof one, "one/results/side/%s", files[i]);
        snprintf(four, sizeof four, "four/results/side/%s", files[i]);
        cr_assert(scratch_same(scratch_path(&s, one), scratch_path(&s, four)), "%s", files[i]);
    }
    spec_release(&spec);
    scratch_remove(&s);
}

Test(run_workers, tell_the_listener_one_at_a_time, .timeout = 60)
{
    struct scratch s = scratch_new();
    struct spec spec;
    struct watch watch = {0};
    struct run_listener listener = watched_by(&watch);
    read_spec(&spec, &s, "told", many);
    cr_assert(run(&s, &spec, "told", 4, &listener) == 0);
    cr_assert(watch.overlaps == 0, "%d of %d calls came during another", watch.overlaps,
              watch.calls);
    cr_assert(watch.others > 0, "one worker did everything");
    spec_release(&spec);
    scratch_remove(&s);
}

Test(run_workers, stop_all_when_the_listener_says_so_once, .timeout = 60)
{
    struct scratch s = scratch_new();
    struct spec spec;
    struct watch watch = {.stop_at = 5};
    struct run_listener listener = watched_by(&watch);
    read_spec(&spec, &s, "stopped", many);
    cr_assert(run(&s, &spec, "stopped", 4, &listener) == -1);
    cr_assert(watch.stop_at == -1 && watch.after_stop == 0, "asked %d times after the stop",
              watch.after_stop);
    spec_release(&spec);
    scratch_remove(&s);
}

/* Two orders of 12 tensors, no coalition twice: 24 losses, each of which is of 32 texts. */
Test(run_workers, tell_how_far_learning_is_and_not_the_texts_of_each_loss, .timeout = 60)
{
    struct scratch s = scratch_new();
    struct spec spec;
    struct watch watch = {0};
    struct run_listener listener = watched_by(&watch);
    read_spec(&spec, &s, "learns",
              "samples: 1\nprotocols: [text]\nmethods:\n"
              "  s: {method: shapley, scope: blocks, granularity: tensor, bits_per_weight: 4,\n"
              "      sensitivity: none, permutations: 2}\n");
    cr_assert(run(&s, &spec, "learns", 1, &listener) == 0);
    cr_expect(watch.losses > 2 && watch.losses <= 24 && watch.most_losses == 24, "%zu of %zu",
              watch.losses, watch.most_losses);
    spec_release(&spec);
    scratch_remove(&s);
}

/* Takes the first result away when the second is there. */
struct thief {
    const char *root;
    char first[512];
};

static void take_away(void *context, const struct cell *c, const struct record *r, double wall_s)
{
    struct thief *t = context;
    (void)r;
    (void)wall_s;
    if (!*t->first) {
        snprintf(t->first, sizeof t->first, "%s/results/thief/cells/%s/result.json", t->root,
                 c->id);
    } else {
        unlink(t->first);
    }
}

/* A table that has rows of no stored cell would not be the one that the same command makes. */
Test(run_workers, make_no_table_of_results_that_are_gone, .timeout = 60)
{
    struct scratch s = scratch_new();
    struct spec spec;
    struct thief thief = {.root = s.folder};
    struct run_listener robbed = {.finished = take_away, .context = &thief}, nobody = {0};
    read_spec(&spec, &s, "thief", "samples: 1\nmethods:\n  u: {method: uniform}\n");
    cr_assert(run(&s, &spec, "", 1, &robbed) == -1);
    cr_assert(!file_exists(scratch_path(&s, "results/thief/table.csv")));
    cr_assert(run(&s, &spec, "", 1, &nobody) == 0);
    cr_assert(file_exists(scratch_path(&s, "results/thief/table.csv")));
    spec_release(&spec);
    scratch_remove(&s);
}
