/*
 * The paired tables and what a contest says of its best, from made-up rows and evidence.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "base/file.h"
#include "contest_fixture.h"
#include "report/number.h"
#include "report/report.h"
#include "results/cell_of_row.h"
#include "results/evidence.h"

enum { TEXTS = 20 };

struct place {
    struct fixture f;
    struct store store;
    struct plan plan;
    const char *root;
};

static void place_open(struct place *p)
{
    struct err e;
    p->root = fixture_folder();
    cr_assert(store_init(&p->store, p->root, p->f.spec.name, &e) == 0, "%s", e.text);
    cr_assert(plan_make(&p->plan, &p->f.spec, &e) == 0, "%s", e.text);
}

static void place_close(struct place *p)
{
    plan_release(&p->plan);
    store_release(&p->store);
    fixture_remove(p->root);
}

static const char *folder_of(const struct place *p, const struct record *r)
{
    static char folder[512];
    struct err e;
    const struct cell *c = cell_of_row(&p->plan, &p->f.spec, r, 0);
    cr_assert(c != NULL);
    snprintf(folder, sizeof folder, "%s/cells/%s", p->store.results.s, c->id);
    cr_assert(file_make_dirs(folder, &e) == 0, "%s", e.text);
    return folder;
}

/*
 * Two tokens in each text. The baseline's losses go up from 4; the method adds `shift`, and `odd`
 * more and less on texts in turn. The row's losses are made those of the tokens.
 */
static void keep_evidence(const struct place *p, struct record *r, size_t n_texts, double shift,
                          double odd)
{
    struct evidence v;
    struct err e;
    char path[600];
    cr_assert(evidence_new(&v, n_texts, 2 * n_texts, &e) == 0, "%s", e.text);
    for (size_t t = 0; t < 2 * n_texts; t++) {
        size_t text = t / 2;
        v.start[text + 1] = 2 * (text + 1);
        v.baseline_nll[t] = 4 + (float)(text % 7) / 4;
        v.nll[t] = v.baseline_nll[t] + (float)(shift + (text % 2 ? odd : -odd));
    }
    snprintf(path, sizeof path, "%s/%s", folder_of(p, r), EVIDENCE_FILE);
    cr_assert(evidence_write(&v, path, &e) == 0, "%s", e.text);
    r->loss_nats = evidence_mean(&v, v.nll);
    r->baseline_loss_nats = evidence_mean(&v, v.baseline_nll);
    evidence_release(&v);
}

static struct record *row_of(struct fixture *f, const char *model, const char *method,
                             const char *protocol)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->rows[i].model, model) == 0 && strcmp(f->rows[i].method, method) == 0 &&
            strcmp(f->rows[i].protocol, protocol) == 0) {
            return &f->rows[i];
        }
    }
    cr_assert_fail("no such row");
    return NULL;
}

/* What a run measures of a cell. */
static void measured(struct record *r, double p)
{
    r->delta_nats = 0.05;
    r->delta_se_nats = 0.01;
    r->delta_low_nats = 0.03;
    r->delta_high_nats = 0.072;
    r->delta_pct_low = -0.5;
    r->delta_pct_high = 1.5;
    r->delta_se_unpaired_nats = 0.123;
    r->delta_p = p;
    r->kl_mean_nats = 0.125;
    r->kl_p50_nats = 0.0625;
    r->kl_p99_nats = 1.5;
    r->top1_agreement_pct = 96.5;
}

/* The file of a written table. */
static struct buf written(struct place *p, const char *name)
{
    struct buf list = BUF_INIT, path = BUF_INIT, text = BUF_INIT;
    struct err e;
    cr_assert(report_tables(&p->store, &p->f.spec, p->f.rows, p->f.n, &list, &e) == 0, "%s",
              e.text);
    buf_addf(&path, "%s/tables/%s", p->store.results.s, name);
    cr_assert(strstr(list.s, path.s) != NULL, "%s is not in\n%s", path.s, list.s);
    cr_assert(file_read(&text, path.s, &e) == 0, "%s", e.text);
    buf_release(&list);
    buf_release(&path);
    return text;
}

static void expect_in(struct place *p, const char *name, const char *text)
{
    struct buf all = written(p, name);
    cr_assert(strstr(all.s, text) != NULL, "no \"%s\" in\n%s", text, all.s);
    buf_release(&all);
}

static void expect_not_in(struct place *p, const char *name, const char *text)
{
    struct buf all = written(p, name);
    cr_assert(strstr(all.s, text) == NULL, "\"%s\" in\n%s", text, all.s);
    buf_release(&all);
}

