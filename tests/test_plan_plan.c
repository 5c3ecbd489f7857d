#include <criterion/criterion.h>
#include <string.h>

#include "base/file.h"
#include "plan/plan.h"
#include "spec_known.h"

/* A spec and its plan, from a file of the source tree. */
struct planned {
    struct spec spec;
    struct plan plan;
};

static void read_at(struct planned *p, const char *path)
{
    struct buf problems = BUF_INIT;
    struct err e;
    cr_assert(spec_read(&p->spec, path, test_known(), NULL, &problems, &e) == 0, "%s\n%s", e.text,
              buf_text(&problems));
    cr_assert(plan_make(&p->plan, &p->spec, &e) == 0, "%s", e.text);
    buf_release(&problems);
}

static void read_source(struct planned *p, const char *path)
{
    struct buf full = BUF_INIT;
    test_path(&full, path);
    read_at(p, full.s);
    buf_release(&full);
}

/* Lines of a spec after the head that all of them share. */
static void read_text(struct planned *p, const char *text)
{
    struct buf folder = BUF_INIT, path = BUF_INIT, all = BUF_INIT;
    struct err e;
    test_folder(&folder);
    buf_addf(&path, "%s/spec.yaml", folder.s);
    buf_addf(&all, "name: x\nmodels: [./m.h5, ./n.h5]\ntexts: ./t.txt\n%s", text);
    cr_assert(file_write(path.s, all.s, all.len, &e) == 0, "%s", e.text);
    read_at(p, path.s);
    test_remove_folder(folder.s);
    buf_release(&folder);
    buf_release(&path);
    buf_release(&all);
}

static void release(struct planned *p)
{
    plan_release(&p->plan);
    spec_release(&p->spec);
}

/* The id without its digits. */
static void assert_id(const struct cell *c, const char *start)
{
    size_t n = strlen(start);
    cr_assert(strncmp(c->id, start, n) == 0 && c->id[n] == '.' && strlen(c->id) == n + 9,
              "id is %s, not %s.xxxxxxxx", c->id, start);
}

Test(plan_plan, orders_cells_by_model_method_seed_and_protocol)
{
    static const char *const ids[] = {
        "m.baseline.text", "m.baseline.paper", "m.t.s5.text", "m.t.s5.paper",    "m.t.s1.text",
        "m.t.s1.paper",    "m.u.text",         "m.u.paper",   "n.baseline.text",
    };
    struct planned p;
    read_text(&p, "protocols: [text, paper]\nseeds: [5, 1]\nmethods:\n"
                  "  t: {method: tiers, shares: [10, 90], bits: [8, 4], cut: sampled}\n"
                  "  u: {method: uniform}\n");
    cr_assert(p.plan.n == 16, "%zu cells", p.plan.n);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_id(&p.plan.cells[i], ids[i]);
    }
    release(&p);
}

Test(plan_plan, varies_the_last_axis_fastest)
{
    static const char *const variants[] = {
        "bits=[8, 4] cut=exact",
        "bits=[8, 4] cut=sampled",
        "bits=[6, 4] cut=exact",
        "bits=[6, 4] cut=sampled",
    };
    struct planned p;
    read_text(&p, "methods:\n  t: {method: tiers, shares: [10, 90]}\n  u: {method: uniform}\n"
                  "sweep:\n  methods.t.bits: [[8, 4], [6, 4]]\n  methods.u.bits: [3, 2]\n"
                  "  methods.t.cut: [exact, sampled]\n");
    cr_assert(p.plan.n == 2 * (1 + 4 + 2), "%zu cells", p.plan.n);
    for (size_t i = 0; i < 4; i++) {
        const struct cell *c = &p.plan.cells[1 + i];
        cr_assert(strcmp(c->variant, variants[i]) == 0, "variant %zu is %s", i, c->variant);
        cr_assert(c->has_seed == (i % 2 == 1), "cell %s has a seed: %d", c->id, c->has_seed);
        struct params params;
        cell_params(&p.spec, c, &params);
        cr_assert(params_list(&params, "bits")->numbers[0] == (i < 2 ? 8 : 6), "bits of %s", c->id);
    }
    cr_assert(strcmp(p.plan.cells[5].variant, "bits=3") == 0, "%s", p.plan.cells[5].variant);
    cr_assert(p.plan.cells[0].variant[0] == '\0', "the baseline has a variant");
    release(&p);
}

