#include <criterion/criterion.h>

#include "base/file.h"
#include "report/report.h"
#include "results_fixture.h"

/* The line of the printed main table that starts with the label, columns parted by one blank. */
static void line_of(const struct fixture *f, const char *label, char *out, size_t size)
{
    struct buf text = BUF_INIT;
    struct err e;
    cr_assert(report_print(NULL, &f->spec, f->rows, f->n, &text, &e) == 0, "%s", e.text);
    char *line = text.s;
    while (line && !(strncmp(line, label, strlen(label)) == 0 &&
                     strncmp(line + strlen(label), "  ", 2) == 0)) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    cr_assert(line != NULL, "no line %s in\n%s", label, text.s);
    size_t n = 0;
    for (; *line != '\n' && n + 1 < size; line++) {
        if (*line != ' ' || out[n - 1] != ' ') {
            out[n++] = *line;
        }
    }
    out[n] = '\0';
    buf_release(&text);
}

static void expect_line(const struct fixture *f, const char *label, const char *text)
{
    char line[512];
    line_of(f, label, line, sizeof line);
    cr_assert(strcmp(line, text) == 0, "\"%s\", not \"%s\"", line, text);
}

static bool written_has(const char *folder, const char *file, const char *text)
{
    char path[300];
    struct buf content = BUF_INIT;
    struct err e;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    cr_assert(file_read(&content, path, &e) == 0, "%s", e.text);
    bool found = strstr(content.s, text) != NULL;
    if (!found) {
        fprintf(stderr, "%s", content.s);
    }
    buf_release(&content);
    return found;
}

/* Each change of the loss with an interval of half a percent on both sides. */
static void add_intervals(struct fixture *f)
{
    for (size_t i = 0; i < f->n; i++) {
        f->rows[i].delta_pct_low = f->rows[i].delta_pct - 0.5;
        f->rows[i].delta_pct_high = f->rows[i].delta_pct + 0.5;
    }
}

/* The line starts with the label in the table of this protocol alone. */
static void expect_table(const struct fixture *f, const char *caption, const char *text)
{
    struct buf out = BUF_INIT;
    struct err e;
    cr_assert(report_print(NULL, &f->spec, f->rows, f->n, &out, &e) == 0, "%s", e.text);
    const char *table = strstr(out.s, caption);
    cr_assert(table && strstr(table, text), "%s", out.s);
    buf_release(&out);
}

Test(report_tables, print_the_studys_columns_and_what_it_left_out)
{
    struct fixture f;
    fixture_study(&f);
    add_intervals(&f);
    /* One table a protocol, the study's own first. */
    expect_table(&f, "under the protocol text.",
                 "small                   1.1M    5.0000        +8.00 %     +5.00 %");
    expect_line(&f, "small",
                "small 1.1M 5.0000 +12.00 % +3.00 % 90.6 % 4.0× better [+11.50, "
                "+12.50] [+2.50, +3.50] 5.00 4.16 3.56");
    expect_line(&f, "small (nash-exact)",
                "small (nash-exact) 1.1M 5.0000 +12.00 % +6.00 % 90.6 % 2.0× better [+11.50, "
                "+12.50] [+5.50, +6.50] 5.00 4.16 3.56");
    expect_line(&f, "big_one",
                "big_one 12.4M 5.0000 +9.50 % +0.50 % 90.6 % 19× better [+9.00, "
                "+10.00] [+0.00, +1.00] 5.00 4.16 3.56");
}

Test(report_tables, sum_up_seeds_as_mean_and_deviation)
{
    struct fixture f;
    fixture_study(&f);
    for (long seed = 2; seed <= 3; seed++) {
        struct record *r = fixture_row(&f, 0, 2, "paper", 3 + (double)(seed - 1));
        r->seed = seed;
    }
    f.spec.n_seeds = 3;
    add_intervals(&f);
    expect_line(&f, "small",
                "small 1.1M 5.0000 +12.00 % +4.00 ± 1.00 % 90.6 % 3.0× better [+11.50, "
                "+12.50] [+3.50, +4.50] 5.00 4.16 3.56");
}

