#include <criterion/criterion.h>
#include <unistd.h>

#include "base/file.h"
#include "report/captions.h"
#include "report/report.h"
#include "results_fixture.h"
#include "support.h"

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
    fixture_study(&p->f);
    p->root = fixture_folder();
    p->written = BUF_INIT;
    cr_assert(store_init(&p->store, p->root, p->f.spec.name, &e) == 0, "%s", e.text);
}

static void place_close(struct place *p)
{
    buf_release(&p->written);
    store_release(&p->store);
    fixture_remove(p->root);
}

static int draw(struct place *p, struct err *e)
{
    return report_figures(&p->store, &p->f.spec, p->f.rows, p->f.n, &p->written, e);
}

static void read_figure(const struct place *p, const char *name, struct buf *out)
{
    char path[300];
    struct err e;
    snprintf(path, sizeof path, "%s/%s", p->store.plots.s, name);
    cr_assert(file_read(out, path, &e) == 0, "%s", e.text);
}

Test(report_figures, of_a_study_are_pdf_and_png_with_their_data)
{
    static const char *const names[] = {"compression", "delta_loss"};
    struct place p;
    struct err e;
    place_open(&p);
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < 2; i++) {
        struct buf pdf = BUF_INIT, png = BUF_INIT, data = BUF_INIT;
        char name[64];
        snprintf(name, sizeof name, "%s.pdf", names[i]);
        read_figure(&p, name, &pdf);
        cr_assert(pdf.len > 1000 && memcmp(pdf.s, "%PDF-", 5) == 0);
        snprintf(name, sizeof name, "%s.png", names[i]);
        read_figure(&p, name, &png);
        cr_assert(png.len > 24 && memcmp(png.s + 1, "PNG", 3) == 0);
        cr_assert((unsigned char)png.s[18] * 256 + (unsigned char)png.s[19] == 1600);
        snprintf(name, sizeof name, "%s.dat", names[i]);
        read_figure(&p, name, &data);
        cr_assert(strstr(data.s, "\"small\" 1146720 \"1.1M\" ") != NULL, "%s", data.s);
        cr_assert(strstr(p.written.s, name) != NULL);
        buf_release(&pdf);
        buf_release(&png);
        buf_release(&data);
    }
    place_close(&p);
}

Test(report_figures, every_one_that_is_drawn_has_a_caption)
{
    static const enum spec_report_kind kinds[] = {REPORT_STUDY, REPORT_SWEEP, REPORT_ALLOCATORS,
                                                  REPORT_SEEDS};
    struct place p;
    struct err e;
    place_open(&p);
    fixture_row(&p.f, 0, 2, "text", 4)->seed = 1;
    fixture_row(&p.f, 0, 2, "text", 5)->seed = 2;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        p.f.spec.report.kind = kinds[i];
        cr_assert(draw(&p, &e) == 0, "%s", e.text);
    }
    size_t n = 0;
    for (char *rest, *line = strtok_r(p.written.s, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest), n++) {
        char *stem = strrchr(line, '/') + 1;
        *strrchr(stem, '.') = '\0';
        cr_assert(figure_caption(stem) != NULL, "%s", stem);
    }
    cr_assert(n >= 3 * 7);
    place_close(&p);
}

Test(report_figures, of_the_bill_split_the_bits_and_count_the_whole_model)
{
    struct place p;
    struct err e;
    struct buf data = BUF_INIT;
    place_open(&p);
    for (size_t i = 0; i < p.f.n; i++) {
        struct record *r = &p.f.rows[i];
        r->parameters = strcmp(r->model, "small") == 0 ? 2097152 : 20000000;
        r->scope_weights = r->scope_weights > 0 ? r->parameters / 2 : r->scope_weights;
        if (r->scope_weights > 0) {
            r->payload_packed_bits = 3 * r->scope_weights;
            r->map_packed_bits = 2 * r->scope_weights;
            r->grid_bits = r->scope_weights / 4;
            r->bits_ideal_map = 4.5;
        }
    }
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    read_figure(&p, "bill.dat", &data);
    static const char head[] =
        "\"\"\n\n\n\"small\" 1\n\"big_one\" 5\n\n\n"
        "\"uniform\" 2 3 2 0.25 3.2 0.5 4 4.5\n\"nash\" 3 3 2 0.25 3.557 0.5 4 4.5\n";
    cr_assert(strncmp(data.s, head, sizeof head - 1) == 0, "%s", data.s);
    cr_assert(strstr(data.s, "\n\"uniform\" 6 3 2 0.25 3.2 0.5 0.4194304 4.5\n") != NULL, "%s",
              data.s);
    buf_release(&data);
    place_close(&p);
}

