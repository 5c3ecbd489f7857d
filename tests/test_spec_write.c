#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "plan/plan.h"
#include "spec_known.h"

static void read_good(struct spec *s, const char *path)
{
    struct buf problems = BUF_INIT;
    struct err e;
    cr_assert(spec_read(s, path, test_known(), NULL, &problems, &e) == 0, "%s\n%s", e.text,
              buf_text(&problems));
    buf_release(&problems);
}

/* Reads a spec, writes it somewhere else, and reads that. */
static void round_trip(struct spec *first, struct spec *second, const char *path)
{
    struct buf full = BUF_INIT, folder = BUF_INIT, copy = BUF_INIT, text = BUF_INIT;
    struct err e;
    test_path(&full, path);
    read_good(first, full.s);
    spec_write(first, &text);
    cr_assert(buf_check(&text, &e) == 0, "%s", e.text);
    test_folder(&folder);
    buf_addf(&copy, "%s/spec.resolved.yaml", folder.s);
    cr_assert(file_write(copy.s, text.s, text.len, &e) == 0, "%s", e.text);
    read_good(second, copy.s);
    test_remove_folder(folder.s);
    buf_release(&full);
    buf_release(&folder);
    buf_release(&copy);
    buf_release(&text);
}

/* As written, which leaves out nothing but where the spec itself stands. */
static void assert_equal_specs(const struct spec *a, const struct spec *b)
{
    struct buf x = BUF_INIT, y = BUF_INIT;
    spec_write(a, &x);
    spec_write(b, &y);
    cr_assert(strcmp(x.s, y.s) == 0, "--- first\n%s--- second\n%s", x.s, y.s);
    buf_release(&x);
    buf_release(&y);
}

static void assert_equal_plans(const struct spec *a, const struct spec *b)
{
    struct plan p, q;
    struct err e;
    cr_assert(plan_make(&p, a, &e) == 0, "%s", e.text);
    cr_assert(plan_make(&q, b, &e) == 0, "%s", e.text);
    cr_assert(p.n == q.n, "%zu and %zu cells", p.n, q.n);
    for (size_t i = 0; i < p.n; i++) {
        cr_assert(strcmp(p.cells[i].id, q.cells[i].id) == 0, "cell %zu: %s and %s", i,
                  p.cells[i].id, q.cells[i].id);
    }
    plan_release(&p);
    plan_release(&q);
}

static void assert_round_trip(const char *path)
{
    struct spec a, b;
    round_trip(&a, &b, path);
    assert_equal_specs(&a, &b);
    assert_equal_plans(&a, &b);
    spec_release(&a);
    spec_release(&b);
}

Test(spec_write, is_read_back_as_the_same_spec)
{
    assert_round_trip("tests/cases/spec/good/everything.yaml");
    assert_round_trip("tests/cases/spec/good/short.yaml");
    assert_round_trip("tests/cases/spec/good/allocators.yaml");
    assert_round_trip("tests/cases/spec/good/list_crlf.yaml");
    assert_round_trip("tests/cases/spec/good/calibrated.yaml");
}

Test(spec_write, keeps_every_field)
{
    struct spec a, b;
    round_trip(&a, &b, "tests/cases/spec/good/everything.yaml");
    cr_assert(strcmp(a.title, b.title) == 0, "title %s became %s", a.title, b.title);
    cr_assert(a.n_models == b.n_models && a.n_methods == b.n_methods && a.n_axes == b.n_axes,
              "something got lost");
    for (size_t i = 0; i < a.n_models; i++) {
        cr_assert(strcmp(a.models[i].name, b.models[i].name) == 0, "model %zu", i);
        cr_assert(b.models[i].path[0] == '/', "path %s is not absolute", b.models[i].path);
    }
    for (size_t i = 0; i < a.n_methods; i++) {
        const struct schema *schema = &a.methods[i].kind->schema;
        for (size_t k = 0; k < schema->n; k++) {
            cr_assert(value_equal(&a.methods[i].params.values[k], &b.methods[i].params.values[k],
                                  schema->rows[k]),
                      "%s of %s", schema->rows[k]->name, a.methods[i].name);
        }
    }
    cr_assert(a.seeds[0] == b.seeds[0] && a.seeds[2] == b.seeds[2], "seeds");
    cr_assert(a.evaluations[0].samples == b.evaluations[0].samples &&
                  a.evaluations[0].max_tokens == b.evaluations[0].max_tokens,
              "numbers");
    cr_assert(b.texts[0].keep_line_ends && b.texts[0].count == 2542, "texts");
    cr_assert(a.report.kind == b.report.kind && a.report.uniform == b.report.uniform, "report");
    spec_release(&a);
    spec_release(&b);
}

Test(spec_write, keeps_what_was_published)
{
    struct spec a, b;
    round_trip(&a, &b, "experiments/gpt2-20.yaml");
    assert_equal_specs(&a, &b);
    cr_assert(b.report.n_published == 4, "%zu models", b.report.n_published);
    cr_assert(spec_published_of(&b, "gpt2-xl")->uniform == 4.8646, "a number changed");
    cr_assert(spec_published_of(&b, "gpt3") == NULL, "found what is not there");
    spec_release(&a);
    spec_release(&b);
}

Test(spec_write, quotes_what_yaml_would_misread)
{
    static const char text[] = "name: \"1e3\"\ntitle: \"a: [b] # \\u2028 \\u00E9 \\\\ '\\\" x\"\n"
                               "models: [{name: \"null\", path: \"./a b/%: {x}\\u2029\\x07.h5\"}]\n"
                               "texts: \"./~/- #/x.txt\"\nmethods: {\"null\": {method: uniform}}\n";
    struct buf folder = BUF_INIT, path = BUF_INIT, written = BUF_INIT;
    struct spec a, b;
    struct err e;
    test_folder(&folder);
    buf_addf(&path, "%s/odd.yaml", folder.s);
    cr_assert(file_write(path.s, text, sizeof text - 1, &e) == 0, "%s", e.text);
    read_good(&a, path.s);
    spec_write(&a, &written);
    cr_assert(file_write(path.s, written.s, written.len, &e) == 0, "%s", e.text);
    read_good(&b, path.s);
    test_remove_folder(folder.s);
    assert_equal_specs(&a, &b);
    cr_assert(strstr(b.models[0].path, "/a b/%: {x}\u2029\a.h5") != NULL, "path became %s",
              b.models[0].path);
    cr_assert(strcmp(b.models[0].name, "null") == 0, "name became %s", b.models[0].name);
    cr_assert(strcmp(b.title, "a: [b] # \u2028 é \\ '\" x") == 0, "title became %s", b.title);
    buf_release(&folder);
    buf_release(&path);
    buf_release(&written);
    spec_release(&a);
    spec_release(&b);
}
