#include <criterion/criterion.h>
#include <string.h>

#include "base/file.h"
#include "plan/plan.h"
#include "spec_known.h"
#include "support.h"

#define HEAD                                                                                       \
    "name: x\nmodels: [./m.h5]\ntexts: ./t.txt\nmethods:\n"                                        \
    "  t: {method: tiers, shares: [10, 90], bits: [8, 4]}\n  u: {method: uniform}\n"

/* Reads a good spec of these lines and plans it. */
static void plan_text(const char *text, struct spec *s, struct plan *p)
{
    struct buf folder = BUF_INIT, path = BUF_INIT, problems = BUF_INIT;
    struct err e;
    test_folder(&folder);
    buf_addf(&path, "%s/spec.yaml", folder.s);
    cr_assert(file_write(path.s, text, strlen(text), &e) == 0, "%s", e.text);
    int status = spec_read(s, path.s, test_known(), NULL, &problems, &e);
    test_remove_folder(folder.s);
    cr_assert(status == 0, "%s\n%s", text, buf_text(&problems));
    cr_assert(plan_make(p, s, &e) == 0, "%s", e.text);
    buf_release(&folder);
    buf_release(&path);
    buf_release(&problems);
}

/* "method variant; " of every cell but the baseline's. */
static void add_variants(const struct spec *s, const struct plan *p, struct buf *out)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct cell *c = &p->cells[i];
        if (c->method) {
            buf_addf(out, "%s %s; ", s->methods[c->method].name, c->variant);
        }
    }
}

static void release(struct spec *s, struct plan *p)
{
    plan_release(p);
    spec_release(s);
}

