#include <criterion/criterion.h>
#include <math.h>

#include "base/file.h"
#include "report/figure_data.h"
#include "report/seeds.h"
#include "report/tables.h"
#include "results/evidence.h"
#include "results_fixture.h"

enum { TEXTS = 6, RUNS = 2 };

struct place {
    struct fixture f;
    struct store store;
    struct cell_name cells[FIXTURE_ROWS_MAX];
    struct seeds seeds;
    const char *root;
};

static void place_open(struct place *p)
{
    struct err e;
    fixture_spec(&p->f);
    p->f.spec.report = (struct spec_report){.kind = REPORT_SEEDS};
    p->root = fixture_folder();
    cr_assert(store_init(&p->store, p->root, p->f.spec.name, &e) == 0, "%s", e.text);
}

static void place_close(struct place *p)
{
    seeds_release(&p->seeds);
    store_release(&p->store);
    fixture_remove(p->root);
}

/* A row of model 0 with evidence of one token a text, whose losses are nll[i]. */
static void scored(struct place *p, size_t method, int64_t seed, double delta_pct, const float *nll,
                   float baseline)
{
    struct record *r = fixture_row(&p->f, 0, method, "text", delta_pct);
    char *id = p->cells[p->f.n - 1].id;
    struct buf folder = BUF_INIT, path = BUF_INIT;
    struct evidence v;
    struct err e;
    r->seed = seed;
    r->bits_payload += (double)(seed > 0 ? seed : 0) / 8;
    snprintf(id, CELL_TEXT, "cell%zu", p->f.n);
    buf_addf(&folder, "%s/cells/%s", p->store.results.s, id);
    buf_addf(&path, "%s/%s", folder.s, EVIDENCE_FILE);
    cr_assert(file_make_dirs(folder.s, &e) == 0, "%s", e.text);
    cr_assert(evidence_new(&v, TEXTS, TEXTS, &e) == 0, "%s", e.text);
    for (size_t i = 0; i < TEXTS; i++) {
        v.start[i + 1] = i + 1;
        v.nll[i] = nll[i];
        v.baseline_nll[i] = baseline;
    }
    cr_assert(evidence_write(&v, path.s, &e) == 0, "%s", e.text);
    r->loss_nats = evidence_mean(&v, v.nll);
    r->baseline_loss_nats = evidence_mean(&v, v.baseline_nll);
    evidence_release(&v);
    buf_release(&folder);
    buf_release(&path);
}

/* nash is worse than uniform on 1 text of 6, under both seeds; nash-exact has no seed. */
static void two_seeds(struct place *p)
{
    static const float uniform[TEXTS] = {5, 5, 5, 5, 5, 5}, nash[TEXTS] = {4, 4, 4, 4, 4, 5.5f};
    scored(p, 1, RECORD_NONE, 8, uniform, 3);
    scored(p, 2, 1, 5, nash, 3);
    scored(p, 2, 2, 3, nash, 3);
    scored(p, 2, 3, 4, uniform, 7); /* of other tokens: left out */
}

static void rank(struct place *p)
{
    struct err e;
    cr_assert(seeds_make(&p->seeds, &p->f.spec, p->f.rows, p->f.n, &e) == 0, "%s", e.text);
    cr_assert(seeds_rank(&p->seeds, &p->store, p->f.rows, p->cells, &e) == 0, "%s", e.text);
}

Test(report_seeds, are_of_the_first_method_that_has_several_against_the_first_other)
{
    static struct place p;
    double sorted[3];
    place_open(&p);
    two_seeds(&p);
    rank(&p);
    cr_assert_str_eq(p.seeds.random, "nash");
    cr_assert_str_eq(p.seeds.other, "uniform");
    cr_assert(p.seeds.n == 4);
    const struct seeds_line *text = &p.seeds.lines[1];
    cr_assert_str_eq(text->protocol, "text");
    cr_assert(seeds_sorted(sorted, &text->random, "delta_pct") == 3);
    cr_assert(sorted[0] == 3 && sorted[1] == 4 && sorted[2] == 5);
    place_close(&p);
}