Test(plan_plan, gives_every_cell_an_id_of_its_own)
{
    struct planned p;
    read_source(&p, "tests/cases/spec/good/everything.yaml");
    for (size_t i = 0; i < p.plan.n; i++) {
        for (size_t k = 0; k < i; k++) {
            cr_assert(strcmp(p.plan.cells[i].id, p.plan.cells[k].id) != 0, "two cells are %s",
                      p.plan.cells[i].id);
        }
    }
    /* baseline, uniform4, own ×3 seeds, own-exact, from-shared ×3, swept: 2 × 2 × (1 + 3) */
    cr_assert(p.plan.n == 4 * 2 * (1 + 1 + 3 + 1 + 3 + 16), "%zu cells", p.plan.n);
    release(&p);
}

static const struct cell *cell_of(const struct planned *p, const char *method)
{
    for (size_t i = 0; i < p->plan.n; i++) {
        if (strcmp(p->spec.methods[p->plan.cells[i].method].name, method) == 0) {
            return &p->plan.cells[i];
        }
    }
    cr_assert_fail("no cell of %s", method);
    return NULL;
}

/* The digits of the first cell of method t under these lines. */
static void digits_of(const char *lines, char digits[9])
{
    struct planned p;
    read_text(&p, lines);
    const struct cell *c = cell_of(&p, "t");
    memcpy(digits, c->id + strlen(c->id) - 8, 9);
    release(&p);
}

#define TIERS "methods:\n  t: {method: tiers, shares: [10, 90], bits: [8, 4], cut: sampled}\n"

Test(plan_plan, keeps_an_id_while_nothing_that_matters_changes)
{
    static const char *const same[] = {
        "title: another\n" TIERS,
        "methods:\n  u: {method: uniform}\n  t: {bits: [8.0, 4], method: tiers, cut: sampled, "
        "shares: [1e1, 90], scope: head}\n",
        "seeds: [0, 1]\nprotocols: [paper, text]\n" TIERS,
        "methods:\n  t: {method: tiers, shares: [10, 90]}\n"
        "sweep: {methods.t.bits: [[8, 4]], methods.t.cut: [sampled]}\n",
    };
    static const char *const other[] = {
        "samples: 20\n" TIERS,
        "max_tokens: 65\n" TIERS,
        "seeds: [1]\n" TIERS,
        "protocols: [text]\n" TIERS,
        "methods:\n  t: {method: tiers, shares: [11, 89], bits: [8, 4], cut: sampled}\n",
        "methods:\n  t: {method: tiers, shares: [10, 90], bits: [8, 4]}\n",
        "methods:\n  t: {method: tiers, shares: [10, 90], bits: [8, 4], cut: sampled, group: 8}\n",
    };
    char first[9], next[9];
    digits_of(TIERS, first);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        digits_of(same[i], next);
        cr_assert(strcmp(first, next) == 0, "the id changes with: %s", same[i]);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        digits_of(other[i], next);
        cr_assert(strcmp(first, next) != 0, "the id stays with: %s", other[i]);
    }
}

static const struct cell *cell_named(const struct planned *p, const char *start,
                                     const char *variant)
{
    for (size_t i = 0; i < p->plan.n; i++) {
        const struct cell *c = &p->plan.cells[i];
        if (strncmp(c->id, start, strlen(start)) == 0 && strcmp(c->variant, variant) == 0) {
            return c;
        }
    }
    cr_assert_fail("no cell %s of %s", start, variant);
    return NULL;
}