static const struct good_sweep {
    const char *sweep, *variants;
} good_sweeps[] = {
    {"sweep: {methods.u.bits: {range: [2, 5]}}", "t ; u bits=2; u bits=3; u bits=4; "},
    {"sweep: {methods.u.bits: {range: [5, 1, -2]}}", "t ; u bits=5; u bits=3; "},
    {"sweep: {methods.u.group: {linspace: [8, 16, 3]}}", "t ; u group=8; u group=12; u group=16; "},
    {"sweep: {methods.u.group: {logspace: [1, 1000, 4]}}",
     "t ; u group=1; u group=10; u group=100; u group=1000; "},
    {"sweep:\n  methods.u.scope: [head, all]\n  zip: {methods.u.bits: [2, 3], methods.u.group: "
     "[8, 8]}",
     "t ; u scope=head bits=2 group=8; u scope=head bits=3 group=8; u scope=all bits=2 group=8; "
     "u scope=all bits=3 group=8; "},
    {"sweep:\n  zip:\n  - {methods.*.group: {range: [8, 10]}, methods.*.scope: [head, all]}\n"
     "  - {methods.u.bits: [2, 3]}\n",
     "t group=8 scope=head; t group=9 scope=all; u group=8 scope=head bits=2; "
     "u group=8 scope=head bits=3; u group=9 scope=all bits=2; u group=9 scope=all bits=3; "},
    {"sweep:\n  methods.u.bits: [2, 3, 4]\n  methods.u.group: [8, 16]\n"
     "  exclude:\n    - {methods.u.bits: [2, 3], methods.u.group: 8}\n    - {methods.u.bits: 4, "
     "methods.u.group: 16}\n",
     "t ; u bits=2 group=16; u bits=3 group=16; u bits=4 group=8; "},
    {"sweep:\n  methods.*.group: [8, 16]\n  exclude: [{methods.*.group: 16}]\n",
     "t group=8; u group=8; "},
    {"sweep:\n  methods.t.bits: [[8, 4], [6, 4]]\n  exclude: [{methods.t.bits: [8, 4]}]\n",
     "t bits=[6, 4]; u ; "},
    {"sweep:\n  methods.u.bits: [2, 3]\n  include:\n    - {methods.u.group: 8}\n"
     "    - {methods.u.bits: 2}\n    - {methods.t.bits: [8, 2]}\n",
     "t bits=[8, 2]; u bits=2 group=null; u bits=3 group=null; u bits=4 group=8; "},
    {"sweep:\n  methods.u.bits: [2]\n  exclude: [{methods.u.bits: 2}]\n"
     "  include: [{methods.u.bits: 7}]\n",
     "t ; u bits=7; "},
    {"sweep:\n  - {methods.u.bits: [2, 3]}\n  - {methods.u.bits: [3, 4], methods.u.group: [null, "
     "8]}"
     "\n  - {methods.t.group: [8]}\n",
     "t group=8; u bits=2 group=null; u bits=3 group=null; u bits=3 group=8; u bits=4 group=null; "
     "u bits=4 group=8; "},
    {"sweep:\n  methods.u.bits: [2, 3]\n  samples: [4, all]",
     "t samples=4; t samples=all; u bits=2 samples=4; u bits=2 samples=all; u bits=3 samples=4; "
     "u bits=3 samples=all; "},
    {"sweep:\n  max_tokens: [8, 9]\n  texts: [./t.txt, {name: s, path: ./t.txt}]",
     "t texts=t max_tokens=8; t texts=s max_tokens=8; t texts=t max_tokens=9; t texts=s "
     "max_tokens=9; u texts=t max_tokens=8; u texts=s max_tokens=8; u texts=t max_tokens=9; "
     "u texts=s max_tokens=9; "},
    {"sweep:\n  texts: [./t.txt, ./s.txt]\n  exclude: [{texts: t}, {texts: {name: s, path: "
     "./s.txt}, "
     "methods.u.samples: 4}]\n  methods.u.samples: [4, 5]",
     "t texts=s samples=all; u texts=s samples=5; "},
    {"sweep:\n  zip: {samples: [4, 5], methods.u.bits: [2, 3]}",
     "t samples=all; u bits=2 samples=4; u bits=3 samples=5; "},
    {"sweep:\n  samples: [4, 5]\n  methods.u.bits: [2, 3]\n  exclude: [{samples: 5, "
     "methods.u.bits: 2}]\n  include: [{samples: 6}, {methods.u.bits: 8, samples: 7}]",
     "t samples=4; t samples=5; t samples=6; u bits=2 samples=4; u bits=3 samples=4; u bits=3 "
     "samples=5; u bits=4 samples=6; u bits=8 samples=7; "},
    {"sweep:\n  - {samples: [4, 5]}\n  - {methods.u.bits: [2, 3]}\n  - {methods.t.max_tokens: [8]}",
     "t samples=4 max_tokens=64; t samples=5 max_tokens=64; t samples=all max_tokens=8; u bits=4 "
     "samples=4 "
     "max_tokens=64; u bits=4 samples=5 max_tokens=64; u bits=2 samples=all max_tokens=64; u "
     "bits=3 "
     "samples=all max_tokens=64; "},
};

Test(spec_sweep, makes_the_combinations_that_are_asked_for)
{
    for (size_t i = 0; i < sizeof good_sweeps / sizeof *good_sweeps; i++) {
        struct buf text = BUF_INIT, got = BUF_INIT;
        struct spec s;
        struct plan p;
        buf_addf(&text, "%s%s\n", HEAD, good_sweeps[i].sweep);
        plan_text(text.s, &s, &p);
        add_variants(&s, &p, &got);
        cr_expect(strcmp(got.s, good_sweeps[i].variants) == 0, "%s\ngives %s\nnot   %s",
                  good_sweeps[i].sweep, got.s, good_sweeps[i].variants);
        release(&s, &p);
        buf_release(&text);
        buf_release(&got);
    }
}

/* The spec that is written has the same cells in the same order, and is written the same again. */
Test(spec_sweep, is_written_as_it_is_resolved)
{
    for (size_t i = 0; i < sizeof good_sweeps / sizeof *good_sweeps; i++) {
        struct buf text = BUF_INIT, first = BUF_INIT, second = BUF_INIT;
        struct spec a, b;
        struct plan p, q;
        buf_addf(&text, "%s%s\n", HEAD, good_sweeps[i].sweep);
        plan_text(text.s, &a, &p);
        spec_write(&a, &first);
        plan_text(first.s, &b, &q);
        spec_write(&b, &second);
        cr_expect(strcmp(first.s, second.s) == 0, "written\n%s\nthen\n%s", first.s, second.s);
        cr_expect(p.n == q.n, "%zu cells and then %zu", p.n, q.n);
        for (size_t k = 0; k < p.n && k < q.n; k++) {
            cr_expect(strcmp(p.cells[k].id, q.cells[k].id) == 0, "%s, then %s", p.cells[k].id,
                      q.cells[k].id);
        }
        release(&a, &p);
        release(&b, &q);
        buf_release(&text);
        buf_release(&first);
        buf_release(&second);
    }
}

