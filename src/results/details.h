/*
 * details: what a cell's result holds beside its record: a row for each quantized tensor, and what
 * the solver of its allocation did.
 *
 * In result.json they are the members "tensors" (an array) and "solver" (an object). Both may be
 * missing: a baseline touches no tensor, and shares that are given need no solver. The cells of one
 * variant, which differ in their protocol alone, hold the same details; tensors.csv has them once.
 * Details own their arrays.
 */
#ifndef NS_RESULTS_DETAILS_H
#define NS_RESULTS_DETAILS_H

#include <stdbool.h>

#include "results/record.h"

/* A flat struct made from tensor_columns.def. */
struct tensor_row {
#define COLUMN_TEXT(name, bytes, unit, help) char name[bytes];
#define COLUMN_INT(name, unit, help) int64_t name;
#define COLUMN_REAL(name, unit, help) double name;
#include "results/tensor_columns.def"
};

extern const struct columns tensor_columns;

/* Every column empty. */
struct tensor_row tensor_row_none(void);

/* What is not known is NaN, or RECORD_NONE. */
struct solver_record {
    double lambda;         /* price, predicted cost a bit */
    double budget_bits;    /* all players together */
    double predicted_cost; /* the objective at the choice */
    double optimum;        /* … at the plain optimum of the same budget; games alone */
    double bound;          /* no choice within the budget costs less */
    double largest_gain;   /* what one player could save by moving alone; games alone */
    int64_t sweeps, moves;
    char trace_name[48]; /* what the trace is a series of, "" without one */
    double *trace;       /* [n_trace], owned */
    size_t n_trace;
};

struct solver_record solver_none(void);

struct cell_details {
    struct tensor_row *tensors; /* [n_tensors], owned */
    size_t n_tensors;
    bool solved; /* whether there is a solver to speak of */
    struct solver_record solver;
};

/* No tensors, no solver. */
struct cell_details details_none(void);
void details_release(struct cell_details *d);

/* *to = a copy with arrays of its own; details_none() after an error. */
int details_copy(struct cell_details *to, const struct cell_details *from, struct err *e);

/* Releases what the solver did, where rows of tensors are all that is wanted. NULL: nothing. */
void details_forget_solver(struct cell_details *d);

/* The members "tensors" and "solver", those that there are, of an object that the caller opened. */
void details_write_json(const struct cell_details *d, struct json_out *j);

/*
 * Reads them back from that object; what is missing is none. `where` names the file in errors,
 * after which the details are none.
 */
int details_read_json(struct cell_details *d, const struct json_t *object, const char *where,
                      struct err *e);

#endif
