/*
 * sweep_rows: the rows of digits that a method's combinations are, in the order in which they come.
 *
 * Where a row may come again, from another part of a sweep or an include rule, it is kept once:
 * rows are then found by their hash.
 */
#ifndef NS_SPEC_SWEEP_ROWS_H
#define NS_SPEC_SWEEP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sweep_rows {
    size_t width;     /* digits of a row; set before the first */
    bool once;        /* likewise: whether a row may come again and is then left out */
    uint32_t *digits; /* n rows of `width`; the caller's to free */
    size_t n, room;
    size_t offered;         /* rows, those that came again among them */
    size_t *slots, n_slots; /* rows + 1 by hash; 0: free */
};

int sweep_rows_add(struct sweep_rows *t, const uint32_t *row, struct err *e);

/* Releases what rows are found by; the digits stay. */
void sweep_rows_forget(struct sweep_rows *t);

#endif