Test(report_tables, show_what_was_published_beside_ours)
{
    struct fixture f;
    struct spec_published published = {.model = 0, .baseline = 5, .uniform = 5.5, .tiers = 4.9};
    fixture_study(&f);
    f.spec.report.published = &published;
    f.spec.report.n_published = 1;
    expect_line(&f, "small",
                "small 1.1M 5.0000 +12.00 % +3.00 % 90.6 % 4.0× better – – 5.00 4.16 3.56 5.0000 "
                "+10.00 % −2.00 %");
    expect_line(&f, "small (nash-exact)", /* another method than the published one */
                "small (nash-exact) 1.1M 5.0000 +12.00 % +6.00 % 90.6 % 2.0× better – – 5.00 4.16 "
                "3.56 – – –");
    expect_line(&f, "big_one",
                "big_one 12.4M 5.0000 +9.50 % +0.50 % 90.6 % 19× better – – 5.00 4.16 3.56 – – –");
}

/* Beside what was made, nothing that was published stands, and a note names it. */
static void expect_made(const char *word, const char *note)
{
    struct fixture f;
    struct buf text = BUF_INIT;
    struct err e;
    struct spec_published published = {.model = 0, .baseline = 5, .uniform = 5.5, .tiers = 4.9};
    fixture_study(&f);
    f.spec.report.published = &published;
    f.spec.report.n_published = 1;
    for (size_t i = 0; i < f.n; i++) {
        snprintf(f.rows[i].weights, sizeof f.rows[i].weights, "%s", word);
    }
    expect_line(&f, "small",
                "small 1.1M 5.0000 +12.00 % +3.00 % 90.6 % 4.0× better – – 5.00 4.16 3.56 – – –");
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &text, &e) == 0);
    cr_assert(strstr(text.s, note), "%s", text.s);
    buf_release(&text);
}

Test(report_tables, never_show_synthetic_weights_or_quantized_copies_as_the_published_ones)
{
    expect_made("synthetic", "Synthetic weights, of no trained model: small, big_one.");
    expect_made("quantized", "Quantized copies, whose baseline is not the model as it was trained: "
                             "small, big_one.");
}

Test(report_tables, say_what_was_not_measured)
{
    struct fixture f;
    fixture_study(&f);
    f.n = 8; /* the first model alone */
    expect_line(&f, "big_one",
                "big_one not measured not measured not measured not measured not measured not "
                "measured – – not measured not measured not measured");
}

/* Nothing is resolved where nothing was measured. */
Test(report_tables, say_nothing_of_what_texts_resolve_without_a_result)
{
    struct fixture f;
    struct buf text = BUF_INIT;
    struct err e;
    fixture_study(&f);
    f.n = 0;
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &text, &e) == 0);
    cr_assert(!strstr(text.s, "is resolved"), "%s", text.s);
    buf_release(&text);
}

Test(report_tables, fall_back_to_the_first_protocol_and_say_so)
{
    struct fixture f;
    struct buf text = BUF_INIT;
    struct err e;
    fixture_study(&f);
    f.spec.protocols[0] = 1;
    f.spec.n_protocols = 1;
    expect_line(&f, "small",
                "small 1.1M 5.0000 +8.00 % +5.00 % 90.6 % 1.6× better – – 5.00 4.16 3.56");
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &text, &e) == 0);
    cr_assert(strstr(text.s, "under the protocol text, because paper was not run") != NULL, "%s",
              text.s);
    buf_release(&text);
}

Test(report_tables, are_written_in_every_form)
{
    struct fixture f;
    struct store s;
    struct buf written = BUF_INIT;
    struct err e;
    fixture_study(&f);
    const char *root = fixture_folder();
    cr_assert(store_init(&s, root, f.spec.name, &e) == 0);
    cr_assert(report_tables(&s, &f.spec, f.rows, f.n, &written, &e) == 0, "%s", e.text);
    char folder[200];
    snprintf(folder, sizeof folder, "%s/tables", s.results.s);
    cr_assert(strstr(written.s, "/tables/loss.md\n") && strstr(written.s, "/tables/bill.tex\n"));
    cr_assert(written_has(folder, "loss.md", "**A study &amp; its 4 bits. 20 texts;"));
    cr_assert(written_has(folder, "loss.md", "| big\\_one | 12.4M | 5.0000 | +9.50 % |"));
    cr_assert(written_has(folder, "loss.tex", "big\\_one & 12.4M & 5.0000 & +9.50 \\% &"));
    cr_assert(written_has(folder, "loss.tex", "4.0$\\times$ better"));
    cr_assert(written_has(folder, "loss-notes.tex", "A study \\& its 4 bits."));
    cr_assert(written_has(folder, "size.md",
                          "| small | 4.40 | 0.48 (87.5 %) | 0.36 (90.6 %) | +3.1 points | 28.5 % "
                          "| 31.5 % | 28.2 % | 24.8 % |"));
    cr_assert(written_has(folder, "bill.md",
                          "| small | nash | 1.0M | 3.000 | 2.400 | 2.000 | 1.157 | 0.000 | 5.000 "
                          "| 4.157 | 3.557 | 0.60 | 1.00 |"));
    cr_assert(!strstr(written.s, "sweep"));
    buf_release(&written);
    store_release(&s);
    fixture_remove(root);
}