/* Joined texts are not cut, so cells of several cuts are one; two must not write one folder. */
Test(plan_plan, gives_cells_an_id_each_where_what_is_swept_is_nothing_to_their_protocol)
{
    static const char *const lines[] = {TIERS "protocols: [text, "
                                              "strided]\nsweep: {max_tokens: [32, 17]}\n",
                                        TIERS "protocols: [strided, "
                                              "text]\nsweep: {max_tokens: [17, 32]}\n"};
    static const char *const variants[] = {"max_tokens=17", "max_tokens=32"};
    struct planned p[2];
    for (size_t i = 0; i < 2; i++) {
        read_text(&p[i], lines[i]);
        for (size_t k = 0; k < p[i].plan.n; k++) {
            for (size_t l = 0; l < k; l++) {
                const struct cell *a = &p[i].plan.cells[k], *b = &p[i].plan.cells[l];
                cr_assert(strcmp(a->id, b->id) != 0 && strcmp(a->digest, b->digest) != 0, "%s",
                          a->id);
            }
        }
    }
    for (size_t i = 0; i < 2; i++) { /* whatever their order */
        const struct cell *a = cell_named(&p[0], "m.t.s0.strided.", variants[i]);
        const struct cell *b = cell_named(&p[1], "m.t.s0.strided.", variants[i]);
        cr_assert(strcmp(a->id, b->id) == 0, "%s, %s", a->id, b->id);
    }
    release(&p[0]);
    release(&p[1]);
}

Test(plan_plan, describes_a_cell_in_canonical_text)
{
    struct planned p;
    struct buf text = BUF_INIT;
    read_text(&p, "samples: 20\nseeds: [7]\n" TIERS);
    cell_describe(&p.spec, cell_of(&p, "t"), &text);
    const char *expected = "method: tiers\n  scope: head\n  group: null\n  grid_dtype: f32\n"
                           "  shares: [10, 90]\n  bits: [8, 4]\n  cut: sampled\n  sample: 10000\n"
                           "  importance: magnitude\nprotocol: paper\nseed: 7\nsamples: 20\n"
                           "max_tokens: 64\nkeep_line_ends: false\nmodel: \"m\"\ntexts: \"t\"\n";
    cr_assert(strcmp(text.s, expected) == 0, "described as\n%s", text.s);
    buf_release(&text);
    release(&p);
}

Test(plan_plan, writes_a_cell_for_its_folder)
{
    struct planned p;
    struct buf text = BUF_INIT;
    read_text(&p, TIERS);
    const struct cell *c = cell_of(&p, "baseline");
    cell_write(&p.spec, c, &text);
    cr_assert(strstr(text.s, c->id) != NULL, "no id in\n%s", text.s);
    cr_assert(strstr(text.s, "parameters: {}\n") != NULL, "no empty parameters in\n%s", text.s);
    cr_assert(strstr(text.s, "seed") == NULL, "a seed in\n%s", text.s);
    buf_release(&text);
    release(&p);
}

Test(plan_plan, refuses_more_than_a_million_cells)
{
    struct spec s;
    struct plan plan;
    struct buf folder = BUF_INIT, path = BUF_INIT, all = BUF_INIT, problems = BUF_INIT;
    struct err e;
    test_folder(&folder);
    buf_addf(&path, "%s/spec.yaml", folder.s);
    buf_adds(&all, "name: x\nmodels: [./m.h5]\ntexts: ./t.txt\n"
                   "methods:\n  t: {method: tiers, shares: [100], bits: [4], cut: sampled}\n"
                   "sweep:\n  methods.t.sample: [1");
    for (int i = 2; i <= 2000; i++) {
        buf_addf(&all, ", %d", i);
    }
    buf_adds(&all, "]\nseeds: [0");
    for (int i = 1; i < 501; i++) {
        buf_addf(&all, ", %d", i);
    }
    buf_adds(&all, "]\n");
    cr_assert(file_write(path.s, all.s, all.len, &e) == 0, "%s", e.text);
    int status = spec_read(&s, path.s, test_known(), NULL, &problems, &e);
    test_remove_folder(folder.s);
    cr_assert(status == 0, "%s", buf_text(&problems));
    cr_assert(plan_make(&plan, &s, &e) == -1, "%zu cells are planned", plan.n);
    cr_assert(strstr(e.text, "over 1000000 cells") != NULL, "%s", e.text);
    spec_release(&s);
    buf_release(&folder);
    buf_release(&path);
    buf_release(&all);
    buf_release(&problems);
}
