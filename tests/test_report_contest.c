#include <criterion/criterion.h>

#include "contest_fixture.h"
#include "report/contest.h"

static void make(struct contest *c, const struct fixture *f)
{
    struct err e;
    cr_assert(contest_make(c, &f->spec, f->rows, f->n, &e) == 0, "%s", e.text);
}

static struct break_even break_even(const struct fixture *f, double delta_nats)
{
    struct contest c;
    struct break_even b;
    struct err e;
    make(&c, f);
    cr_assert(contest_break_even(&b, &c, 0, delta_nats, &e) == 0, "%s", e.text);
    contest_release(&c); /* the points are gone now, the kind and the bits are not */
    return b;
}

Test(report_contest, parts_lines_by_what_is_swept_beside_budget_and_scope)
{
    static const char *const variants[][2] = {
        {"", "m"},
        {"bits_per_weight=3 scope=all", "m"},
        {"alignment=0.1 bits_per_weight=2.5", "m, alignment=0.1"},
        {"scope=head bits_per_weight=2 options=[1, 2, 8] grid=mse",
         "m, options=[1, 2, 8] grid=mse"},
        {"scopes=3", "m, scopes=3"}};
    struct fixture f;
    struct contest c;
    fixture_contest(&f);
    for (size_t i = 0; i < 5; i++) {
        struct record *r = fixture_point(&f, "m", 3, 0.1);
        snprintf(r->variant, sizeof r->variant, "%s", variants[i][0]);
        snprintf(r->scope, sizeof r->scope, i == 1 ? "all" : "head");
    }
    make(&c, &f);
    cr_assert(c.n_points == 5 && c.n_lines == 4 && c.n_panels == 2);
    for (size_t i = 0; i < 5; i++) {
        cr_assert(strcmp(c.points[i].label, variants[i][1]) == 0, "%s", c.points[i].label);
        cr_assert(strcmp(c.lines[c.points[i].line].label, variants[i][1]) == 0);
    }
    cr_assert(strcmp(c.panels[c.points[1].panel].scope, "all") == 0);
    contest_release(&c);
}

Test(report_contest, takes_longest_names_whole)
{
    struct fixture f;
    struct contest c;
    fixture_contest(&f);
    struct record *r = fixture_point(&f, "m", 3, 0.1);
    snprintf(r->method, sizeof r->method, "%095d", 1);
    snprintf(r->variant, sizeof r->variant, "a=%0253d", 2);
    make(&c, &f);
    cr_assert(strlen(c.points[0].label) == 95 + 2 + 255, "%s", c.points[0].label);
    contest_release(&c);
}

Test(report_contest, prices_thrice_what_has_a_map_and_no_budget)
{
    struct fixture f;
    struct contest c;
    fixture_contest(&f);
    fixture_point(&f, "nash", 3, 0.1);
    fixture_tiers(&f, 0.2);
    fixture_row(&f, 0, 1, "text", 8);
    make(&c, &f);
    cr_assert(!c.points[0].three_prices && c.points[1].three_prices && !c.points[2].three_prices);
    cr_assert(contest_study(&c, 0) == &c.points[1]);
    cr_assert(c.points[1].packed == 5 && c.points[1].ideal_map == 4.157 &&
              c.points[1].entropy == 3.557);
    contest_release(&c);
}

Test(report_contest, takes_the_study_to_be_the_tiers_of_about_three_bits)
{
    static const double payload[] = {2.2, 3.006, 3.0, 4};
    struct fixture f;
    struct contest c;
    fixture_contest(&f);
    for (size_t i = 0; i < 4; i++) {
        struct record *r = fixture_tiers(&f, 0.2);
        snprintf(r->variant, sizeof r->variant, "shares=%zu", i);
        r->bits_payload = payload[i];
    }
    make(&c, &f);
    cr_assert(strcmp(contest_study(&c, 0)->label, "nash, shares=1") == 0);
    contest_release(&c);
}

