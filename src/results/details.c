#include "results/details.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct column rows_of_tensors[] = {
#define ROW(column, is, column_unit, line)                                                         \
    {.name = #column,                                                                              \
     .unit = column_unit,                                                                          \
     .help = line,                                                                                 \
     .type = is,                                                                                   \
     .offset = offsetof(struct tensor_row, column),                                                \
     .bytes = sizeof(((struct tensor_row *)0)->column)},
#define COLUMN_TEXT(name, bytes, unit, help) ROW(name, COLUMN_IS_TEXT, unit, help)
#define COLUMN_INT(name, unit, help) ROW(name, COLUMN_IS_INT, unit, help)
#define COLUMN_REAL(name, unit, help) ROW(name, COLUMN_IS_REAL, unit, help)
#include "results/tensor_columns.def"
#undef ROW
};

const struct columns tensor_columns = {rows_of_tensors,
                                       sizeof rows_of_tensors / sizeof rows_of_tensors[0]};

/* The solver's members, its trace apart. */
#define SOLVER(column, is)                                                                         \
    {                                                                                              \
        .name = #column, .unit = "", .help = "", .type = is,                                       \
        .offset = offsetof(struct solver_record, column),                                          \
        .bytes = sizeof(((struct solver_record *)0)->column)                                       \
    }
static const struct column solver_rows[] = {
    SOLVER(lambda, COLUMN_IS_REAL),         SOLVER(budget_bits, COLUMN_IS_REAL),
    SOLVER(predicted_cost, COLUMN_IS_REAL), SOLVER(optimum, COLUMN_IS_REAL),
    SOLVER(bound, COLUMN_IS_REAL),          SOLVER(largest_gain, COLUMN_IS_REAL),
    SOLVER(sweeps, COLUMN_IS_INT),          SOLVER(moves, COLUMN_IS_INT),
    SOLVER(trace_name, COLUMN_IS_TEXT),
};

static const struct columns solver_columns = {solver_rows,
                                              sizeof solver_rows / sizeof solver_rows[0]};

struct tensor_row tensor_row_none(void)
{
    struct tensor_row row;
    memset(&row, 0, sizeof row);
    columns_clear(&tensor_columns, &row);
    return row;
}

struct solver_record solver_none(void)
{
    struct solver_record s;
    memset(&s, 0, sizeof s);
    columns_clear(&solver_columns, &s);
    return s;
}

struct cell_details details_none(void)
{
    return (struct cell_details){.solver = solver_none()};
}

void details_release(struct cell_details *d)
{
    free(d->tensors);
    free(d->solver.trace);
    *d = details_none();
}

void details_forget_solver(struct cell_details *d)
{
    if (d) {
        free(d->solver.trace);
        d->solver = solver_none();
        d->solved = false;
    }
}

int details_copy(struct cell_details *to, const struct cell_details *from, struct err *e)
{
    *to = *from;
    to->tensors = NULL;
    to->solver.trace = NULL;
    if ((from->n_tensors && !(to->tensors = mem_new(from->n_tensors, sizeof *to->tensors, e))) ||
        (from->solver.n_trace &&
         !(to->solver.trace = mem_new(from->solver.n_trace, sizeof *to->solver.trace, e)))) {
        details_release(to);
        return -1;
    }
    if (to->tensors) {
        memcpy(to->tensors, from->tensors, from->n_tensors * sizeof *to->tensors);
    }
    if (to->solver.trace) {
        memcpy(to->solver.trace, from->solver.trace,
               from->solver.n_trace * sizeof *to->solver.trace);
    }
    return 0;
}

void details_write_json(const struct cell_details *d, struct json_out *j)
{
    if (d->n_tensors) {
        json_key(j, "tensors");
        json_open(j, '[');
        for (size_t i = 0; i < d->n_tensors; i++) {
            json_open_flat(j, '{');
            columns_write_json(&tensor_columns, &d->tensors[i], j);
            json_close(j, '}');
        }
        json_close(j, ']');
    }
    if (d->solved) {
        json_key(j, "solver");
        json_open(j, '{');
        columns_write_json(&solver_columns, &d->solver, j);
        json_key(j, "trace");
        json_open_flat(j, '[');
        for (size_t i = 0; i < d->solver.n_trace; i++) {
            json_real_out(j, d->solver.trace[i]);
        }
        json_close(j, ']');
        json_close(j, '}');
    }
}

/* A member that is an array, or nothing: *n is 0 then. Another type is an error. */
static int array_of(const json_t **array, size_t *n, const json_t *object, const char *name,
                    const char *where, struct err *e)
{
    *array = json_object_get(object, name);
    *n = 0;
    if (*array && !json_is_array(*array)) {
        return err_set(e, "%s: %s is not a list", where, name);
    }
    *n = *array ? json_array_size(*array) : 0;
    return 0;
}

static int read_tensors(struct cell_details *d, const json_t *object, const char *where,
                        struct err *e)
{
    const json_t *array;
    size_t n;
    if (array_of(&array, &n, object, "tensors", where, e)) {
        return -1;
    }
    if (n && !(d->tensors = mem_new(n, sizeof *d->tensors, e))) {
        return -1;
    }
    for (d->n_tensors = 0; d->n_tensors < n; d->n_tensors++) {
        struct tensor_row *row = &d->tensors[d->n_tensors];
        if (columns_read_json(&tensor_columns, row, json_array_get(array, d->n_tensors), where,
                              e)) {
            return err_prefix(e, "tensor %zu", d->n_tensors + 1);
        }
    }
    return 0;
}

static int read_solver(struct cell_details *d, const json_t *object, const char *where,
                       struct err *e)
{
    const json_t *solver = json_object_get(object, "solver"), *trace;
    size_t n;
    if (!solver) {
        return 0;
    }
    d->solved = true;
    if (columns_read_json(&solver_columns, &d->solver, solver, where, e) ||
        array_of(&trace, &n, solver, "trace", where, e)) {
        return err_prefix(e, "solver");
    }
    if (n && !(d->solver.trace = mem_new(n, sizeof *d->solver.trace, e))) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *x = json_array_get(trace, i);
        if (!json_is_number(x) && !json_is_null(x)) {
            return err_set(e, "%s: the solver's trace has something that is not a number", where);
        }
        d->solver.trace[i] = json_is_null(x) ? (double)NAN : json_number_value(x);
    }
    d->solver.n_trace = n;
    return 0;
}

int details_read_json(struct cell_details *d, const struct json_t *object, const char *where,
                      struct err *e)
{
    *d = details_none();
    if (read_tensors(d, object, where, e) || read_solver(d, object, where, e)) {
        details_release(d);
        return -1;
    }
    return 0;
}
