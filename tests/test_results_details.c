#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>

#include "results/details.h"
#include "results_fixture.h"

static void to_json(const struct cell_details *d, struct buf *out)
{
    struct json_out j = json_begin(out);
    json_open(&j, '{');
    details_write_json(d, &j);
    json_close(&j, '}');
}

static int parse(struct cell_details *d, const char *json, struct err *e)
{
    json_t *object = json_loads(json, 0, NULL);
    cr_assert(object != NULL, "the test's own JSON is wrong: %s", json);
    int status = details_read_json(d, object, "there.json", e);
    json_decref(object);
    return status;
}

static void fill(struct cell_details *d)
{
    static const double trace[] = {3, 1.0 / 3, NAN};
    struct err e;
    struct tensor_row rows[2] = {tensor_row_none(), tensor_row_none()};
    struct cell_details made = details_none();
    snprintf(rows[0].tensor, sizeof rows[0].tensor, "wte.weight");
    rows[0].rows = 7;
    rows[0].relative_mse = 0.1;
    rows[1].gap_db = -1e-300;
    made.tensors = rows;
    made.n_tensors = 2;
    made.solved = true;
    made.solver.lambda = 1e-7;
    made.solver.bound = 2;
    made.solver.moves = 12345678901;
    snprintf(made.solver.trace_name, sizeof made.solver.trace_name, "potential");
    made.solver.trace = (double *)trace;
    made.solver.n_trace = 3;
    cr_assert(details_copy(d, &made, &e) == 0);
}

Test(results_details, survive_json_to_the_last_bit)
{
    struct cell_details d, back;
    struct buf json = BUF_INIT, again = BUF_INIT;
    struct err e;
    fill(&d);
    to_json(&d, &json);
    cr_assert(parse(&back, json.s, &e) == 0, "%s", e.text);
    cr_assert(back.n_tensors == 2 && back.tensors[0].rows == 7 &&
              back.tensors[0].cols == RECORD_NONE);
    cr_assert(back.tensors[0].relative_mse == 0.1 && isnan(back.tensors[0].shapley_value));
    cr_assert(back.tensors[1].gap_db == -1e-300);
    cr_assert(back.solved && back.solver.lambda == 1e-7 && isnan(back.solver.optimum));
    cr_assert(back.solver.moves == 12345678901 && back.solver.sweeps == RECORD_NONE);
    cr_assert(strcmp(back.solver.trace_name, "potential") == 0 && back.solver.n_trace == 3);
    cr_assert(back.solver.trace[1] == 1.0 / 3 && isnan(back.solver.trace[2]));
    to_json(&back, &again);
    cr_assert(strcmp(json.s, again.s) == 0);
    buf_release(&json);
    buf_release(&again);
    details_release(&d);
    details_release(&back);
}

Test(results_details, are_none_where_there_are_none)
{
    struct cell_details none = details_none(), back;
    struct buf json = BUF_INIT;
    struct err e;
    to_json(&none, &json);
    cr_assert(!strstr(json.s, "tensors") && !strstr(json.s, "solver"), "%s", json.s);
    cr_assert(parse(&back, json.s, &e) == 0, "%s", e.text);
    cr_assert(back.n_tensors == 0 && !back.solved && isnan(back.solver.lambda));
    buf_release(&json);
}

Test(results_details, refuse_a_wrong_type_by_name)
{
    static const char *const wrong[][2] = {
        {"{\"tensors\": 3}", "tensors is not a list"},
        {"{\"tensors\": [{\"rows\": 1}, {\"rows\": 1.5}]}", "tensor 2: there.json: rows"},
        {"{\"tensors\": [4]}", "object"},
        {"{\"solver\": [1]}", "object"},
        {"{\"solver\": {\"moves\": \"many\"}}", "moves"},
        {"{\"solver\": {\"trace\": 1}}", "trace is not a list"},
        {"{\"solver\": {\"trace\": [1, \"2\"]}}", "not a number"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct cell_details d;
        struct err e;
        cr_assert(parse(&d, wrong[i][0], &e) == -1, "%s", wrong[i][0]);
        cr_assert(strstr(e.text, "there.json") && strstr(e.text, wrong[i][1]), "%s", e.text);
        cr_assert(d.n_tensors == 0 && d.tensors == NULL && d.solver.trace == NULL);
    }
}

Test(results_details, describe_every_column)
{
    for (size_t i = 0; i < tensor_columns.n; i++) {
        cr_assert(tensor_columns.each[i].help[0] != '\0', "%s", tensor_columns.each[i].name);
        cr_assert(columns_find(&tensor_columns, tensor_columns.each[i].name) ==
                  &tensor_columns.each[i]);
    }
}
