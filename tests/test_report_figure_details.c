#include <criterion/criterion.h>

#include "base/file.h"
#include "report/figure_data.h"
#include "results/cells.h"
#include "results_fixture.h"

struct place {
    struct fixture f;
    struct store store;
    struct cell_name cells[FIXTURE_ROWS_MAX];
    struct figure_source from;
    const char *root;
};

static void place_open(struct place *p)
{
    struct err e;
    fixture_spec(&p->f);
    p->root = fixture_folder();
    cr_assert(store_init(&p->store, p->root, p->f.spec.name, &e) == 0, "%s", e.text);
    fixture_row(&p->f, 0, 0, "text", 0);
}

static void place_close(struct place *p)
{
    store_release(&p->store);
    fixture_remove(p->root);
}

/* Leaves a result on disk, in a folder that no plan knows. */
static void leave(const struct place *p, const struct record *r, const struct cell_details *d)
{
    struct buf folder = BUF_INIT, text = BUF_INIT;
    struct err e;
    buf_addf(&folder, "%s/cells/%s.%s", p->store.results.s, r->model, r->method);
    struct json_out j = json_begin(&text);
    json_open(&j, '{');
    json_key(&j, "record");
    json_open(&j, '{');
    record_write_json(r, &j);
    json_close(&j, '}');
    details_write_json(d, &j);
    json_close(&j, '}');
    cr_assert(file_make_dirs(folder.s, &e) == 0, "%s", e.text);
    cr_assert(file_write_text(folder.s, "result.json", &text, &e) == 0, "%s", e.text);
    buf_release(&folder);
    buf_release(&text);
}

static void fill(struct place *p, struct buf *out,
                 int (*data)(struct buf *, const struct figure_source *, struct err *))
{
    struct err e;
    cr_assert(cells_of_rows(p->cells, &p->store, &p->f.spec, p->f.rows, p->f.n, &e) == 0, "%s",
              e.text);
    p->from = (struct figure_source){
        .store = &p->store, .spec = &p->f.spec, .rows = p->f.rows, .n = p->f.n, .cells = p->cells};
    cr_assert(data(out, &p->from, &e) == 0, "%s", e.text);
}

Test(report_figure_details, gaps_stand_by_tensor_and_method)
{
    static struct place p;
    struct buf out = BUF_INIT;
    place_open(&p);
    static const char *const names[] = {"wte.weight", "h.0.mlp.c_fc.weight"};
    for (size_t m = 0; m < 2; m++) {
        for (size_t k = 1; k < 3; k++) {
            struct tensor_row tensors[2] = {tensor_row_none(), tensor_row_none()};
            struct cell_details d = {.tensors = tensors, .n_tensors = m + 1};
            for (size_t t = 0; t < 2; t++) {
                snprintf(tensors[t].tensor, sizeof tensors[t].tensor, "%s", names[t]);
                tensors[t].gap_bits = (double)(100 * m + 10 * k + t);
            }
            leave(&p, fixture_row(&p.f, m, k, "text", (double)k), &d);
        }
    }
    fill(&p, &out, figure_data_gaps);
    cr_assert_str_eq(out.s, "\"\"\n\n\n\"uniform\"\n\"nash\"\n\n\n"
                            "\"small: wte\"\n\"big_one: wte\"\n\"big_one: h.0.mlp.c_fc\"\n\n\n"
                            "0 0 10\n1 0 20\n0 1 110\n0 2 111\n1 1 120\n1 2 121\n");
    buf_release(&out);
    place_close(&p);
}

/* A solver's trace for the method; "potential" is a game's. */
static void leave_trace(struct place *p, size_t method, const char *name, double *trace, size_t n)
{
    struct record *r = fixture_row(&p->f, 0, method, "text", 1);
    struct cell_details d = details_none();
    r->predicted_cost = 1;
    d.solved = true;
    d.solver.bound = 2;
    d.solver.trace = trace;
    d.solver.n_trace = n;
    snprintf(d.solver.trace_name, sizeof d.solver.trace_name, "%s", name);
    leave(p, r, &d);
}

Test(report_figure_details, games_are_measured_from_their_end_and_searches_from_the_bound)
{
    static struct place p;
    struct buf out = BUF_INIT;
    place_open(&p);
    leave_trace(&p, 1, "best cost", (double[]){8, 3}, 2);
    leave_trace(&p, 2, "potential", (double[]){-3, -4, -4}, 3);
    leave_trace(&p, 3, "potential", (double[]){5}, 1); /* starts in its equilibrium */
    fill(&p, &out, figure_data_convergence);
    cr_assert_str_eq(out.s, "\"\" 1 1\n\n\n\"nash\"\n\n\n\"uniform\"\n\n\n"
                            "0 0 0.25\n0 1 0\n0 2 0\n\n\n0 0 3\n0 1 0.5\n\n\n");
    buf_release(&out);
    place_close(&p);
}

Test(report_figure_details, of_games_that_start_in_their_equilibrium_are_nothing)
{
    static struct place p;
    struct buf out = BUF_INIT;
    place_open(&p);
    leave_trace(&p, 1, "potential", (double[]){5}, 1);
    leave_trace(&p, 2, "potential", (double[]){5, 5}, 2);
    fill(&p, &out, figure_data_convergence);
    cr_assert(out.len == 0, "%s", out.s);
    place_close(&p);
}

Test(report_figure_details, without_cells_are_nothing)
{
    static struct place p;
    struct buf out = BUF_INIT;
    place_open(&p);
    fixture_row(&p.f, 0, 1, "text", 1);
    fill(&p, &out, figure_data_gaps);
    fill(&p, &out, figure_data_convergence);
    cr_assert(out.len == 0);
    place_close(&p);
}

Test(report_figure_details, of_a_damaged_cell_are_an_error_that_names_the_file)
{
    static struct place p;
    struct err e;
    struct buf out = BUF_INIT, text = BUF_INIT;
    struct cell_details d = details_none();
    place_open(&p);
    leave(&p, fixture_row(&p.f, 0, 1, "text", 1), &d);
    fill(&p, &out, figure_data_gaps);
    cr_assert_str_eq(p.cells[1].id, "small.uniform");
    buf_addf(&out, "%s/cells/small.uniform", p.store.results.s);
    buf_adds(&text, "{\"tensors\": 3}\n");
    cr_assert(file_write_text(out.s, "result.json", &text, &e) == 0, "%s", e.text);
    cr_assert(cell_read_details(&d, &p.store, "small.uniform", &e) == -1);
    cr_assert(strstr(e.text, "small.uniform/result.json") != NULL, "%s", e.text);
    cr_assert(figure_data_gaps(&out, &p.from, &e) == -1);
    buf_release(&out);
    buf_release(&text);
    place_close(&p);
}