/* "variant; " of the baseline's cells. */
static void expect_baseline(const char *sweep, const char *variants)
{
    struct buf text = BUF_INIT, got = BUF_INIT;
    struct spec s;
    struct plan p;
    buf_addf(&text, "%s%s\n", HEAD, sweep);
    plan_text(text.s, &s, &p);
    for (size_t i = 0; i < p.n && p.cells[i].method == 0; i++) {
        buf_addf(&got, "%s; ", p.cells[i].variant);
    }
    cr_expect(strcmp(got.s, variants) == 0, "%s\ngives %s\nnot   %s", sweep, got.s, variants);
    release(&s, &p);
    buf_release(&text);
    buf_release(&got);
}

Test(spec_sweep, gives_the_baseline_a_cell_for_all_that_others_are_scored_on)
{
    expect_baseline("sweep: {methods.u.bits: [2, 3]}", "; ");
    expect_baseline("sweep: {samples: [4, 5]}", "samples=4; samples=5; ");
    expect_baseline("sweep: {methods.u.samples: [4, 5]}", "samples=all; samples=4; samples=5; ");
    expect_baseline("sweep: {zip: {methods.*.group: [8, 9], samples: [4, 5]}}",
                    "samples=4; samples=5; ");
}

/* One that is swept over is the one that a spec without a sweep has. */
Test(spec_sweep, does_not_change_the_ids_of_cells_by_sweeping_what_they_are_scored_on)
{
    struct spec a, b;
    struct plan p, q;
    plan_text(HEAD "sweep: {samples: [4, 5], max_tokens: [8]}\n", &a, &p);
    plan_text(HEAD "samples: 5\nmax_tokens: 8\n", &b, &q);
    cr_assert(p.n == 6 && q.n == 3, "%zu and %zu cells", p.n, q.n);
    for (size_t i = 0; i < q.n; i++) {
        cr_expect(strcmp(p.cells[2 * i + 1].id, q.cells[i].id) == 0, "%s, not %s",
                  p.cells[2 * i + 1].id, q.cells[i].id);
    }
    release(&a, &p);
    release(&b, &q);
}

Test(spec_sweep, keeps_the_ends_and_the_decimals_of_numbers_that_are_made)
{
    struct spec s;
    struct plan p;
    plan_text(HEAD "sweep: {methods.t.sample: {linspace: [1, 1000000000, 4]}}\n", &s, &p);
    cr_assert(s.axes[0].n == 4 && s.axes[0].values[0].numbers[0] == 1 &&
                  s.axes[0].values[1].numbers[0] == 333333334 &&
                  s.axes[0].values[3].numbers[0] == 1e9,
              "the values are wrong");
    release(&s, &p);
}

Test(spec_sweep, plans_a_hundred_thousand_cells_in_little_time, .timeout = 30)
{
    struct spec s;
    struct plan p;
    double begin = processor_s();
    plan_text(HEAD "sweep:\n  methods.u.group: {range: [1, 5001]}\n  methods.u.bits: {range: [1, "
                   "9]}\n  methods.t.sample: {linspace: [1, 1000, 1000]}\n  methods.t.group: "
                   "{range: [1, 61]}\n  exclude: [{methods.u.group: 7, methods.u.bits: 8}]\n",
              &s, &p);
    double seconds = processor_s() - begin;
    cr_assert(p.n == 1 + 40000 - 1 + 60000, "%zu cells", p.n);
    size_t longer = 0;
    for (size_t i = 0; i < p.n; i++) {
        longer += strlen(strrchr(p.cells[i].id, '.')) == 1 + 24;
    }
    cr_assert(longer >= 2, "no two of so many ids share their 8 digits: %zu are longer", longer);
    cr_assert(seconds < 8, "%.2f s", seconds); /* 2 s, and room for sanitizers */
    release(&s, &p);
}
