#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "plan/plan.h"
#include "spec_known.h"

#define HEAD "name: x\nmodels: [./a.h5, ./b.h5]\ntexts: ./t.txt\n"
#define METHODS                                                                                    \
    "methods:\n  u: {method: uniform}\n  v: {method: uniform, group: 8}\n"                         \
    "  t: {method: tiers, shares: [10, 90], bits: [8, 4], cut: exact}\n"

/* Reads a good spec of this text and plans it. */
static void plan_text(const char *text, const struct spec_overrides *o, struct spec *s,
                      struct plan *p)
{
    struct buf folder = BUF_INIT, path = BUF_INIT, problems = BUF_INIT;
    struct err e;
    test_folder(&folder);
    buf_addf(&path, "%s/spec.yaml", folder.s);
    cr_assert(file_write(path.s, text, strlen(text), &e) == 0, "%s", e.text);
    int status = spec_read(s, path.s, test_known(), o, &problems, &e);
    test_remove_folder(folder.s);
    cr_assert(status == 0, "%s\n%s", text, buf_text(&problems));
    cr_assert(plan_make(p, s, &e) == 0, "%s", e.text);
    buf_release(&folder);
    buf_release(&path);
    buf_release(&problems);
}

static void release(struct spec *s, struct plan *p)
{
    plan_release(p);
    spec_release(s);
}

/* Cells [from, p->n) are those of the other plan from the same cell on. */
static void expect_same_ids(const struct plan *p, const struct plan *q, size_t from)
{
    cr_assert(p->n == q->n, "%zu and %zu cells", p->n, q->n);
    for (size_t i = from; i < p->n; i++) {
        cr_expect(strcmp(p->cells[i].id, q->cells[i].id) == 0, "%s, not %s", p->cells[i].id,
                  q->cells[i].id);
    }
}

/* The cells of a model are those of a spec that says the same of all models. */
Test(spec_overrides, are_values_of_one_model)
{
    struct spec a, b, c;
    struct plan p, q, plain;
    plan_text(HEAD METHODS "max_tokens: 32\noverrides:\n  b: {samples: 3, max_tokens: 9, texts: "
                           "./s.txt, methods.u.bits: 7, methods.*.group: 16, methods.v.group: "
                           "null, methods.t.bits: [6, 2]}\n",
              NULL, &a, &p);
    plan_text("name: x\nmodels: [./a.h5, ./b.h5]\ntexts: ./s.txt\nsamples: 3\nmax_tokens: 9\n"
              "methods:\n  u: {method: uniform, bits: 7, group: 16}\n  v: {method: uniform}\n"
              "  t: {method: tiers, shares: [10, 90], bits: [6, 2], cut: exact, group: 16}\n",
              NULL, &b, &q);
    plan_text(HEAD METHODS "max_tokens: 32\n", NULL, &c, &plain);
    expect_same_ids(&p, &q, p.n / 2);
    for (size_t i = 0; i < p.n / 2; i++) { /* and those of the other are as they were */
        cr_expect(strcmp(p.cells[i].id, plain.cells[i].id) == 0, "%s, not %s", p.cells[i].id,
                  plain.cells[i].id);
        cr_expect(p.cells[i].variant[0] == '\0', "nothing is swept: %s", p.cells[i].variant);
    }
    release(&a, &p);
    release(&b, &q);
    release(&c, &plain);
}

Test(spec_overrides, stand_beside_a_sweep_of_other_keys)
{
    struct spec a;
    struct plan p;
    struct buf got = BUF_INIT;
    plan_text(HEAD METHODS "sweep: {methods.u.bits: [2, 3], samples: [2, 4]}\noverrides:\n"
                           "  a: {max_tokens: 9, methods.u.group: 16}\n",
              NULL, &a, &p);
    for (size_t i = 0; i < p.n; i++) {
        const struct cell *c = &p.cells[i];
        const struct spec_evaluation *x = cell_evaluation(&a, c);
        if (c->method == 1) {
            struct params values;
            cell_params(&a, c, &values);
            buf_addf(&got, "%s %s %ld %ld %d; ", a.models[c->model].name, c->variant, x->samples,
                     x->max_tokens, params_has(&values, "group"));
        }
    }
    cr_assert(strcmp(got.s, "a bits=2 samples=2 2 9 1; a bits=2 samples=4 4 9 1; "
                            "a bits=3 samples=2 2 9 1; a bits=3 samples=4 4 9 1; "
                            "b bits=2 samples=2 2 64 0; b bits=2 samples=4 4 64 0; "
                            "b bits=3 samples=2 2 64 0; b bits=3 samples=4 4 64 0; ") == 0,
              "%s", got.s);
    cr_assert(p.n == 2 * (2 + 4 + 2 + 2), "%zu cells", p.n);
    buf_release(&got);
    release(&a, &p);
}

