#include <criterion/criterion.h>
#include <string.h>

#include "plan/plan.h"
#include "spec_known.h"

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

Test(spec_experiments, tier_sweep_is_a_grid_beside_references)
{
    size_t n = planned_cells("experiments/tier_sweep.yaml", REPORT_SWEEP);
    cr_assert(n == 2 * (7 + 6 * 3), "%zu cells", n);
}

Test(spec_experiments, seeds_are_a_hundred_under_two_protocols)
{
    size_t n = planned_cells("experiments/seeds.yaml", REPORT_SEEDS);
    cr_assert(n == 4 * (2 + 100) * 2, "%zu cells", n);
}
