/*
 * query: choosing columns and rows of a table by what a user typed: names, filters, an order.
 *
 * A name that is no column is an error that tells the nearest one. Filters and picks point into the
 * texts they were made from and into the constant columns; nothing is owned.
 */
#ifndef NS_RESULTS_QUERY_H
#define NS_RESULTS_QUERY_H

#include <stdbool.h>

#include "results/columns.h"

enum { QUERY_COLUMNS_MAX = 96 };

struct pick {
    const struct column *each[QUERY_COLUMNS_MAX];
    size_t n;
};

enum filter_is {
    FILTER_EQUAL,
    FILTER_OTHER,
    FILTER_LESS,
    FILTER_AT_MOST,
    FILTER_MORE,
    FILTER_AT_LEAST,
    FILTER_LIKE
};

struct filter {
    const struct column *column;
    enum filter_is is;
    const char *value; /* "" compares with what does not apply */
    double number;     /* the same as a number; NaN for texts */
};

/* Appends the columns of "a,b,c" to the pick; "all" is every one. */
int pick_parse(struct pick *p, const struct columns *all, const char *list, struct err *e);

/*
 * COLUMN OPERATOR VALUE with =, !=, <, <=, >, >= or ~ (a pattern of fnmatch(3)). "seed=" holds
 * where nothing applies; such a row is never less or more than anything. Texts have no order.
 */
int filter_parse(struct filter *f, const struct columns *all, const char *text, struct err *e);
bool filter_keeps(const struct filter *f, const void *row);

/* "delta_nats", or "-delta_nats" for the largest first. */
int query_order_parse(const struct column **by, bool *down, const struct columns *all,
                      const char *text, struct err *e);

/* Sorts rows[0..n); equal ones stay in their order, empty ones come last. `by` may be NULL. */
void query_sort(const void **rows, size_t n, const struct column *by, bool down);

#endif