/* Two rows are tested, so the smaller p counts twice. */
Test(report_paired, tables_have_every_number_with_its_interval)
{
    struct place p;
    fixture_study(&p.f);
    place_open(&p);
    measured(row_of(&p.f, "small", "uniform", "text"), 0.012);
    measured(row_of(&p.f, "big_one", "uniform", "text"), 0.5);
    expect_in(&p, "paired-text.md",
              "| small | uniform | +0.0500 ± 0.0100 | [+0.0300, +0.0720] | +8.00 | [−0.50, +1.50] "
              "| 1.0513 | [1.0305, 1.0747] | 0.1250 | 0.0625 | 1.5000 | 3.50 % | 0.0240 | 0.1230 "
              "| 12.3× |\n");
    expect_in(&p, "paired-text.tex", "small & uniform & +0.0500 $\\pm$ 0.0100 & {[}+0.0300, ");
    expect_in(&p, "paired-text.md", "for another sample of texts from the same source");
    expect_in(&p, "paired-text-notes.tex", "over the 2 tests of this table");
    place_close(&p);
}

Test(report_paired, tables_keep_protocols_apart_and_dash_what_was_not_measured)
{
    struct place p;
    fixture_study(&p.f);
    place_open(&p);
    measured(row_of(&p.f, "small", "uniform", "text"), 0.012);
    expect_in(&p, "paired-paper.md",
              "| small | uniform | +0.6000 | – | +12.00 | – | 1.8221 | – | – | – | – | – | – | – "
              "| – |\n");
    expect_in(&p, "paired-paper.md", "protocol paper.");
    expect_not_in(&p, "paired-paper.md", "± 0.0100");
    place_close(&p);
}

Test(report_paired, tables_have_a_row_a_seed)
{
    struct place p;
    fixture_study(&p.f);
    row_of(&p.f, "small", "nash", "text")->seed = 1;
    fixture_row(&p.f, 0, 2, "text", 5)->seed = 2;
    row_of(&p.f, "big_one", "nash", "text")->seed = 1;
    place_open(&p);
    expect_in(&p, "paired-text.md", "| small | nash, seed 1 | ");
    expect_in(&p, "paired-text.md", "| small | nash, seed 2 | ");
    expect_in(&p, "paired-text.md", "| big\\_one | nash | ");
    place_close(&p);
}

/* The difference is 0.25 in every text: exact in 32 bits, and an interval of one point. */
Test(report_paired, tables_of_a_study_set_tiers_against_uniform)
{
    struct place p;
    fixture_study(&p.f);
    place_open(&p);
    keep_evidence(&p, row_of(&p.f, "small", "uniform", "text"), TEXTS, 0.5, 0.125);
    keep_evidence(&p, row_of(&p.f, "small", "nash", "text"), TEXTS, 0.25, 0.125);
    expect_in(&p, "paired-text.md",
              "| small | nash − uniform | −0.2500 ± 0.0000 | [−0.2500, −0.2500] |");
    expect_in(&p, "paired-text.md", "| 0.7788 | [0.7788, 0.7788] | – | – | – | – | &lt; 0.0001 |");
    expect_not_in(&p, "paired-text.md", "nash-exact − uniform");
    expect_not_in(&p, "paired-paper.md", "nash − uniform");
    place_close(&p);
}

Test(report_paired, tables_average_the_losses_of_seeds)
{
    struct place p;
    fixture_study(&p.f);
    place_open(&p);
    struct record *first = row_of(&p.f, "small", "nash", "text");
    keep_evidence(&p, row_of(&p.f, "small", "uniform", "text"), TEXTS, 0.5, 0.125);
    keep_evidence(&p, first, TEXTS, 0.25, 0.125);
    *fixture_row(&p.f, 0, 2, "text", 5) = *first; /* as if of another seed with the same tokens */
    expect_in(&p, "paired-text.md", "| small | nash − uniform | −0.2500 ± 0.0000 |");
    place_close(&p);
}

Test(report_paired, tables_compare_nothing_that_was_scored_on_other_tokens)
{
    struct place p;
    fixture_study(&p.f);
    place_open(&p);
    keep_evidence(&p, row_of(&p.f, "small", "uniform", "text"), TEXTS, 0.5, 0.125);
    keep_evidence(&p, row_of(&p.f, "small", "nash", "text"), TEXTS - 1, 0.25, 0.125);
    expect_not_in(&p, "paired-text.md", "nash − uniform");
    place_close(&p);
}

/* A run that was killed while it replaced a result leaves tokens of another one. */
Test(report_paired, tables_refuse_evidence_of_another_result)
{
    struct place p;
    struct buf list = BUF_INIT;
    struct err e;
    fixture_study(&p.f);
    place_open(&p);
    keep_evidence(&p, row_of(&p.f, "small", "uniform", "text"), TEXTS, 0.5, 0.125);
    keep_evidence(&p, row_of(&p.f, "small", "nash", "text"), TEXTS, 0.25, 0.125);
    row_of(&p.f, "small", "nash", "text")->loss_nats += 2e-5;
    cr_assert(report_tables(&p.store, &p.f.spec, p.f.rows, p.f.n, &list, &e) == -1);
    cr_assert(strstr(e.text, "tokens.h5 is not of the result"), "%s", e.text);
    buf_release(&list);
    place_close(&p);
}

