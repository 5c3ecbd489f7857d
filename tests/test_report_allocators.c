#include <criterion/criterion.h>
#include <unistd.h>

#include "base/file.h"
#include "contest_fixture.h"
#include "report/report.h"
#include "support.h"

/* The printed table has the text, blanks of any number as one. */
static bool prints(const struct fixture *f, const char *text)
{
    struct buf out = BUF_INIT, plain = BUF_INIT;
    struct err e;
    cr_assert(report_print(NULL, &f->spec, f->rows, f->n, &out, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < out.len; i++) {
        if (out.s[i] != ' ' || (plain.len && plain.s[plain.len - 1] != ' ')) {
            buf_addc(&plain, out.s[i]);
        }
    }
    bool found = strstr(plain.s, text) != NULL;
    if (!found) {
        fprintf(stderr, "%s", plain.s);
    }
    buf_release(&out);
    buf_release(&plain);
    return found;
}

Test(report_allocators, are_sorted_by_bits_among_the_prices_of_the_tiers)
{
    struct fixture f;
    fixture_contest(&f);
    fixture_tiers(&f, 0.2);
    struct record *r = fixture_point(&f, "nash", 4, 0.05);
    r->predicted_cost = 1.25e-5;
    r->optimality_gap_pct = 0.125;
    r->predicted_delta_nats = 0.04;
    cr_assert(prints(&f, "small head nash, entropy-coded – 3.557 – – – +0.2000 +4.00 % 0.06250\n"
                         "small head nash 4.00 4.000 1.25e−05 +0.12 % +0.0400 +0.0500 +1.00 % "
                         "0.00391\n"
                         "small head nash, ideal map – 4.157 – – – +0.2000 +4.00 % 0.06250\n"
                         "small head nash, packed – 5.000 – – – +0.2000 +4.00 % 0.06250\n"));
}

Test(report_allocators, are_set_against_the_study_at_each_of_its_prices)
{
    struct fixture f;
    fixture_contest(&f);
    fixture_tiers(&f, 0.2);
    fixture_point(&f, "nash", 4.16, 0.02);
    fixture_point(&f, "optimal", 4.16, 0.025);
    fixture_point(&f, "nash", 3, 0.4);
    cr_assert(prints(
        &f, "small, scope head: the study's tiers (nash) change the loss by +0.2000 "
            "nats. The best allocator at 4.16 bits (their price with an ideal map): "
            "nash, +0.0200 nats stored in 4.160, 0.100 of theirs (no tokens are stored to set "
            "it against the others); at 3.56 bits (with "
            "codes and map entropy-coded): not measured; at 3.00 bits (codes alone, "
            "as the study counts): nash, +0.4000 nats stored in 3.000, 2.000 of "
            "theirs. Break-even: 3.27 stored bits (nash), interpolated in stored bits "
            "and log Δ between 3.000 and 4.160."));
}

Test(report_allocators, have_no_ratio_of_what_does_no_harm)
{
    struct fixture f;
    fixture_contest(&f);
    fixture_tiers(&f, 0.2);
    fixture_point(&f, "nash", 4.16, -0.02);
    cr_assert(prints(&f, "nash, −0.0200 nats stored in 4.160, no ratio of a Δ ≤ 0;"));
    cr_assert(prints(&f, "Break-even: at or below 4.160 stored bits (nash), the least that was "
                         "measured."));
}

static struct record *coupled(struct fixture *f, double budget, double over, double delta_nats)
{
    struct record *r = fixture_point(f, "nash", budget, delta_nats);
    r->optimum_cost = 8;
    r->predicted_cost = 8 * (1 + over);
    return r;
}

Test(report_allocators, say_where_couplings_cost)
{
    struct fixture f;
    fixture_contest(&f);
    coupled(&f, 2, 0.25, 0.4);
    coupled(&f, 3, 0.5, 0.2);
    coupled(&f, 4, 0, 0.1);
    fixture_point(&f, "optimal", 2, 0.41);
    fixture_point(&f, "optimal", 3, 0.15);
    fixture_point(&f, "optimal", 4, 0.05); /* where the game is the optimum, it is not looked at */
    cr_assert(prints(&f,
                     "nash on small, scope head: its couplings make it worse than the plain "
                     "optimum in predicted cost at 2 of 3 budgets, by 25 to 50 %; its measured "
                     "Δ loss is larger than that of optimal at 1 of 2, most at 3 bits: +0.2000 "
                     "nats against +0.1500 nats (no tokens are stored to give the differences an "
                     "interval).\n"));
}

Test(report_allocators, say_what_couplings_could_not_be_set_against)
{
    struct fixture f;
    fixture_contest(&f);
    coupled(&f, 2, 0.25, 0.4);
    cr_assert(prints(&f, "at 1 of 1 budgets, by 25 %; there is no measured loss of the method "
                         "optimal to set its own against."));
    fixture_point(&f, "optimal", 2, 0.5);
    cr_assert(prints(&f, "by 25 %; its measured Δ loss is no larger than that of optimal at any of "
                         "1."));
}

Test(report_allocators, leave_games_at_their_optimum_alone)
{
    struct fixture f;
    struct buf out = BUF_INIT;
    struct err e;
    fixture_contest(&f);
    coupled(&f, 3, 1e-12, 0.2);
    fixture_point(&f, "optimal", 3, 0.1);
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &out, &e) == 0, "%s", e.text);
    cr_assert(!strstr(out.s, "couplings"), "%s", out.s);
    buf_release(&out);
}

