#include <criterion/criterion.h>
#include <math.h>

#include "report/captions.h"
#include "report/chosen.h"
#include "results_fixture.h"

/* A point of `method` with so many stored bits on a model and scope; scope "all" is the larger. */
static void point(struct fixture *f, size_t model, const char *method, const char *scope,
                  double bits)
{
    struct record *r = fixture_row(f, model, 1, "text", 1);
    snprintf(r->method, sizeof r->method, "%s", method);
    snprintf(r->variant, sizeof r->variant, "bits=%g scope=%s", bits, scope);
    snprintf(r->scope, sizeof r->scope, "%s", scope);
    r->scope_weights *= strcmp(scope, "all") == 0 ? 2 : 1;
    r->bits_per_weight = bits;
}

static void all_points(struct fixture *f)
{
    fixture_spec(f);
    fixture_row(f, 0, 0, "text", 0);
    for (size_t m = 0; m < 2; m++) {
        for (double bits = 2; bits < 6; bits += 1.5) {
            point(f, m, "nash", "head", bits);
            point(f, m, "nash", "all", bits);
            point(f, m, "swarm", "head", bits);
        }
    }
}

static void choose(struct chosen *c, const struct fixture *f, size_t limit)
{
    struct err e;
    cr_assert(chosen_make(c, f->rows, f->n, limit, NULL, &e) == 0, "%s", e.text);
}

Test(report_chosen, are_all_where_they_fit_group_by_group)
{
    static struct fixture f;
    struct chosen c;
    all_points(&f);
    choose(&c, &f, 18);
    cr_assert(c.n_points == 18 && c.n_groups == 4 && c.note.len == 0);
    cr_assert_str_eq(c.groups[0].title, "small, scope head");
    cr_assert_str_eq(c.points[1].label, "swarm, bits=2 scope=head");
    for (size_t i = 1; i < c.n_points; i++) {
        cr_assert(c.points[i].group >= c.points[i - 1].group);
    }
    chosen_release(&c);
}

Test(report_chosen, are_the_largest_models_where_all_do_not_fit)
{
    static struct fixture f;
    struct chosen c;
    all_points(&f);
    choose(&c, &f, 17);
    cr_assert(c.n_points == 9 && c.n_groups == 2);
    cr_assert_str_eq(c.note.s, "the largest model alone");
    cr_assert_str_eq(c.groups[0].model, "big_one");
    chosen_release(&c);
}

Test(report_chosen, are_then_those_nearest_four_bits)
{
    static struct fixture f;
    struct chosen c;
    all_points(&f);
    choose(&c, &f, 3);
    cr_assert(c.n_points == 3);
    for (size_t i = 0; i < c.n_points; i++) {
        cr_assert(c.points[i].bits == 3.5);
    }
    cr_assert_str_eq(c.points[0].label, "nash");
    cr_assert_str_eq(c.note.s, "the largest model alone; of each method the point nearest 4 stored "
                               "bits per weight");
    chosen_release(&c);
    choose(&c, &f, 2);
    cr_assert(c.n_points == 1 && c.n_groups == 1);
    cr_assert(strstr(c.note.s, "; scope all alone") != NULL, "%s", c.note.s);
    chosen_release(&c);
}

Test(report_chosen, are_the_first_where_nothing_else_helps)
{
    static struct fixture f;
    struct chosen c;
    fixture_study(&f);
    choose(&c, &f, 2);
    cr_assert(c.n_points == 2);
    cr_assert_str_eq(c.note.s, "the largest model alone; the first 2 of 6 points");
    chosen_release(&c);
}

Test(report_chosen, may_be_nothing)
{
    static struct fixture f;
    struct chosen c;
    fixture_spec(&f);
    choose(&c, &f, 2);
    cr_assert(c.n_points == 0 && c.n_groups == 0 && c.note.len == 0);
    chosen_release(&c);
}

Test(report_captions, are_sentences_found_by_their_stem)
{
    cr_assert(figure_caption("loss") == NULL);
    for (size_t i = 0; i < figure_n_captions; i++) {
        const char *text = figure_caption(figure_captions[i].stem);
        cr_assert(text == figure_captions[i].caption);
        cr_assert(strlen(text) > 40 && text[strlen(text) - 1] == '.');
    }
}