Test(report_paired, tables_need_evidence_that_can_be_read)
{
    struct place p;
    struct buf list = BUF_INIT, junk = BUF_INIT;
    struct err e;
    fixture_study(&p.f);
    place_open(&p);
    buf_adds(&junk, "no tokens");
    const char *folder = folder_of(&p, row_of(&p.f, "small", "uniform", "text"));
    cr_assert(file_write_text(folder, EVIDENCE_FILE, &junk, &e) == 0, "%s", e.text);
    cr_assert(report_tables(&p.store, &p.f.spec, p.f.rows, p.f.n, &list, &e) == -1);
    cr_assert(strstr(e.text, "/tokens.h5") != NULL, "%s", e.text);
    buf_release(&list);
    buf_release(&junk);
    place_close(&p);
}

/* The study's tiers and two methods of the same budget, as cells of the spec. */
static void contest_open(struct place *p)
{
    static const char *const allocators[] = {"optimal", "tiers", "greedy"};
    static const double delta[] = {0.0625, 0.25, 0.07};
    fixture_contest(&p->f);
    for (size_t k = 0; k < 3; k++) {
        struct record *r = fixture_row(&p->f, 0, k + 1, "text", 0);
        snprintf(r->scope, sizeof r->scope, "head");
        snprintf(r->allocator, sizeof r->allocator, "%s", allocators[k]);
        r->delta_nats = delta[k];
        r->budget_bits = k == 1 ? (double)NAN : 4.16;
    }
    place_open(p);
}

Test(report_paired, a_contest_names_what_the_texts_cannot_tell_from_its_best)
{
    struct place p;
    contest_open(&p);
    keep_evidence(&p, row_of(&p.f, "small", "uniform", "text"), TEXTS, 0.0625, 0);
    keep_evidence(&p, row_of(&p.f, "small", "nash-exact", "text"), TEXTS, 0.07, 0.125);
    expect_in(&p, "allocators.md",
              "uniform, +0.0625 nats stored in 4.000, 0.250 of theirs (not told from it: "
              "nash-exact [−0.0");
    expect_in(&p, "allocators.md", "holds 0; another sample of texts");
    place_close(&p);
}

Test(report_paired, a_contest_says_when_its_best_stands_alone)
{
    struct place p;
    contest_open(&p);
    keep_evidence(&p, row_of(&p.f, "small", "uniform", "text"), TEXTS, 0.0625, 0);
    keep_evidence(&p, row_of(&p.f, "small", "nash-exact", "text"), TEXTS, 0.07, 0.001);
    expect_in(&p, "allocators.md", "0.250 of theirs (told from the other 1 at that budget)");
    place_close(&p);
}

Test(report_paired, a_contest_says_when_its_best_is_another_one_s_equal)
{
    struct place p;
    contest_open(&p);
    keep_evidence(&p, row_of(&p.f, "small", "uniform", "text"), TEXTS, 0.0625, 0);
    keep_evidence(&p, row_of(&p.f, "small", "nash-exact", "text"), TEXTS, 0.0625, 0);
    expect_in(&p, "allocators.md", "(not told from it: nash-exact (the same))");
    place_close(&p);
}

Test(report_paired, a_contest_says_when_nothing_was_kept_to_compare)
{
    struct place p;
    contest_open(&p);
    expect_in(&p, "allocators.md",
              "0.250 of theirs (no tokens are stored to set it against the others)");
    place_close(&p);
}

Test(report_paired, a_contest_says_where_the_texts_tell_a_game_from_the_optimum)
{
    static const double odd[] = {0.001, 0.125};
    for (int within = 0; within < 2; within++) {
        struct place p;
        contest_open(&p);
        struct record *game = row_of(&p.f, "small", "nash-exact", "text");
        game->optimum_cost = 1;
        game->predicted_cost = 1.5;
        keep_evidence(&p, row_of(&p.f, "small", "uniform", "text"), TEXTS, 0.0625, 0);
        keep_evidence(&p, game, TEXTS, 0.07, odd[within]);
        expect_in(&p, "allocators.md",
                  within
                      ? "+0.0700 nats against +0.0625 nats (told apart by a paired 95 % interval "
                        "at 0 of 1)."
                      : "+0.0700 nats against +0.0625 nats (told apart by a paired 95 % interval "
                        "at 1 of 1).");
        place_close(&p);
    }
}

Test(report_paired, p_values_and_intervals_in_print)
{
    cr_assert(strcmp(number_p(0.00009).text, "< 0.0001") == 0);
    cr_assert(strcmp(number_p(0.01234).text, "0.0123") == 0);
    cr_assert(strcmp(number_p((double)NAN).text, "–") == 0);
    cr_assert(strcmp(number_interval((struct interval){-0.5, 2}, 1, true).text, "[−0.5, +2.0]") ==
              0);
    cr_assert(strcmp(number_interval((struct interval){0.5, 2}, 2, false).text, "[0.50, 2.00]") ==
              0);
    cr_assert(strcmp(number_interval(INTERVAL_NONE, 2, false).text, "–") == 0);
}
