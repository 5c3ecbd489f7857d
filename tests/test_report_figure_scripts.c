/* The scripts of plots/ by themselves: what gnuplot says of them, and how large their letters are.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/process.h"
#include "report/report.h"
#include "results_fixture.h"
#include "support.h"

static const char *const kinds[] = {"pdf", "png", "svg"};

/* Data of the figures that the fixture's results make none of, and of names that are long. */
static const struct {
    const char *stem, *data;
} made[] = {
    {"gaps", "\"\"\n\n\n\"t\"\n\n\n\"wte\"\n\n\n0 0 -0.001\n"},
    {"convergence", "\"note\" 2 1\n\n\n\"one\"\n\"two\"\n\n\n\"swarm\"\n\n\n"
                    "0 0 0.25\n0 1 0\n\n\n1 0 1e-7\n1 1 0\n\n\n0 0 3\n0 1 0.5\n\n\n"},
    {"protocols", "\"\"\n\"bars: 95 % (texts)\"\n\n\n\"model\"\n\n\n\"a name of a variant, longer "
                  "than any line of "
                  "a legend has room for, as sweeps over many keys make them\"\n\n\n"
                  "\"text\"\n\n\n0 1 0.5 2\n"},
    {"bill", "\"\"\n\n\n\"model\" 1\n\n\n\"steps\" 2 3 0 0.1 2.5 0.3 11 0\n"},
    {"roofline", "60 30 4 4\n\n\n\"tiny\" 2 9\n\"large\" 40 20\n"},
};

/* Runs gnuplot on its arguments; `said` gets what it says, which must be no failure. */
static void gnuplot(const char *const argv[], struct buf *said)
{
    struct err e;
    bool missing = false;
    int exit_code = 0;
    buf_clear(said);
    cr_assert(process_run(argv, PROCESS_MESSAGES, said, &exit_code, &missing, &e) == 0, "%s",
              e.text);
    cr_assert(exit_code == 0, "%s", buf_text(said));
}

/* Draws PLOTS/STEM.EACH KIND from PLOTS/STEM.dat. */
static void draws_without_a_word(const char *plots, const char *stem)
{
    struct buf said = BUF_INIT;
    char script[300], data[300], figure[300];
    snprintf(script, sizeof script, "%s/%s.gp", source_path("plots"), stem);
    snprintf(data, sizeof data, "%s/%s.dat", plots, stem);
    for (size_t k = 0; k < 3; k++) {
        snprintf(figure, sizeof figure, "%s/%s.%s", plots, stem, kinds[k]);
        const char *const argv[] = {"gnuplot", "-d", "-c", script, kinds[k], figure, data, NULL};
        gnuplot(argv, &said);
        cr_assert(said.len == 0, "%s.%s: %s", stem, kinds[k], said.s);
    }
    buf_release(&said);
}

Test(report_figure_scripts, draw_without_a_warning)
{
    static const enum spec_report_kind reports[] = {REPORT_STUDY, REPORT_SWEEP, REPORT_ALLOCATORS,
                                                    REPORT_SEEDS};
    struct fixture f;
    struct store store;
    struct buf written = BUF_INIT;
    struct err e;
    setenv("NASHSWARM_PLOTS", source_path("plots"), 1);
    fixture_study(&f);
    fixture_row(&f, 0, 2, "text", 4)->seed = 1;
    fixture_row(&f, 0, 2, "text", 5)->seed = 2;
    const char *root = fixture_folder();
    cr_assert(store_init(&store, root, f.spec.name, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        f.spec.report.kind = reports[i];
        cr_assert(report_figures(&store, &f.spec, f.rows, f.n, &written, &e) == 0, "%s", e.text);
    }
    size_t n = 0;
    for (char *rest, *line = strtok_r(written.s, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        char *stem = strrchr(line, '/') + 1, *ending = strrchr(stem, '.');
        if (strcmp(ending, ".dat") == 0) {
            *ending = '\0';
            draws_without_a_word(store.plots.s, stem);
            n++;
        }
    }
    cr_assert(n >= 8, "%zu", n);
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s.dat", store.plots.s, made[i].stem);
        cr_assert(file_write(path, made[i].data, strlen(made[i].data), &e) == 0, "%s", e.text);
        draws_without_a_word(store.plots.s, made[i].stem);
    }
    buf_release(&written);
    store_release(&store);
    fixture_remove(root);
}

/* A line of letters of 9 points, 1.164 times as high in DejaVu Sans, on a page 6.4 inches wide. */
static const double line_share = 9 * 1.164 / (6.4 * 72);

Test(report_figure_scripts, have_letters_of_nine_points_in_pdf_and_png)
{
    const char *root = fixture_folder();
    struct buf said = BUF_INIT;
    for (size_t k = 0; k < 2; k++) {
        char line[600];
        snprintf(line, sizeof line,
                 "terminal_kind = '%s'; output_path = '%s/x'; aspect = 0.5; load '%s/style.gp'; "
                 "plot x; print 1.0 * GPVAL_TERM_VCHAR / GPVAL_TERM_XSIZE",
                 kinds[k], root, source_path("plots"));
        const char *const argv[] = {"gnuplot", "-d", "-e", line, NULL};
        gnuplot(argv, &said);
        double share = strtod(buf_text(&said), NULL);
        cr_assert(share > 0.93 * line_share && share < 1.07 * line_share, "%s: %s", kinds[k],
                  buf_text(&said));
    }
    buf_release(&said);
    fixture_remove(root);
}

/* Draws the data into svg (its old text is lost). */
static void draw_svg(struct buf *svg, const char *root, const char *stem, const char *data)
{
    char path[300];
    struct err e;
    snprintf(path, sizeof path, "%s/%s.dat", root, stem);
    cr_assert(file_write(path, data, strlen(data), &e) == 0, "%s", e.text);
    draws_without_a_word(root, stem);
    snprintf(path, sizeof path, "%s/%s.svg", root, stem);
    buf_clear(svg);
    cr_assert(file_read(svg, path, &e) == 0, "%s", e.text);
}

/* SVG has its letters' size in it, in pixels of a page of 760. */
Test(report_figure_scripts, have_no_letters_under_seven_points_in_svg)
{
    const char *root = fixture_folder();
    struct buf svg = BUF_INIT;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        draw_svg(&svg, root, made[i].stem, made[i].data);
        size_t n = 0;
        for (const char *at = svg.s; (at = strstr(at, "font-size=\"")); n++) {
            at += strlen("font-size=\"");
            double points = strtod(at, NULL) * 6.4 * 72 / 760;
            cr_assert(points > 6.9 && points < 9.1, "%s: %g points", made[i].stem, points);
        }
        cr_assert(n > 2, "%s", made[i].stem);
    }
    buf_release(&svg);
    fixture_remove(root);
}

