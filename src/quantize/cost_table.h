/*
 * cost_table: what the two halves of the cost table share: preparing it (costs.c: grids and prices
 * of options) and measuring units (cost_units.c). Internal to costs.h.
 */
#ifndef NS_QUANTIZE_COST_TABLE_H
#define NS_QUANTIZE_COST_TABLE_H

#include "quantize/coder.h"
#include "quantize/costs.h"

enum purpose { COUNT_CODES, FILL_TABLE };

/* Everything that the passes over a tensor share. */
struct table {
    const struct cost_request *q;
    float *distortion_uo, *bits_uo;
    double *variance_u;
    struct coded_tensor c; /* all options listed, no codes: shape, fitted grids and books */
    float *cuts;
    struct coder fixed[TIERS_MAX]; /* coders of options' grids */
    double side[TIERS_MAX];        /* bits a unit beside its codes */
    enum purpose purpose;
    uint64_t (*count)[BOOK_CODES]; /* [m] */
    double (*price)[BOOK_CODES];   /* [m] bits of a code; NULL when codes are not priced here */
    double (*error)[TIERS_MAX];    /* [chunks], when the tensor is one unit; NULL else */
    double (*length)[TIERS_MAX];   /* the same of code lengths */
    double *squares;               /* [chunks] */
};

/* What a unit of `n` weights leaves behind; sums over its stretches. */
struct costs {
    double error[TIERS_MAX], length[TIERS_MAX], squares;
};

/*
 * One read of the tensor for t->purpose, in parallel: COUNT_CODES adds to t->count; FILL_TABLE
 * writes the units, or leaves sums a chunk when the tensor is one unit. The error is that of the
 * lowest chunk.
 */
int cost_all(struct table *t, struct err *e);

/* Writes the entries of a unit of n weights. */
void cost_write(struct table *t, const struct costs *from, size_t unit, size_t n);

/* The nearest price that a table may hold. */
float cost_round_bits(double bits);

#endif