Test(report_seeds, rank_from_the_evidence_of_the_same_tokens)
{
    static struct place p;
    place_open(&p);
    two_seeds(&p);
    rank(&p);
    const struct seeds_line *paper = &p.seeds.lines[0], *text = &p.seeds.lines[1];
    cr_assert(paper->texts == 0 && isnan(paper->wrong[0]));
    cr_assert(text->texts == TEXTS);
    cr_assert(text->wrong[0] == 0 && isnan(text->wrong[1])); /* 5 texts; 10 are not there */
    place_close(&p);
}

Test(report_seeds, tables_say_what_is_known)
{
    static struct place p;
    struct layout seeds = {0}, ranking = {0};
    struct buf text = BUF_INIT;
    struct err e;
    place_open(&p);
    two_seeds(&p);
    rank(&p);
    cr_assert(tables_seeds(&seeds, &p.f.spec, &p.seeds, p.f.n, &e) == 0, "%s", e.text);
    layout_markdown(&seeds, &text);
    cr_assert(strstr(text.s, "| small | text | 3 | 3.2500 ± 0.1250 | 3.1250 to 3.3750 | 5.0000 | "
                             "+4.00 ± 1.00 % | +3.00 to +5.00 | +8.00 % |") != NULL,
              "%s", text.s);
    cr_assert(strstr(text.s, "| big\\_one | text | 0 | not measured |") != NULL, "%s", text.s);
    buf_clear(&text);
    tables_ranking(&ranking, &p.f.spec, &p.seeds);
    layout_markdown(&ranking, &text);
    cr_assert(strstr(text.s, "| small | text | 6 | 0.0 % | – | – |") != NULL, "%s", text.s);
    cr_assert(strstr(text.s, "| small | paper | 0 | – |") != NULL, "%s", text.s);
    layout_release(&seeds);
    layout_release(&ranking);
    buf_release(&text);
    place_close(&p);
}

Test(report_seeds, are_drawn_in_ascending_order_with_the_chances)
{
    static struct place p;
    struct buf out = BUF_INIT;
    struct err e;
    place_open(&p);
    two_seeds(&p);
    struct figure_source from = {
        .store = &p.store, .spec = &p.f.spec, .rows = p.f.rows, .n = p.f.n, .cells = p.cells};
    cr_assert(figure_data_seeds(&out, &from, &e) == 0, "%s", e.text);
    cr_assert(strstr(out.s, "0.5 3.25 4\n") != NULL, "%s", out.s);
    cr_assert(strstr(out.s, "0.5 4 8\n0.8333333333333334 5 8\n\n\n5 0\n\n\n") != NULL, "%s", out.s);
    from.n = 1;
    cr_assert(figure_data_seeds(&out, &from, &e) == -1);
    cr_assert_str_eq(e.text, "made-up: there is no method with results of several seeds to draw: "
                             "give it some in \"seeds\" and run `nashswarm run "
                             "experiments/made-up.yaml` first");
    buf_release(&out);
    place_close(&p);
}

Test(report_seeds, want_evidence_that_can_be_read)
{
    static struct place p;
    struct buf path = BUF_INIT;
    struct err e;
    place_open(&p);
    two_seeds(&p);
    buf_addf(&path, "%s/cells/%s/%s", p.store.results.s, p.cells[1].id, EVIDENCE_FILE);
    cr_assert(file_write(path.s, "no", 2, &e) == 0, "%s", e.text);
    cr_assert(seeds_make(&p.seeds, &p.f.spec, p.f.rows, p.f.n, &e) == 0, "%s", e.text);
    cr_assert(seeds_rank(&p.seeds, &p.store, p.f.rows, p.cells, &e) == -1);
    cr_assert(strstr(e.text, p.cells[1].id) != NULL, "%s", e.text);
    buf_release(&path);
    place_close(&p);
}
