#include <criterion/criterion.h>
#include <string.h>

#include "claims/ledger.h"
#include "plan/plan.h"
#include "spec_known.h"
#include "support.h"

static size_t planned_cells(const char *path, enum spec_report_kind kind)
{
    struct spec s;
    struct plan p;
    struct buf full = BUF_INIT, problems = BUF_INIT;
    struct err e;
    test_path(&full, path);
    cr_assert(spec_read(&s, full.s, test_known(), NULL, &problems, &e) == 0, "%s",
              buf_text(&problems));
    cr_assert(s.report.kind == kind, "%s has another kind of report", path);
    cr_assert(plan_make(&p, &s, &e) == 0, "%s", e.text);
    size_t n = p.n;
    plan_release(&p);
    spec_release(&s);
    buf_release(&full);
    buf_release(&problems);
    return n;
}

Test(spec_experiments, multiscale_is_a_study_of_four_models)
{
    size_t n = planned_cells("experiments/multiscale.yaml", REPORT_STUDY);
    cr_assert(n == 4 * 4 * 2, "%zu cells", n);
}

Test(spec_experiments, the_tables_on_the_official_weights_are_studies_of_four_models)
{
    size_t n = planned_cells("experiments/gpt2-20.yaml", REPORT_STUDY);
    cr_assert(n == 4 * 3 * 2, "%zu cells", n);
    n = planned_cells("experiments/gpt2-50.yaml", REPORT_STUDY);
    cr_assert(n == 4 * 3 * 2, "%zu cells", n);
}

/* The number of the ledger's table for this model, or −1. */
static double in_ledger(const struct ledger *l, const char *table, const char *column,
                        const char *model)
{
    for (size_t i = 0; i < l->n_published; i++) {
        const struct published *p = &l->published[i];
        for (size_t k = 0; k < p->n && strcmp(p->table, table) == 0 && strcmp(p->name, column) == 0;
             k++) {
            if (strcmp(l->models[p->values[k].model].name, model) == 0) {
                return p->values[k].value;
            }
        }
    }
    return -1;
}

static void published_as_in(const struct ledger *l, const char *table, const char *path, long texts,
                            long texts_of_xl)
{
    struct spec s;
    struct buf problems = BUF_INIT;
    struct err e;
    cr_assert(spec_read(&s, source_path(path), test_known(), NULL, &problems, &e) == 0, "%s",
              buf_text(&problems));
    cr_assert(s.report.n_published == 4, "%s: %zu models", path, s.report.n_published);
    for (size_t i = 0; i < s.n_models; i++) {
        const char *name = s.models[i].name;
        const struct spec_published *p = spec_published_of(&s, name);
        const size_t *own = s.models[i].evaluations;
        cr_expect(p->baseline == in_ledger(l, table, "baseline_loss", name), "%s", name);
        cr_expect(p->uniform == in_ledger(l, table, "uniform_loss", name), "%s", name);
        cr_expect(p->tiers == in_ledger(l, table, "tiers_loss", name), "%s", name);
        cr_expect(s.evaluations[own ? own[0] : 0].samples == (i == 3 ? texts_of_xl : texts), "%s",
                  name);
    }
    spec_release(&s);
    buf_release(&problems);
}

Test(spec_experiments, what_they_show_as_published_is_what_the_ledger_has)
{
    struct ledger l;
    struct buf problems = BUF_INIT;
    struct err e;
    cr_assert(ledger_read(&l, source_path("experiments/claims.yaml"), &problems, &e) == 0, "%s",
              buf_text(&problems));
    published_as_in(&l, "first", "experiments/gpt2-20.yaml", 20, 20);
    published_as_in(&l, "second", "experiments/gpt2-50.yaml", 50, 30);
    ledger_release(&l);
    buf_release(&problems);
}

Test(spec_experiments, tier_sweep_is_a_grid_beside_references)
{
    size_t n = planned_cells("experiments/tier_sweep.yaml", REPORT_SWEEP);
    cr_assert(n == 2 * (7 + 6 * 3), "%zu cells", n);
}

Test(spec_experiments, speed_has_three_methods_for_books_and_official_models)
{
    size_t n = planned_cells("experiments/speed.yaml", REPORT_SWEEP);
    cr_assert(n == 8 * 4, "%zu cells", n);
}

Test(spec_experiments, seeds_are_a_hundred_under_two_protocols)
{
    size_t n = planned_cells("experiments/seeds.yaml", REPORT_SEEDS);
    cr_assert(n == 4 * (2 + 100) * 2, "%zu cells", n);
}