Test(report_figures, that_cannot_be_drawn_any_more_are_removed)
{
    struct place p;
    struct err e;
    static const char *const endings[] = {"dat", "pdf", "png", "svg"};
    char path[300];
    place_open(&p);
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/bill.%s", p.store.plots.s, endings[i]);
        cr_assert(file_exists(path));
    }
    for (size_t i = 0; i < p.f.n; i++) {
        p.f.rows[i].scope_weights = RECORD_NONE;
    }
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/bill.%s", p.store.plots.s, endings[i]);
        cr_assert(!file_exists(path), "%s", path);
    }
    place_close(&p);
}

Test(report_figures, are_the_same_bytes_at_another_time)
{
    struct place p;
    struct err e;
    struct buf first = BUF_INIT, second = BUF_INIT;
    place_open(&p);
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    read_figure(&p, "delta_loss.pdf", &first);
    sleep(1); /* the date that must not show has seconds */
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    read_figure(&p, "delta_loss.pdf", &second);
    cr_assert(first.len == second.len && memcmp(first.s, second.s, first.len) == 0);
    buf_release(&first);
    buf_release(&second);
    place_close(&p);
}

Test(report_figures, of_a_sweep_follow_the_front_of_each_method)
{
    struct place p;
    struct err e;
    struct buf data = BUF_INIT;
    place_open(&p);
    p.f.n = 0;
    p.f.spec.report.kind = REPORT_SWEEP;
    static const double bits[] = {4, 2, 3}, delta[] = {1, 9, 12};
    for (size_t i = 0; i < 3; i++) {
        struct record *r = fixture_row(&p.f, 0, 1, "text", delta[i]);
        snprintf(r->variant, sizeof r->variant, "point=%zu", i);
        r->bits_per_weight = r->bits_ideal_map = r->bits_entropy = bits[i];
    }
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    read_figure(&p, "pareto.dat", &data);
    cr_assert(strstr(data.s, "\n2 2 2 9 NaN NaN 0\n3 3 3 12 NaN NaN 0\n4 4 4 1 NaN NaN 0\n\n\n"
                             "2 2 2 9 NaN NaN 0\n4 4 4 1 NaN NaN 0\n\n\n"),
              "%s", data.s);
    buf_release(&data);
    place_close(&p);
}

/* An interval over texts of half a percent below and one percent above. */
static void give_interval(struct record *r)
{
    r->delta_pct_low = r->delta_pct - 0.5;
    r->delta_pct_high = r->delta_pct + 1;
}

Test(report_figures, of_several_protocols_stand_side_by_side_with_intervals)
{
    struct place p;
    struct err e;
    struct buf data = BUF_INIT;
    place_open(&p);
    for (size_t i = 0; i < p.f.n; i++) {
        if (strcmp(p.f.rows[i].method, "baseline") != 0) {
            give_interval(&p.f.rows[i]);
        }
    }
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    read_figure(&p, "protocols.dat", &data);
    static const char head[] = "\"\"\n\"bars: 95 % (texts)\"\n\n\n\"small\"\n\"big_one\"\n\n\n"
                               "\"uniform\"\n\"nash\"\n\"nash-exact\"\n\n\n"
                               "\"paper\"\n\"text\"\n\n\n"
                               "0 12 11.5 13\n1 8 7.5 9\n\n\n0 3 2.5 4\n1 5 4.5 6\n";
    cr_assert(strncmp(data.s, head, sizeof head - 1) == 0, "%s", data.s);
    buf_clear(&data);
    read_figure(&p, "delta_loss.dat", &data);
    cr_assert(strstr(data.s, "\"bars: 95 % (texts)\"") != NULL, "%s", data.s);
    cr_assert(strstr(data.s, " 12 11.5 13\n") != NULL, "%s", data.s);
    buf_release(&data);
    place_close(&p);
}