/* Rows, or columns, with the name that a sweep gives them: left of bars and cells, or upright
 * above. */
static const struct {
    const char *stem, *data;
} named[] = {
    {"bill", "\"\"\n\n\n\"model\" 1\n\n\n"
             "\"tiers, shares=[20, 30, 50] scope=head\" 2 3.8 2 0.0001 4.5 0.3 11 5.2\n"},
    {"gaps", "\"\"\n\n\n\"tiers, shares=[20, 30, 50] scope=head\"\n\"two\"\n\n\n\"wte\"\n\n\n"
             "0 0 1\n1 0 2\n"},
    {"gaps", "\"\"\n\n\n\"a\"\n\"b\"\n\"c\"\n\"d\"\n\"e\"\n"
             "\"tiers, shares=[20, 30, 50] scope=head\"\n\n\n"
             "\"1\"\n\"2\"\n\"3\"\n\"4\"\n\"5\"\n\"6\"\n\n\n0 0 1\n1 0 2\n5 0 1\n"},
};

/* How far the text that contains `name` may reach, which ends, or if it is turned begins, at a
 * place. */
static double room_of(char *svg, const char *name)
{
    char *at = strstr(svg, name), *place = NULL, *end;
    cr_assert(at, "%s", name);
    *at = '\0';
    for (char *next = svg; (next = strstr(next, "translate(")); place = next) {
        next += strlen("translate(");
    }
    double x = strtod(place, &end), y = strtod(end + 1, &end);
    bool turned = strncmp(end, ") rotate(-", 10) == 0;
    double angle = turned ? strtod(end + 10, NULL) * acos(-1) / 180 : 0;
    return turned ? fmin(y / sin(angle), (760 - x) / fmax(cos(angle), 1e-9)) : x;
}

/* A letter of such a name takes 0.54 of the size of the font in DejaVu Sans. */
Test(report_figure_scripts, have_room_for_the_names_that_sweeps_make)
{
    static const char name[] = "tiers, shares=[20, 30, 50] scope=head";
    const double needed = 0.55 * (sizeof name - 1) * 8 * 760 / (6.4 * 72);
    const char *root = fixture_folder();
    struct buf svg = BUF_INIT;
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        draw_svg(&svg, root, named[i].stem, named[i].data);
        double room = room_of(svg.s, name);
        cr_assert(room > needed, "%zu, %s: has %g, needs %g", i, named[i].stem, room, needed);
    }
    buf_release(&svg);
    fixture_remove(root);
}

/* Colour and shape of each two of 42 series. */
Test(report_figure_scripts, give_no_two_of_many_series_one_look)
{
    const char *root = fixture_folder();
    struct buf said = BUF_INIT;
    char line[600];
    snprintf(line, sizeof line,
             "terminal_kind = 'svg'; output_path = '%s/x'; aspect = 0.5; load '%s/style.gp'; "
             "n = 0; do for [i = 2 : 42] { do for [k = 1 : i - 1] { "
             "n = n + (strong[style_of(i)] eq strong[style_of(k)] && "
             "filled[form_of(i)] == filled[form_of(k)]) } }; print n",
             root, source_path("plots"));
    const char *const argv[] = {"gnuplot", "-d", "-e", line, NULL};
    gnuplot(argv, &said);
    cr_assert_str_eq(buf_text(&said), "0\n");
    buf_release(&said);
    fixture_remove(root);
}