Test(report_allocators, stand_without_any_result_but_the_baseline)
{
    struct fixture f;
    struct buf out = BUF_INIT;
    struct err e;
    fixture_contest(&f);
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &out, &e) == 0, "%s", e.text);
    buf_release(&out);
}

struct place {
    struct fixture f;
    struct store store;
    struct buf written;
    const char *root;
};

static void place_open(struct place *p)
{
    struct err e;
    setenv("NASHSWARM_PLOTS", source_path("plots"), 1);
    fixture_contest(&p->f);
    p->root = fixture_folder();
    p->written = BUF_INIT;
    cr_assert(store_init(&p->store, p->root, p->f.spec.name, &e) == 0, "%s", e.text);
    cr_assert(store_prepare(&p->store, &e) == 0, "%s", e.text);
}

static void place_close(struct place *p)
{
    buf_release(&p->written);
    store_release(&p->store);
    fixture_remove(p->root);
}

static void read_back(const struct buf *folder, const char *name, struct buf *out)
{
    struct buf path = BUF_INIT;
    struct err e;
    buf_addf(&path, "%s/%s", folder->s, name);
    cr_assert(file_read(out, path.s, &e) == 0, "%s", e.text);
    buf_release(&path);
}

Test(report_allocators, keep_seconds_apart_from_the_tables)
{
    struct place p;
    struct plan plan;
    struct err e;
    struct buf seconds = BUF_INIT;
    place_open(&p);
    cr_assert(plan_make(&plan, &p.f.spec, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < plan.n; i++) { /* every cell took 2 s, a protocol each */
        struct buf folder = BUF_INIT, text = BUF_INIT;
        buf_addf(&folder, "%s/cells/%s", p.store.results.s, plan.cells[i].id);
        buf_adds(&text, "{\"wall_s\": 2, \"solve_s\": 0.5}");
        cr_assert(file_make_dirs(folder.s, &e) == 0, "%s", e.text);
        cr_assert(file_write_text(folder.s, "provenance.json", &text, &e) == 0, "%s", e.text);
        buf_release(&folder);
        buf_release(&text);
    }
    p.f.n = 0;
    fixture_study(&p.f); /* rows that are cells of its spec, under two protocols */
    p.f.spec.report = (struct spec_report){.kind = REPORT_ALLOCATORS};
    for (size_t i = 0; i < p.f.n; i++) {
        snprintf(p.f.rows[i].scope, sizeof p.f.rows[i].scope, "head");
    }
    cr_assert(report_tables(&p.store, &p.f.spec, p.f.rows, p.f.n, &p.written, &e) == 0, "%s",
              e.text);
    cr_assert(strstr(p.written.s, "/timing/seconds.md\n") != NULL);
    cr_assert(strstr(p.written.s, "/tables/allocators.tex\n") != NULL);
    cr_assert(strstr(p.written.s, "/tables/seconds") == NULL);
    read_back(&p.store.results, "timing/seconds.md", &seconds);
    cr_assert(strstr(seconds.s, "| small | head | uniform | 1 | 0.50 | 4.00 |\n") != NULL, "%s",
              seconds.s);
    buf_release(&seconds);
    plan_release(&plan);
    place_close(&p);
}

static void draw(struct place *p)
{
    static const char *const names[] = {"allocators", "rate_distortion"};
    struct err e;
    cr_assert(report_figures(&p->store, &p->f.spec, p->f.rows, p->f.n, &p->written, &e) == 0, "%s",
              e.text);
    for (size_t i = 0; i < 2; i++) {
        struct buf pdf = BUF_INIT;
        char name[64];
        snprintf(name, sizeof name, "%s.pdf", names[i]);
        read_back(&p->store.plots, name, &pdf);
        cr_assert(pdf.len > 1000 && memcmp(pdf.s, "%PDF-", 5) == 0);
        buf_release(&pdf);
    }
}

Test(report_allocators, are_drawn_over_stored_bits)
{
    struct place p;
    struct buf data = BUF_INIT;
    place_open(&p);
    fixture_tiers(&p.f, 0.25);
    fixture_point(&p.f, "optimal", 3, 0.125)->floor_mse = 0.03125;
    fixture_point(&p.f, "optimal", 2, 0.5);
    draw(&p);
    read_back(&p.store.plots, "allocators.dat", &data);
    cr_assert(strcmp(data.s,
                     "\"small, scope head\"\n\n\n\"nash\"\n\"optimal\"\n\n\n\"text\"\n\"\"\n\n\n"
                     "5 4.157 3.557 0.25 NaN NaN 1\n\n\n"
                     "2 4 3.2 0.5 NaN NaN 0\n3 4 3.2 0.125 NaN NaN 0\n\n\n") == 0,
              "%s", data.s);
    buf_clear(&data);
    read_back(&p.store.plots, "rate_distortion.dat", &data);
    cr_assert(strstr(data.s,
                     "\n\n\n5 4.157 3.557 0.0625 NaN NaN 1\n\n\n2 4 3.2 0.0625 NaN NaN 0\n3 4 3.2 "
                     "0.015625 NaN NaN 0\n\n\n3 0.03125\n\n\n") != NULL,
              "%s", data.s);
    buf_release(&data);
    place_close(&p);
}

Test(report_allocators, are_drawn_where_losses_fall_and_where_panels_lack_lines)
{
    struct place p;
    place_open(&p);
    fixture_point(&p.f, "a\"b `x` $y {z}_^\\n%%", 3, -0.125);
    fixture_point(&p.f, "optimal", 2, 0.5);
    snprintf(fixture_point(&p.f, "optimal", 2.5, 0.25)->scope, 16, "all");
    draw(&p);
    place_close(&p);
}

Test(report_allocators, are_drawn_as_a_single_point)
{
    struct place p;
    place_open(&p);
    fixture_point(&p.f, "optimal", 3, 0.125);
    draw(&p);
    p.f.rows[p.f.n - 1].delta_nats = 0;
    draw(&p);
    place_close(&p);
}

Test(report_allocators, need_results_to_be_drawn)
{
    struct place p;
    struct err e;
    place_open(&p);
    cr_assert(report_figures(&p.store, &p.f.spec, p.f.rows, p.f.n, &p.written, &e) == -1);
    cr_assert(strstr(e.text, "nashswarm run experiments/made-up.yaml") != NULL, "%s", e.text);
    place_close(&p);
}