Test(report_figures, of_one_protocol_are_not_set_side_by_side)
{
    struct place p;
    struct err e;
    place_open(&p);
    for (size_t i = 0; i < p.f.n; i++) {
        snprintf(p.f.rows[i].protocol, sizeof p.f.rows[i].protocol, "text");
    }
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    cr_assert(strstr(p.written.s, "protocols") == NULL, "%s", p.written.s);
    place_close(&p);
}

Test(report_figures, have_bars_over_seeds_until_there_are_intervals_over_texts)
{
    struct place p;
    struct err e;
    struct buf data = BUF_INIT;
    place_open(&p);
    p.f.n = 0;
    p.f.spec.report.kind = REPORT_SWEEP;
    for (size_t i = 0; i < 2; i++) {
        struct record *r = fixture_row(&p.f, 0, 2, "text", i ? 5 : 3);
        r->seed = (int64_t)i;
    }
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    read_figure(&p, "pareto.dat", &data);
    cr_assert(strstr(data.s, "\"bars: ±σ (seeds)\"") != NULL, "%s", data.s);
    cr_assert(strstr(data.s, "\n5 4.157 3.557 4 2.58578643762690") != NULL, "%s", data.s);
    give_interval(&p.f.rows[0]);
    give_interval(&p.f.rows[1]);
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    buf_clear(&data);
    read_figure(&p, "pareto.dat", &data);
    cr_assert(strstr(data.s, "\"bars: 95 % (texts)\"") != NULL, "%s", data.s);
    cr_assert(strstr(data.s, "\n5 4.157 3.557 4 3.5 5 1\n") != NULL, "%s", data.s);
    buf_release(&data);
    place_close(&p);
}

Test(report_figures, take_names_for_nothing_but_names)
{
    struct place p;
    struct err e;
    place_open(&p);
    snprintf(p.f.models[0].name, 64, "a\"b `x` $y {z}_^\\n%%");
    for (size_t i = 0; i < 8; i++) {
        snprintf(p.f.rows[i].model, sizeof p.f.rows[i].model, "%s", p.f.models[0].name);
    }
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    place_close(&p);
}

Test(report_figures, stand_with_a_single_model_and_equal_losses)
{
    struct place p;
    struct err e;
    place_open(&p);
    p.f.spec.n_models = 1;
    for (size_t i = 0; i < p.f.n; i++) {
        p.f.rows[i].delta_pct = 0;
    }
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    p.f.spec.report.kind = REPORT_SWEEP;
    cr_assert(draw(&p, &e) == 0, "%s", e.text);
    place_close(&p);
}

Test(report_figures, need_results)
{
    struct place p;
    struct err e;
    place_open(&p);
    p.f.n = 0;
    cr_assert(draw(&p, &e) == -1);
    cr_assert(strstr(e.text, "nashswarm run experiments/made-up.yaml") != NULL, "%s", e.text);
    place_close(&p);
}

Test(report_figures, say_when_gnuplot_is_missing)
{
    struct place p;
    struct err e;
    place_open(&p);
    setenv("PATH", "/nonexistent", 1);
    cr_assert(draw(&p, &e) == -1);
    setenv("PATH", "/usr/bin:/bin", 1);
    cr_assert(strstr(e.text, "gnuplot is needed for the figures and is not installed") != NULL,
              "%s", e.text);
    char path[300];
    snprintf(path, sizeof path, "%s/compression.pdf", p.store.plots.s);
    cr_assert(!file_exists(path));
    place_close(&p);
}

Test(report_figures, say_where_their_scripts_should_be)
{
    struct place p;
    struct err e;
    place_open(&p);
    setenv("NASHSWARM_PLOTS", p.root, 1);
    cr_assert(draw(&p, &e) == -1);
    cr_assert(strstr(e.text, "NASHSWARM_PLOTS") && strstr(e.text, "style.gp"), "%s", e.text);
    place_close(&p);
}