Test(report_contest, has_no_study_without_tiers)
{
    struct fixture f;
    struct contest c;
    fixture_contest(&f);
    fixture_point(&f, "nash", 3, 0.1);
    make(&c, &f);
    cr_assert(contest_study(&c, 0) == NULL);
    contest_release(&c);
}

Test(report_contest, finds_the_best_at_the_nearest_budget)
{
    struct fixture f;
    struct contest c;
    fixture_contest(&f);
    fixture_point(&f, "nash", 4.16, 0.03);
    fixture_point(&f, "optimal", 4.16, 0.02);
    fixture_point(&f, "greedy", 4.2, 0.01);
    fixture_point(&f, "swarm", 4.16, (double)NAN);
    fixture_tiers(&f, 0.001);
    make(&c, &f);
    cr_assert(strcmp(contest_best(&c, 0, 4.157, 0.05)->label, "optimal") == 0);
    cr_assert(strcmp(contest_best(&c, 0, 4.19, 0.05)->label, "greedy") == 0);
    cr_assert(contest_best(&c, 0, 4, 0.05) == NULL && contest_best(&c, 1, 4.157, 0.05) == NULL);
    contest_release(&c);
}

Test(report_contest, breaks_even_on_a_line_of_log_losses)
{
    struct fixture f;
    fixture_contest(&f);
    fixture_point(&f, "nash", 4, 0.01);
    fixture_point(&f, "nash", 2, 0.16);
    struct break_even b = break_even(&f, 0.04);
    cr_assert(b.kind == BREAK_EVEN_AT && b.logarithmic && fabs(b.bits - 3) < 1e-12, "%g", b.bits);
    fixture_point(&f, "optimal", 2.5, 0.039); /* alone, and already there */
    b = break_even(&f, 0.04);
    cr_assert(b.kind == BREAK_EVEN_BELOW && b.bits == 2.5);
}

Test(report_contest, breaks_even_in_plain_losses_where_one_is_not_positive)
{
    struct fixture f;
    fixture_contest(&f);
    fixture_point(&f, "nash", 2, 0.1);
    fixture_point(&f, "nash", 4, -0.1);
    struct break_even b = break_even(&f, 0.05);
    cr_assert(b.kind == BREAK_EVEN_AT && !b.logarithmic && fabs(b.bits - 2.5) < 1e-12);
}

Test(report_contest, breaks_even_above_every_budget_that_does_more_harm)
{
    struct fixture f;
    fixture_contest(&f);
    fixture_point(&f, "nash", 2, 0.01); /* by luck */
    fixture_point(&f, "nash", 3, 0.08);
    fixture_point(&f, "nash", 4, 0.02);
    struct break_even b = break_even(&f, 0.04);
    cr_assert(b.kind == BREAK_EVEN_AT && fabs(b.bits - 3.5) < 1e-12, "%g", b.bits);
}

Test(report_contest, says_when_there_is_no_break_even)
{
    struct fixture f;
    fixture_contest(&f);
    fixture_tiers(&f, 0.2);
    cr_assert(break_even(&f, 0.2).kind == BREAK_EVEN_UNKNOWN);
    fixture_point(&f, "nash", 3, (double)NAN);
    cr_assert(break_even(&f, 0.2).kind == BREAK_EVEN_UNKNOWN);
    fixture_point(&f, "nash", 4, 0.3);
    cr_assert(break_even(&f, 0.2).kind == BREAK_EVEN_NOT_REACHED);
}

Test(report_contest, sums_up_seeds)
{
    struct fixture f;
    struct contest c;
    fixture_contest(&f);
    fixture_point(&f, "swarm", 3, 0.1)->seed = 1;
    fixture_point(&f, "swarm", 3, 0.3)->seed = 2;
    make(&c, &f);
    cr_assert(c.n_points == 1 && fabs(c.points[0].delta_nats - 0.2) < 1e-12);
    contest_release(&c);
}