Test(spec_overrides, are_written_and_read_back)
{
    struct buf first = BUF_INIT, second = BUF_INIT;
    struct spec a, b;
    struct plan p, q;
    plan_text(HEAD METHODS "overrides:\n  b: {samples: all, texts: {name: s.x, path: ./t.txt}, "
                           "methods.*.group: 16}\n",
              NULL, &a, &p);
    spec_write(&a, &first);
    cr_assert(strstr(first.s, "overrides:\n  \"b\":\n    methods.u.group: 16\n"), "%s", first.s);
    plan_text(first.s, NULL, &b, &q);
    spec_write(&b, &second);
    cr_expect(strcmp(first.s, second.s) == 0, "written\n%s\nthen\n%s", first.s, second.s);
    expect_same_ids(&p, &q, 0);
    buf_release(&first);
    buf_release(&second);
    release(&a, &p);
    release(&b, &q);
}

Test(spec_overrides, of_samples_stand_before_a_sweep_of_them_for_one_method)
{
    static const char *const sweeps[] = {
        "sweep: {methods.u.samples: [2, 3], methods.u.bits: [5, 6]}\n",
        "sweep: {methods.*.samples: [2, 3], methods.u.bits: [5, 6]}\n",
        "sweep: {zip: {methods.u.samples: [2, 3], methods.u.bits: [5, 6]}}\n"};
    const struct spec_overrides o = {.samples = 6};
    for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++) {
        struct buf text = BUF_INIT;
        struct spec a, b;
        struct plan p, q;
        buf_addf(&text, "%s%s%s", HEAD, METHODS, sweeps[i]);
        plan_text(text.s, &o, &a, &p);
        plan_text(HEAD METHODS "samples: 6\nsweep: {methods.u.bits: [5, 6]}\n", NULL, &b, &q);
        expect_same_ids(&p, &q, 0);
        release(&a, &p);
        release(&b, &q);
        buf_release(&text);
    }
}

/* --samples is of every cell, --models leaves overrides of models of the file alone. */
Test(spec_overrides, give_way_to_the_command_line)
{
    static const char *const set[] = {"overrides.b.methods.u.bits=5", "overrides.b.max_tokens=7"};
    const struct spec_overrides o = {.models = "./b.h5", .samples = 6, .set = set, .n_set = 2};
    struct spec a, b;
    struct plan p, q;
    plan_text(HEAD METHODS
              "sweep: {samples: [2, 3]}\noverrides:\n  a: {samples: 3}\n  b: {samples: "
              "4, methods.u.bits: 2}\n",
              &o, &a, &p);
    plan_text("name: x\nmodels: [./b.h5]\ntexts: ./t.txt\nsamples: 6\nmax_tokens: 7\nmethods:\n"
              "  u: {method: uniform, bits: 5}\n  v: {method: uniform, group: 8}\n"
              "  t: {method: tiers, shares: [10, 90], bits: [8, 4], cut: exact}\n",
              NULL, &b, &q);
    cr_assert(a.n_models == 1 && a.n_axes == 0, "%zu models, %zu axes", a.n_models, a.n_axes);
    expect_same_ids(&p, &q, 0);
    release(&a, &p);
    release(&b, &q);
}

/* Texts to learn from are found where a method learns for one model alone. */
Test(spec_overrides, count_where_a_method_learns)
{
    struct spec s;
    struct plan p;
    plan_text("name: x\nmodels: [./a.h5]\ntexts: ./t.txt\ncalibration: ./c.txt\n" METHODS
              "overrides: {a: {methods.t.importance: neighbour-product, methods.t.cut: sampled}}\n"
              "seeds: [1, 2]\n",
              NULL, &s, &p);
    cr_assert(p.n == 3 + 2, "%zu cells", p.n);
    cr_assert(p.cells[4].seed == 2 && cell_uses_calibration(&s, &p.cells[4]), "it does not learn");
    release(&s, &p);
}
