#include <criterion/criterion.h>
#include <math.h>

#include "base/file.h"
#include "results/timing.h"
#include "results_fixture.h"

/* Writes the provenance of cell k of the plan. */
static void put(const struct store *s, const struct plan *plan, size_t k, const char *json)
{
    struct buf folder = BUF_INIT, text = BUF_INIT;
    struct err e;
    buf_addf(&folder, "%s/cells/%s", s->results.s, plan->cells[k].id);
    buf_adds(&text, json);
    cr_assert(file_make_dirs(folder.s, &e) == 0, "%s", e.text);
    cr_assert(file_write_text(folder.s, "provenance.json", &text, &e) == 0, "%s", e.text);
    buf_release(&folder);
    buf_release(&text);
}

Test(results_timing, belongs_to_the_rows_whatever_their_order)
{
    struct fixture f;
    struct store s;
    struct plan plan;
    struct err e;
    struct cell_timing timing[FIXTURE_ROWS_MAX];
    fixture_study(&f);
    const char *root = fixture_folder();
    cr_assert(store_init(&s, root, f.spec.name, &e) == 0);
    cr_assert(plan_make(&plan, &f.spec, &e) == 0, "%s", e.text);
    put(&s, &plan, 0, "{\"wall_s\": 2.5, \"solve_s\": null}");
    put(&s, &plan, 1, "{\"wall_s\": 1.5, \"solve_s\": 0.25}");
    put(&s, &plan, 2, "{\"wall_s\": \"long\"");
    /* The first two cells are the first model's baseline, paper and text. */
    struct record rows[4] = {f.rows[1], f.rows[0], f.rows[2], f.rows[9]};
    snprintf(rows[3].model, sizeof rows[3].model, "another");
    cr_assert(timing_read(timing, &s, &f.spec, rows, 4, &e) == 0, "%s", e.text);
    cr_assert(timing[0].wall_s == 1.5 && timing[0].solve_s == 0.25);
    cr_assert(timing[1].wall_s == 2.5 && isnan(timing[1].solve_s));
    cr_assert(isnan(timing[2].wall_s) && isnan(timing[3].wall_s));
    plan_release(&plan);
    store_release(&s);
    fixture_remove(root);
}
