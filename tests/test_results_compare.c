#include <criterion/criterion.h>
#include <math.h>

#include "results/compare.h"
#include "results_fixture.h"

/* Tables without folders: rows alone are compared. */
static struct stored stored_of(struct record *rows, size_t n, const char *folder)
{
    struct stored s = {.rows = rows, .n = n};
    struct err e;
    buf_adds(&s.folder, folder);
    cr_assert(stored_find_cells(&s, &e) == 0, "%s", e.text);
    return s;
}

static void forget(struct stored *s)
{
    s->rows = NULL; /* the fixture's */
    stored_release(s);
}

static struct comparison compare(struct fixture *f, struct fixture *g, double tolerance)
{
    struct comparison c;
    struct err e;
    const char *nowhere = fixture_folder();
    struct stored a = stored_of(f->rows, f->n, nowhere), b = stored_of(g->rows, g->n, nowhere);
    cr_assert(comparison_make(&c, &a, &b, tolerance, &e) == 0, "%s", e.text);
    forget(&a);
    forget(&b);
    fixture_remove(nowhere);
    return c;
}

Test(results_compare, finds_nothing_in_equal_tables_whatever_their_order)
{
    struct fixture f, g;
    fixture_study(&f);
    fixture_study(&g);
    struct record first = g.rows[0];
    g.rows[0] = g.rows[5];
    g.rows[5] = first;
    struct comparison c = compare(&f, &g, 0);
    cr_expect(comparison_equal(&c));
    cr_expect(c.n_both == f.n && c.n_values == f.n * record_n_columns);
    comparison_release(&c);
}

Test(results_compare, differences_beyond_rounding_come_with_the_greatest_first)
{
    struct fixture f, g;
    fixture_study(&f);
    fixture_study(&g);
    g.rows[2].loss_nats *= 1 + 1e-12;
    g.rows[3].loss_nats *= 1 + 1e-3;
    g.rows[3].perplexity = 7; /* nothing in A */
    g.rows[4].texts = 10;
    struct comparison c = compare(&f, &g, 1e-9);
    cr_assert(c.n_results == 3 && c.n_differ == 2 && !comparison_equal(&c));
    cr_expect(isinf(c.results[0].relative) && strcmp(c.results[0].column->name, "perplexity") == 0);
    cr_expect(c.results[1].relative == 0.5 && strcmp(c.results[1].column->name, "texts") == 0);
    cr_expect(fabs(c.results[2].relative - 1e-3) < 1e-5);
    comparison_release(&c);
    c = compare(&f, &g, 0);
    cr_expect(c.n_results == 4);
    comparison_release(&c);
    c = compare(&f, &g, 0.6);
    cr_expect(c.n_results == 1);
    comparison_release(&c);
}

Test(results_compare, names_cells_that_only_one_has)
{
    struct fixture f, g;
    fixture_study(&f);
    fixture_study(&g);
    g.n -= 2;
    g.rows[0].seed = 5;
    struct comparison c = compare(&f, &g, 0);
    cr_assert(c.n_only_a == 3 && c.n_only_b == 1 && c.n_both == f.n - 3);
    cr_expect(c.only_a[0] == &f.rows[0] && c.only_b[0] == &g.rows[0]);
    cr_expect(!comparison_equal(&c));
    comparison_release(&c);
}

static const char *const spec_a = "name: a\n"
                                  "models:\n  - {name: \"m\", path: \"/here/m.h5\"}\n"
                                  "samples: 3\n"
                                  "methods:\n  x:\n    bits: 4\n    cut: exact\n"
                                  "  gone:\n    bits: 1\n    cut: exact\n";
static const char *const spec_b = "name: b\n"
                                  "models:\n  - {name: \"m\", path: \"/there/m.h5\"}\n"
                                  "samples: 3\n"
                                  "methods:\n  x:\n    bits: 5\n    cut: exact\n";

Test(results_compare, specs_differ_in_settings_not_in_names)
{
    struct fixture f;
    struct comparison c;
    struct change x = {0};
    struct err e;
    struct scratch one = scratch_new(), two = scratch_new();
    fixture_study(&f);
    scratch_file(&one, "spec.resolved.yaml", spec_a, strlen(spec_a));
    scratch_file(&two, "spec.resolved.yaml", spec_b, strlen(spec_b));
    struct stored a = stored_of(f.rows, f.n, one.folder), b = stored_of(f.rows, f.n, two.folder);
    cr_assert(comparison_make(&c, &a, &b, 0, &e) == 0, "%s", e.text);
    cr_expect(c.spec_known && c.spec.n == 4 && c.spec.n_counted == 2);
    static const char *const expected[4][3] = {{"name", "a", "b"},
                                               {"models.m.path", "/here/m.h5", "/there/m.h5"},
                                               {"methods.x.bits", "4", "5"},
                                               {"methods.gone", "there", ""}};
    size_t n = 0;
    while (changes_next(&c.spec, &x)) {
        cr_assert(n < 4);
        cr_expect_str_eq(x.key, expected[n][0]);
        cr_expect_str_eq(x.a, expected[n][1]);
        cr_expect_str_eq(x.b, expected[n][2]);
        n++;
    }
    cr_expect(n == 4 && !comparison_equal(&c));
    comparison_release(&c);
    forget(&a);
    forget(&b);
    scratch_remove(&one);
    scratch_remove(&two);
}