Test(report_tables, of_a_sweep_have_a_line_a_point)
{
    struct fixture f;
    fixture_spec(&f);
    f.spec.report.kind = REPORT_SWEEP;
    fixture_row(&f, 0, 0, "paper", 0);
    fixture_row(&f, 0, 0, "text", 0);
    for (int bits = 2; bits <= 3; bits++) {
        for (int text = 0; text < 2; text++) {
            struct record *r = fixture_row(&f, 0, 1, text ? "text" : "paper", bits - 4.5 * text);
            snprintf(r->variant, sizeof r->variant, "bits=%d", bits);
        }
    }
    struct buf out = BUF_INIT;
    struct err e;
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &out, &e) == 0, "%s", e.text);
    /* A table for each protocol, with its own losses alone. */
    const char *under_text = strstr(out.s, "protocol text:");
    cr_assert(strstr(out.s, "protocol paper:") && under_text, "%s", out.s);
    cr_assert(strstr(out.s, "small  uniform   bits=2          4.000         4.000         3.200    "
                            "4.000  5.1000  +2.00 %         –   0.06250\n"),
              "%s", out.s);
    cr_assert(strstr(under_text, "4.000  4.8750  −2.50 %         –   0.06250\n"), "%s", out.s);
    cr_assert(!strstr(under_text, "5.1000"), "%s", out.s);
    cr_assert(strstr(out.s, "bits=3") != NULL);
    cr_assert(strstr(out.s,
                     "small  baseline  –                   –             –             –        "
                     "–  5.0000  +0.00 %") != NULL,
              "%s", out.s);
    buf_release(&out);
}

Test(report_tables, name_a_method_as_the_study_does_only_with_its_parameters)
{
    struct fixture f;
    struct buf out = BUF_INIT;
    struct err e;
    fixture_study(&f);
    cr_assert(value_parse(&f.methods[2].params.values[1], f.kinds[2].schema.rows[1], "8,3,2", &e) ==
              0);
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &out, &e) == 0, "%s", e.text);
    cr_assert(strstr(out.s, "Uniform 4-bit") && !strstr(out.s, "Nash"), "%s", out.s);
    cr_assert(strstr(out.s, "weight of nash with"), "%s", out.s);
    buf_clear(&out);
    cr_assert(value_parse(&f.methods[1].params.values[0], f.kinds[1].schema.rows[0], "5", &e) == 0);
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &out, &e) == 0, "%s", e.text);
    cr_assert(strstr(out.s, "uniform Δ,") && !strstr(out.s, "Uniform"), "%s", out.s);
    buf_release(&out);
}

Test(report_tables, have_every_method_where_the_studys_tables_leave_some_out)
{
    struct fixture f;
    struct buf out = BUF_INIT;
    struct err e;
    fixture_study(&f);
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &out, &e) == 0, "%s", e.text);
    cr_assert(!strstr(out.s, "against loss"), "%s", out.s);
    f.spec.report.n_tiers = 1;
    buf_clear(&out);
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &out, &e) == 0, "%s", e.text);
    const char *all = strstr(out.s, "against loss; protocol paper");
    cr_assert(all && strstr(all, "nash-exact"), "%s", out.s);
    cr_assert(strstr(all, "against loss; protocol text: 20 texts, each cut to 64 tokens.\n"), "%s",
              out.s);
    f.spec.evaluations = (struct spec_evaluation[]){f.spec.evaluations[0], f.spec.evaluations[0]};
    f.spec.n_evaluations = 2;
    f.spec.evaluations[1].max_tokens = 32;
    fixture_row(&f, 0, 0, "paper", 4)->texts = 3;
    buf_clear(&out);
    cr_assert(report_print(NULL, &f.spec, f.rows, f.n, &out, &e) == 0, "%s", e.text);
    cr_assert(strstr(out.s, "against loss; protocol text: 20 texts.\n"), "%s", out.s);
    cr_assert(strstr(out.s, "against loss; protocol paper.\n"), "%s", out.s);
    buf_release(&out);
}
